#include "proxy/json/fault.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace proxy::json {
namespace {

TEST(Fault, NamesAndSentencesAreUniqueAndForPeople) {
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;
    for (std::size_t i = 1; i < faultCount; ++i) {
        const auto& info = describe(static_cast<Fault>(i));
        EXPECT_TRUE(names.insert(info.name).second) << info.name;
        EXPECT_THAT(std::string(info.name), testing::MatchesRegex("json[.][a-z0-9_]+"));
        EXPECT_TRUE(sentences.insert(info.sentence).second) << info.name;
        EXPECT_TRUE(info.sentence.front() >= 'A' && info.sentence.front() <= 'Z') << info.name;
        EXPECT_FALSE(info.sentence.ends_with('.')) << info.name;
    }
}

} // namespace
} // namespace proxy::json
