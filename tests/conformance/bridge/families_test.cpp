// The reference proxy conforms: one test per family and, where a family goes through variables, per variable.
#include "conformance/bridge/bridge.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <map>

namespace {

using conformance::Status;

struct Share {
    std::string family;
    std::string variable;
    std::vector<std::string> ids;
};

void PrintTo(const Share& share, std::ostream* out) {
    *out << share.family << " " << share.variable << ", " << share.ids.size() << " groups of cases";
}

const std::vector<Share>& shares() {
    static const std::vector<Share> all = [] {
        std::map<std::pair<std::string, std::string>, std::vector<std::string>> found;
        for (const auto& group : conformance::caseGroups(conformance::Dialect::tecnativa))
            found[{group.family, group.variable}].push_back(group.id);
        std::vector<Share> list;
        list.reserve(found.size());
        for (auto& [key, ids] : found) list.push_back({key.first, key.second, std::move(ids)});
        return list;
    }();
    return all;
}

// A sanitizer's memory is not the proxy's.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::string_view notUnderSanitizers = "limits/idle-memory";
#else
constexpr std::string_view notUnderSanitizers;
#endif

class Reference : public testing::TestWithParam<Share> {};

TEST_P(Reference, Conforms) {
    conformance::Adapter adapter;
    adapter.name = "docker-socket-proxy";
    adapter.command = {REFERENCE_PROXY};
    adapter.environment = {{"LOG_LEVEL", "warning"}};
    for (const auto& verdict : judgeGroups(adapter, GetParam().ids, conformance::Level::hardening))
        EXPECT_TRUE(verdict.status == Status::pass || verdict.status == Status::skip ||
                    verdict.id == notUnderSanitizers)
            << verdict.id << ": " << nameOf(verdict.status) << "\n"
            << verdict.why;
}

std::string nameOf(const Share& share) {
    return tests::rowName(share.family + (share.variable.empty() ? "" : "_" + share.variable));
}

INSTANTIATE_TEST_SUITE_P(Family, Reference, testing::ValuesIn(shares()),
                         [](const auto& row) { return nameOf(row.param); });

} // namespace
