// The reference proxy conforms, in both dialects: one test per family and, where a family goes through variables, per
// variable. Of linuxserver, the families that its rules are about.
#include "conformance/bridge/bridge.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <map>

namespace {

using conformance::Status;

struct Share {
    conformance::Dialect dialect;
    std::string family;
    std::string variable;
    std::vector<std::string> ids;
};

void PrintTo(const Share& share, std::ostream* out) {
    *out << nameOf(share.dialect) << " " << share.family << " " << share.variable << ", " << share.ids.size()
         << " groups of cases";
}

bool isTried(conformance::Dialect dialect, const std::string& family) {
    return dialect == conformance::Dialect::tecnativa || family == "access" || family == "evasion" ||
           family == "guard";
}

const std::vector<Share>& shares() {
    static const std::vector<Share> all = [] {
        std::vector<Share> list;
        for (const auto dialect : {conformance::Dialect::tecnativa, conformance::Dialect::linuxserver}) {
            std::map<std::pair<std::string, std::string>, std::vector<std::string>> found;
            for (const auto& group : conformance::caseGroups(dialect))
                if (isTried(dialect, group.family)) found[{group.family, group.variable}].push_back(group.id);
            for (auto& [key, ids] : found) list.push_back({dialect, key.first, key.second, std::move(ids)});
        }
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
    adapter.dialect = GetParam().dialect;
    adapter.environment = {{"LOG_LEVEL", "warning"}, {"DIALECT", std::string(nameOf(adapter.dialect))}};
    adapter.capabilities = {"operations", "doors", "mask", "guard"};
    for (const auto& verdict : judgeGroups(adapter, GetParam().ids, conformance::Level::hardening))
        EXPECT_TRUE(verdict.status == Status::pass || verdict.status == Status::skip ||
                    verdict.status == Status::disabled || verdict.id == notUnderSanitizers)
            << verdict.id << ": " << nameOf(verdict.status) << "\n"
            << verdict.why;
}

std::string nameOf(const Share& share) {
    const std::string dialect = share.dialect == conformance::Dialect::tecnativa ? "" : "linuxserver_";
    return tests::rowName(dialect + share.family + (share.variable.empty() ? "" : "_" + share.variable));
}

INSTANTIATE_TEST_SUITE_P(Family, Reference, testing::ValuesIn(shares()),
                         [](const auto& row) { return nameOf(row.param); });

} // namespace
