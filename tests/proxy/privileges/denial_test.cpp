#include "proxy/privileges/denial.h"
#include "tests/proxy/privileges/ways.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proxy::privileges {
namespace {

struct Row {
    std::string_view id;
    Identity who;
    Way way;
    std::string text;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.id;
}

const Row rows[] = {
    {"group",
     {65534, 65534, {}},
     socketOf(0, 999, 0660),
     "by uid 65534 gid 65534; it belongs to uid 0 gid 999, mode 0660: run with --user 65534:999 (or as root: "
     "the group is "
     "then taken at start)"},
    {"owner",
     {65534, 999, {20}},
     socketOf(1000, 1000, 0600),
     "by uid 65534 gid 999 groups 20; it belongs to uid 1000 gid 1000, mode 0600: run with --user 1000:1000"},
    {"module",
     {65534, 999, {}},
     socketOf(0, 999, 0660),
     "by uid 65534 gid 999; it belongs to uid 0 gid 999, mode 0660: these permissions would do, so a "
     "security module "
     "(SELinux, AppArmor) forbids it: run with --security-opt label=disable, or --privileged"},
    {"folder",
     {65534, 999, {}},
     {{open}, Way::End::missing, {}},
     "by uid 65534 gid 999: a folder on the way to it may not be entered: mount the socket itself, with "
     "--volume "
     "PATH:/var/run/docker.sock, or run with a --user that may enter"},
    {"nobody-may",
     {0, 0, {}},
     socketOf(0, 999, 0),
     "by uid 0 gid 0; it belongs to uid 0 gid 999, mode 0000: let the socket's group write to it (chmod "
     "g+w), and enter "
     "the folders above it"},
};

class DenialTable : public testing::TestWithParam<Row> {};

TEST_P(DenialTable, IsExplained) {
    EXPECT_EQ(explainDenial(GetParam().who, GetParam().way), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Rows, DenialTable, testing::ValuesIn(rows),
                         [](const auto& row) { return testName(row.param.id); });

} // namespace
} // namespace proxy::privileges
