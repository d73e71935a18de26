// NAME__VARIABLE: which doors there are, and what each is given.
#include "proxy/settings/door_names.h"
#include "proxy/settings/settings.h"
#include "tests/proxy/settings/rows.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proxy::settings {
namespace {

using policy::Grants;
using policy::Variable;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Doors, haveWhatIsTheirsAndTheDefaults) {
    const Reading reading = readWith({{"CONTAINERS", "1"},
                                      {"DENY_OPERATIONS", "SystemInfo"},
                                      {"LEARN", "1"},
                                      {"W__BIND_CONFIG", "/w.sock mode 600"},
                                      {"W__IMAGES", "1"},
                                      {"W__EVENTS", "0"},
                                      {"A_1__BIND_CONFIG", "127.0.0.1:99, /a.sock"},
                                      {"A_1__ALLOW_OPERATIONS", "ContainerList"},
                                      {"A_1__DIALECT", "linuxserver"},
                                      {"A_1__MASK_ENV", "1"},
                                      {"W__GUARD", "1"},
                                      {"W__GUARD_CAPS", "BPF"}});
    EXPECT_THAT(reading.mistakes, IsEmpty());
    const auto& doors = reading.settings.doors;
    ASSERT_THAT(doors, SizeIs(3));
    EXPECT_EQ(doors[0].name, "");
    EXPECT_EQ(doors[1].name, "A_1");
    EXPECT_EQ(doors[2].name, "W");
    EXPECT_EQ(doors[0].access.grants, (Grants::defaults() | Grants{Variable::containers}));
    EXPECT_EQ(doors[1].access.grants, Grants::defaults(policy::Dialect::linuxserver));
    EXPECT_EQ(doors[2].access.grants, (Grants{Variable::ping, Variable::version, Variable::images}));
    EXPECT_EQ(policy::describe(doors[0].access.denied), "SystemInfo");
    EXPECT_EQ(policy::describe(doors[1].access.allowed), "ContainerList");
    EXPECT_TRUE(doors[0].access.learn);
    EXPECT_FALSE(doors[1].access.learn);
    EXPECT_TRUE(doors[1].access.maskEnv);
    EXPECT_EQ(doors[0].guard.profile, guard::Profile::off) << "LEARN=1 is this one's";
    EXPECT_EQ(doors[1].guard.profile, guard::Profile::off);
    EXPECT_EQ(doors[2].guard.profile, guard::Profile::baseline);
    EXPECT_THAT(doors[2].guard.caps, ElementsAre("BPF"));
    EXPECT_THAT(doors[1].listeners, SizeIs(2));
    EXPECT_THAT(doors[2].listeners, ElementsAre(Listener(UnixListener{"/w.sock", 0600, {}, {}})));
}

TEST(Doors, mayBeAllThereAre) {
    const Reading reading =
        readWith({{"BIND_CONFIG", " None"}, {"EVENTS", "1"}, {"W__BIND_CONFIG", "[::]:2375"}});
    EXPECT_THAT(reading.mistakes, IsEmpty());
    EXPECT_THAT(reading.warnings, IsEmpty());
    ASSERT_THAT(reading.settings.doors, SizeIs(1));
    EXPECT_EQ(reading.settings.doors.front().name, "W");
}

TEST(Doors, whatIsForTheClosedOneIsWarnedOf) {
    EXPECT_THAT(
        readWith({{"BIND_CONFIG", "none"}, {"CONTAINERS", "1"}, {"W__BIND_CONFIG", ":9"}}).warnings,
        ElementsAre(
            "CONTAINERS has no effect: it is for the door without a name, which BIND_CONFIG=none closes"));
}

TEST(Doors, withoutIpv6AreOnIpv4) {
    const Reading reading = readWith({{"DISABLE_IPV6", "1"}, {"W__BIND_CONFIG", "[::]:9"}});
    EXPECT_THAT(reading.settings.doors.back().listeners,
                ElementsAre(Listener(TcpListener{"", 9, TcpListener::Family::v4})));
}

TEST(Doors, adviceIsOfEachDoorsOwn) {
    EXPECT_THAT(
        readWith({{"POST", "1"},
                  {"W__BIND_CONFIG", ":9"},
                  {"W__ALLOW_STOP", "1"},
                  {"W__LEARN", "1"},
                  {"W__LIBPOD_PODS", "1"},
                  {"V__BIND_CONFIG", ":8"},
                  {"V__GUARD_HOST", "pid"}})
            .warnings,
        ElementsAre(
            "V__GUARD_HOST has no effect without V__GUARD=1: set both",
            "W__LIBPOD_PODS has no effect in W__DIALECT=tecnativa: Podman's own API is proxied in "
            "DIALECT=linuxserver",
            "W__ALLOW_STOP=1 has no effect without W__POST=1: set both",
            "W__LEARN=1: what the grants would deny passes, and is only logged. Unset it once --suggest "
            "has told what to grant"));
}

