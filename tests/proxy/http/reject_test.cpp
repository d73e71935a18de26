#include "proxy/http/reject.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace proxy::http {
namespace {

std::vector<RejectInfo> everyReason() {
    std::vector<RejectInfo> all;
    for (std::size_t i = 1; i < rejectCount; ++i) all.push_back(describe(static_cast<Reject>(i)));
    return all;
}

TEST(Reject, NamesAreDottedLowerCaseAndUnique) {
    std::set<std::string_view> seen;
    for (const auto& info : everyReason()) {
        EXPECT_TRUE(seen.insert(info.name).second) << info.name;
        EXPECT_THAT(std::string(info.name),
                    testing::MatchesRegex("(request|response|chunk)[.][a-z]+[.][a-z0-9_]+"));
    }
}

TEST(Reject, StatusSuitsTheSide) {
    for (const auto& info : everyReason()) {
        if (info.name.starts_with("response."))
            EXPECT_EQ(info.status, 502) << info.name;
        else if (info.name.starts_with("chunk."))
            EXPECT_EQ(info.status, 400) << info.name;
        else
            EXPECT_THAT(info.status, testing::AnyOf(400, 431, 501, 505)) << info.name;
    }
}

TEST(Reject, SentencesAreForPeople) {
    std::set<std::string_view> seen;
    for (const auto& info : everyReason()) {
        EXPECT_TRUE(seen.insert(info.sentence).second) << info.name;
        EXPECT_TRUE(info.sentence.front() >= 'A' && info.sentence.front() <= 'Z') << info.name;
        EXPECT_FALSE(info.sentence.ends_with('.')) << info.name;
    }
}

} // namespace
} // namespace proxy::http
