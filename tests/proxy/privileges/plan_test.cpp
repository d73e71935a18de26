#include "proxy/privileges/plan.h"
#include "tests/proxy/privileges/ways.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proxy::privileges {

static std::ostream& operator<<(std::ostream& out, const Identity& who) {
    return out << describe(who);
}

namespace {

const Started root{{0, 0, {0}}, true};
const Started rootWithoutCapabilities{{0, 0, {}}, false};
const Started user{{65534, 999, {}}, false};

const Owned enteredByGroup{0, 20, 0750};
const Owned shut{0, 0, 0700};

struct Row {
    std::string_view id;
    Started started;
    Way way;
    Identity becomes;
    Reason reason;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.id;
}

const Row rows[] = {
    {"usual", root, socketOf(0, 999, 0660), {nobody, 999, {}}, Reason::group},
    {"group-of-root", root, socketOf(0, 0, 0660), {nobody, 0, {}}, Reason::group},
    {"of-a-user", root, socketOf(1000, 1000, 0660), {nobody, 1000, {}}, Reason::group},
    {"everybody-s", root, socketOf(0, 999, 0666), {nobody, 999, {}}, Reason::group},
    {"everybody-s-but-the-group-s", root, socketOf(0, 999, 0606), {nobody, nobody, {}}, Reason::others},
    {"root-s-alone", root, socketOf(0, 0, 0600), {0, 0, {}}, Reason::owner},
    {"a-user-s-alone", root, socketOf(1000, 100, 0600), {1000, 100, {}}, Reason::owner},
    {"group-may-only-read", root, socketOf(0, 999, 0640), {0, 999, {}}, Reason::owner},
    {"folder-asks-for-a-group",
     root,
     socketOf(0, 999, 0660, {open, enteredByGroup}),
     {nobody, 999, {20}},
     Reason::group},
    {"folder-of-the-same-group",
     root,
     socketOf(0, 999, 0660, {open, {0, 999, 0750}}),
     {nobody, 999, {}},
     Reason::group},
    {"folder-of-root", root, socketOf(0, 999, 0660, {open, shut}), {0, 999, {}}, Reason::owner},
    {"folder-of-a-user",
     root,
     socketOf(1000, 999, 0660, {open, {1000, 1000, 0700}}),
     {1000, 999, {}},
     Reason::owner},
    {"out-of-reach", root, socketOf(1000, 1000, 0600, {open, shut}), {nobody, 1000, {}}, Reason::unreachable},
    {"nobody-may", root, socketOf(0, 999, 0), {nobody, 999, {}}, Reason::unreachable},
    {"missing", root, {{open}, Way::End::missing, {}}, {nobody, 0, {0}}, Reason::missing},
    {"missing-with-groups",
     {{0, 20, {4711, 20}}, true},
     {{open}, Way::End::missing, {}},
     {nobody, 20, {4711, 20}},
     Reason::missing},
    {"missing-behind-a-folder-of-a-group",
     root,
     {{open, enteredByGroup}, Way::End::missing, {}},
     {nobody, 0, {0, 20}},
     Reason::missing},
    {"missing-behind-a-folder-of-root",
     root,
     {{open, shut}, Way::End::missing, {}},
     {nobody, 0, {0}},
     Reason::missing},
    {"missing-without-capabilities",
     rootWithoutCapabilities,
     {{open}, Way::End::missing, {}},
     {0, 0, {}},
     Reason::notAllowed},
    {"folder-in-its-place",
     root,
     {{open}, Way::End::folder, {0, 0, 0755}},
     {nobody, nobody, {}},
     Reason::notASocket},
    {"file-in-its-place",
     root,
     {{open}, Way::End::file, {0, 0, 0644}},
     {nobody, nobody, {}},
     Reason::notASocket},
    {"hidden", root, {{open, shut}, Way::End::hidden, {}}, {nobody, 0, {0}}, Reason::missing},
    // Under userns-remap: what is shown as the group 65534 is not the one that nobody is in.
    {"of-another-user-namespace",
     root,
     socketOf(unmapped, unmapped, 0660),
     {nobody, nobody, {}},
     Reason::unreachable},
    {"of-another-user-namespace-for-all",
     root,
     socketOf(unmapped, unmapped, 0666),
     {nobody, nobody, {}},
     Reason::group},
    {"without-capabilities", rootWithoutCapabilities, socketOf(0, 999, 0660), {0, 0, {}}, Reason::notAllowed},
    {"not-root", user, socketOf(0, 999, 0660), {65534, 999, {}}, Reason::notRoot},
    {"not-root-and-missing", user, {{}, Way::End::missing, {}}, {65534, 999, {}}, Reason::notRoot},
};

class PlanTable : public testing::TestWithParam<Row> {};

TEST_P(PlanTable, Becomes) {
    const Row& row = GetParam();
    const Plan plan = privileges::plan(row.started, row.way);
    EXPECT_EQ(plan.identity, row.becomes);
    EXPECT_EQ(plan.reason, row.reason) << sentence(plan.reason);
}

INSTANTIATE_TEST_SUITE_P(Rows, PlanTable, testing::ValuesIn(rows), tests::byId);

} // namespace
} // namespace proxy::privileges