// ---- What is no door's -------------------------------------------------------------------------------

struct Wrong {
    std::string_view id;
    Environment environment;
    std::string mistake; // whole; empty: none
};

std::ostream& operator<<(std::ostream& out, const Wrong& row) {
    return out << row.id;
}

const Wrong wrongs[] = {
    {"without-bind",
     {{"T__CONTAINERS", "1"}},
     "T__CONTAINERS: there is no door T: set T__BIND_CONFIG to where it listens"},
    {"bind-is-blank",
     {{"T__CONTAINERS", "0"}, {"T__BIND_CONFIG", " "}},
     "T__BIND_CONFIG: there is no door T: set T__BIND_CONFIG to where it listens\n"
     "T__CONTAINERS: there is no door T: set T__BIND_CONFIG to where it listens"},
    {"of-the-process",
     {{"T__BIND_CONFIG", ":9"}, {"T__SOCKET_PATH", "/s"}},
     "T__SOCKET_PATH: SOCKET_PATH is for all doors: set it without T__"},
    {"lower-case",
     {{"traefik__BIND_CONFIG", ":9"}},
     "traefik__BIND_CONFIG: 'traefik' cannot be a door's name: use A to Z, 0 to 9 and _, a letter "
     "first, "
     "and no __"},
    {"no-name",
     {{"__POST", "1"}},
     "__POST: '' cannot be a door's name: use A to Z, 0 to 9 and _, a letter first, and no __"},
    {"two-separators",
     {{"A__B__BIND_CONFIG", ":9"}},
     "A__B__BIND_CONFIG: 'A__B' cannot be a door's name: use A to Z, 0 to 9 and _, a letter first, "
     "and no "
     "__"},
    {"three-underscores",
     {{"A___POST", "1"}},
     "A___POST: 'A_' cannot be a door's name: use A to Z, 0 to 9 and _, a letter first, and no __"},
    {"digit-first",
     {{"1A__POST", "1"}},
     "1A__POST: '1A' cannot be a door's name: use A to Z, 0 to 9 and _, a letter first, and no __"},
    {"slip",
     {{"T__BIND_CONFIG", ":9"}, {"T__DENY_OPERATION", "ContainerList"}},
     "T__DENY_OPERATION: there is no such variable: is T__DENY_OPERATIONS meant?"},
    {"one-underscore",
     {{"T__BIND_CONFIG", ":9"}, {"T_DENY_OPERATIONS", "ContainerExec"}, {"T_OTHER", "x"}},
     "T_DENY_OPERATIONS: between a door's name and a variable's stand two _: is T__DENY_OPERATIONS meant?"},
    {"one-underscore-of-a-variable-of-ours",
     {{"ALLOW__BIND_CONFIG", ":9"}, {"ALLOW_START", "1"}, {"POST", "1"}},
     ""},
    {"control-octets-are-shown",
     {{"A\x1b[2J__CONTAINERS", "1"}},
     "A\\x1b[2J__CONTAINERS: 'A\\x1b[2J' cannot be a door's name: use A to Z, 0 to 9 and _, a letter first, "
     "and no __"},
    {"at-the-daemons",
     {{"T__BIND_CONFIG", "/d.sock"}, {"SOCKET_PATH", "/d.sock"}},
     "T__BIND_CONFIG=\"/d.sock\": that is SOCKET_PATH, where the daemon listens: use another path"},
    {"guard-and-learn",
     {{"T__BIND_CONFIG", ":9"}, {"T__GUARD", "1"}, {"T__LEARN", "1"}, {"GUARD", "1"}},
     "T__GUARD=\"1\": contradicts LEARN=1, which lets pass what it is to learn from: unset one of the two"},
    {"guard-of-a-door-and-learn-of-another",
     {{"T__BIND_CONFIG", ":9"}, {"T__GUARD", "1"}, {"LEARN", "1"}},
     ""},
    {"guard-of-a-closed-door",
     {{"BIND_CONFIG", "none"}, {"GUARD", "1"}, {"LEARN", "1"}, {"T__BIND_CONFIG", ":9"}},
     ""},
    {"guard-slip",
     {{"T__BIND_CONFIG", ":9"}, {"T__GAURD", "1"}},
     "T__GAURD: there is no such variable: is T__GUARD meant?"},
    {"guard-with-one-underscore",
     {{"T__BIND_CONFIG", ":9"}, {"T_GUARD", "1"}},
     "T_GUARD: between a door's name and a variable's stand two _: is T__GUARD meant?"},
    {"guard-with-the-socket",
     {{"T__BIND_CONFIG", ":9"}, {"T__GUARD", "1"}, {"T__GUARD_BINDS", "/srv:ro /run:ro /runs"}},
     "T__GUARD_BINDS=\"/srv:ro /run:ro /runs\": '/run' has SOCKET_PATH in it, and whoever mounts the "
     "daemon's "
     "socket is not guarded: name folders without it"},
    {"guard-with-the-socket-elsewhere",
     {{"SOCKET_PATH", "/srv/d.sock"}, {"GUARD", "1"}, {"GUARD_BINDS", "/var/run /srv/d.sock"}},
     "GUARD_BINDS=\"/var/run /srv/d.sock\": '/srv/d.sock' has SOCKET_PATH in it, and whoever mounts the "
     "daemon's "
     "socket is not guarded: name folders without it"},
    {"no-slip-of-any",
     {{"T__BIND_CONFIG", ":9"}, {"T__COLOUR", "red"}},
     "T__COLOUR: there is no such variable"},
    {"value",
     {{"T__BIND_CONFIG", ":9"}, {"T__POST", "2"}},
     "T__POST=\"2\": use 1, true, yes or on to switch it on, 0, false, no, off or nothing to switch it off"},
    {"operation",
     {{"T__BIND_CONFIG", ":9"}, {"T__ALLOW_OPERATIONS", "ImageLst"}},
     "T__ALLOW_OPERATIONS=\"ImageLst\": no operation is named 'ImageLst'; is 'ImageList' meant? "
     "(--operations "
     "lists them)"},
    {"at-the-default",
     {{"T__BIND_CONFIG", ":2375"}},
     "T__BIND_CONFIG=\":2375\": :2375 is where BIND_CONFIG listens already: give each a place of its own"},
    {"at-anothers",
     {{"A__BIND_CONFIG", "/x mode 600"}, {"B__BIND_CONFIG", "unix@/x"}},
     "B__BIND_CONFIG=\"unix@/x\": /x is where A__BIND_CONFIG listens already: give each a place of its own"},
    {"within-anothers",
     {{"A__BIND_CONFIG", "127.0.0.1:8"}, {"B__BIND_CONFIG", "[::]:8"}},
     "B__BIND_CONFIG=\"[::]:8\": [::]:8 v4v6 is where A__BIND_CONFIG listens already: give each a place of "
     "its "
     "own"},
    {"metrics-at-a-doors",
     {{"A__BIND_CONFIG", "/x"}, {"METRICS_BIND", "/x"}},
     "METRICS_BIND=\"/x\": /x is where A__BIND_CONFIG listens already: give each a place of its own"},
    {"metrics-at-the-daemons",
     {{"METRICS_BIND", "/var/run/docker.sock"}},
     "METRICS_BIND=\"/var/run/docker.sock\": that is SOCKET_PATH, where the daemon listens: use another "
     "path"},
    {"metrics-of-a-door",
     {{"A__BIND_CONFIG", "/x"}, {"A__METRICS_BIND", ":9"}},
     "A__METRICS_BIND: METRICS_BIND is for all doors: set it without A__"},
    {"other-family", {{"A__BIND_CONFIG", "127.0.0.1:8"}, {"B__BIND_CONFIG", "[::]:8 v6only"}}, ""},
    {"other-address", {{"A__BIND_CONFIG", "127.0.0.1:8"}, {"B__BIND_CONFIG", "127.0.0.2:8"}}, ""},
    {"none-of-none",
     {{"BIND_CONFIG", "none"}},
     "BIND_CONFIG=\"none\": nothing would listen, for there is no door with a name"},
    {"none-with-name",
     {{"T__BIND_CONFIG", "none"}},
     "T__BIND_CONFIG=\"none\": 'none' closes the door without a name: remove this one's variables instead"},
    {"of-other-programs", {{"Logging__LogLevel__Default", "x"}, {"GF__A", "1"}, {"A__B__C", ""}}, ""},
};

class WrongDoor : public testing::TestWithParam<Wrong> {};

TEST_P(WrongDoor, isNamed) {
    const Reading reading = readWith(GetParam().environment);
    std::string mistakes;
    for (const std::string& each : reading.mistakes) mistakes += (mistakes.empty() ? "" : "\n") + each;
    EXPECT_EQ(mistakes, GetParam().mistake);
    EXPECT_THAT(reading.settings.doors, testing::Not(IsEmpty())) << "--operations asks the first one";
}

INSTANTIATE_TEST_SUITE_P(Row, WrongDoor, testing::ValuesIn(wrongs), tests::byId);

} // namespace
} // namespace proxy::settings
