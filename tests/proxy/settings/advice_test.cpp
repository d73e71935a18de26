#include "proxy/settings/advice.h"
#include "tests/proxy/settings/rows.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proxy::settings {
namespace {

struct Said {
    std::string_view id;
    Environment environment;
    std::vector<std::string> warnings;
};

std::ostream& operator<<(std::ostream& out, const Said& row) {
    return out << row.id;
}

const std::string twins = ", which Podman's own API offers under /libpod as well, and that is granted: "
                          "revoke the LIBPOD_ variable of "
                          "its section";

const Said rows[] = {
    {"nothing", {}, {}},
    {"both-lists",
     {{"ALLOW_OPERATIONS", "ContainerList SystemInfo"}, {"DENY_OPERATIONS", "ContainerL*"}},
     {"ALLOW_OPERATIONS and DENY_OPERATIONS both name ContainerList: denied it is"}},
    {"learning",
     {{"LEARN", "1"}},
     {"LEARN=1: what the grants would deny passes, and is only logged. Unset it once --suggest has told what "
      "to "
      "grant"}},
    {"masking", {{"MASK_ENV", "1"}, {"ALLOW_OPERATIONS", "ContainerInspect"}}, {}},
    {"masking-with-create",
     {{"MASK_ENV", "1"}, {"ALLOW_OPERATIONS", "ContainerCreate ServiceUpdate"}},
     {"MASK_ENV=1 with ContainerCreate ServiceUpdate granted: whoever makes containers anew from what it "
      "inspects "
      "writes the asterisks back"}},
    {"masking-with-create-denied",
     {{"MASK_ENV", "1"},
      {"CONTAINERS", "1"},
      {"POST", "1"},
      {"DENY_OPERATIONS", "ContainerCreate ContainerTop ContainerExec"}},
     {}},
    {"masking-with-other-ways",
     {{"MASK_ENV", "1"}, {"CONTAINERS", "1"}, {"IMAGES", "1"}},
     {"MASK_ENV=1 hides no environment from ContainerTop ImageGetAll ImageGet ImageHistory: name them in "
      "DENY_OPERATIONS"}},
    {"twin-open",
     {{"DIALECT", "linuxserver"}, {"LIBPOD_CONTAINERS", "1"}, {"DENY_OPERATIONS", "ContainerList"}},
     {"DENY_OPERATIONS names ContainerList" + twins}},
    {"twin-closed", {{"DIALECT", "linuxserver"}, {"DENY_OPERATIONS", "ContainerList"}}, {}},
    {"guarded", {{"GUARD", "1"}, {"GUARD_BINDS", "/srv /home/ci /etc/localtime:ro"}, {"GUARD_CP", "1"}}, {}},
    {"guard-idle",
     {{"GUARD", "off"}, {"GUARD_BINDS", "/srv"}, {"GUARD_EXEC", "on"}, {"GUARD_BODY_LIMIT", "1m"}},
     {"GUARD_BINDS has no effect without GUARD=1: set both",
      "GUARD_EXEC has no effect without GUARD=1: set both",
      "GUARD_BODY_LIMIT has no effect without GUARD=1: set both"}},
    {"guard-idle-by-default",
     {{"GUARD", "0"}, {"GUARD_BINDS", ""}, {"GUARD_CP", "no"}, {"GUARD_BODY_LIMIT", "4096k"}},
     {}},
    {"guard-with-the-systems-folders",
     {{"GUARD", "1"}, {"GUARD_BINDS", "/etc/localtime,/var/lib /etcetera /var/log"}},
     {"GUARD_BINDS lets /etc/localtime be written, which is the host's own system: add :ro, or name less of "
      "it",
      "GUARD_BINDS lets /var/lib be written, which is the host's own system: add :ro, or name less of it"}},
    {"action-needs-no-post-there", {{"DIALECT", "linuxserver"}, {"ALLOW_STOP", "1"}}, {}},
};

class Advice : public testing::TestWithParam<Said> {};

TEST_P(Advice, isGiven) {
    const Reading reading = readWith(GetParam().environment);
    EXPECT_THAT(reading.mistakes, testing::IsEmpty());
    EXPECT_THAT(adviceOn(doorOf(reading)), testing::ElementsAreArray(GetParam().warnings));
}

INSTANTIATE_TEST_SUITE_P(Row, Advice, testing::ValuesIn(rows), tests::byId);

} // namespace
} // namespace proxy::settings
