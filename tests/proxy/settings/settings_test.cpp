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
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Settings, defaults) {
    const Reading reading = readWith({});
    EXPECT_THAT(reading.mistakes, IsEmpty());
    EXPECT_THAT(reading.warnings, IsEmpty());
    const Settings& settings = reading.settings;
    ASSERT_THAT(settings.doors, SizeIs(1));
    const Door& door = settings.doors.front();
    EXPECT_EQ(door.name, "");
    EXPECT_EQ(door.access.grants, Grants::defaults());
    EXPECT_EQ(door.access.dialect, policy::Dialect::tecnativa);
    EXPECT_TRUE(door.access.allowed.empty());
    EXPECT_TRUE(door.access.denied.empty());
    EXPECT_FALSE(door.access.learn);
    EXPECT_FALSE(door.access.maskEnv);
    EXPECT_EQ(door.guard.profile, guard::Profile::off);
    EXPECT_EQ(door.guard.bodyLimit, std::size_t{4} << 20U);
    EXPECT_EQ(settings.socketPath, "/var/run/docker.sock");
    EXPECT_THAT(door.listeners, ElementsAre(Listener(TcpListener{"", 2375, TcpListener::Family::any})));
    EXPECT_FALSE(settings.disableIpv6);
    EXPECT_EQ(settings.logLevel, LogLevel::info);
    EXPECT_EQ(settings.logFormat, LogFormat::text);
    EXPECT_EQ(settings.maxConnections, std::nullopt);
    EXPECT_EQ(settings.shutdownGrace, std::chrono::seconds(5));
}

TEST(Settings, everyGrantIsSwitchedByItsName) {
    for (std::size_t i = 0; i < policy::variableCount; ++i) {
        const auto variable = static_cast<Variable>(i);
        const std::string name(policy::facts(variable).name);
        Grants expected = Grants::defaults();
        expected.set(variable, true);
        EXPECT_EQ(doorOf(readWith({{name, "1"}})).access.grants, expected) << name;
        expected.set(variable, false);
        EXPECT_EQ(doorOf(readWith({{name, "0"}})).access.grants, expected) << name;
    }
}

// ---- Values ------------------------------------------------------------------------------------------

struct Switch {
    std::string_view id;
    std::string value;
    std::optional<bool> meaning; // none: a mistake
};

std::ostream& operator<<(std::ostream& out, const Switch& row) {
    return out << "'" << row.value << "'";
}

const Switch switches[] = {
    {"one", "1", true},
    {"true-lower", "true", true},
    {"true-mixed", "True", true},
    {"true-upper", "TRUE", true},
    {"yes", "yes", true},
    {"on", "On", true},
    {"blanks-around", " \t1\r\n", true},
    {"zero", "0", false},
    {"false", "False", false},
    {"no", "NO", false},
    {"off", "off", false},
    {"empty", "", false},
    {"blank", "  ", false},
    {"two", "2", std::nullopt},
    {"minus-one", "-1", std::nullopt},
    {"leading-zero", "01", std::nullopt},
    {"suffix", "1x", std::nullopt},
    {"two-words", "1 1", std::nullopt},
    {"quoted", "\"1\"", std::nullopt},
    {"typo", "ture", std::nullopt},
    {"y", "y", std::nullopt},
    {"enabled", "enabled", std::nullopt},
};

class SwitchValue : public testing::TestWithParam<Switch> {};

TEST_P(SwitchValue, ofEverySwitch) {
    const Switch& row = GetParam();
    for (const std::string name : {"EVENTS", "POST", "ALLOW_STOP", "DISABLE_IPV6"}) {
        const Reading reading = readWith({{name, row.value}});
        EXPECT_THAT(reading.mistakes, SizeIs(row.meaning ? 0 : 1)) << name;
        if (!row.meaning) {
            EXPECT_THAT(reading.mistakes.front(), testing::StartsWith(name + "=\"")) << name;
            EXPECT_THAT(reading.mistakes.front(), HasSubstr("1, true, yes or on")) << name;
            continue;
        }
        const auto variable = policy::variableNamed(name);
        EXPECT_EQ(variable ? doorOf(reading).access.grants.has(*variable) : reading.settings.disableIpv6,
                  *row.meaning)
            << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Row, SwitchValue, testing::ValuesIn(switches), tests::byId);

// ---- The others: what is taken, and what a mistake must say -------------------------------------------

struct Value {
    std::string_view id;
    std::string name;
    std::string value;
    std::string mistake; // whole; empty: none
};

std::ostream& operator<<(std::ostream& out, const Value& row) {
    return out << row.name << "=" << row.value;
}

const std::string longPath = "/" + std::string(107, 'x');
const std::string unclean =
    " is no absolute and clean path, without //, . and .., and without / at its end: use "
    "one as in /srv/ci or /srv/ci:ro";
const std::string noDevice = " is neither gpu nor the clean path of a device: use one as in /dev/fuse";
const std::string noNetwork =
    " is no network's name: use letters, digits, _, . and -, a letter or digit first";
const std::string noLimit = ": use a number of octets from 4k to 1g, as in 4m";

const Value values[] = {
    {"socket-path", "SOCKET_PATH", "/run/podman/podman.sock", ""},
    {"socket-path-empty-is-unset", "SOCKET_PATH", "", ""},
    {"socket-path-longest", "SOCKET_PATH", longPath.substr(0, 107), ""},
    {"socket-path-too-long", "SOCKET_PATH", longPath,
     "SOCKET_PATH=\"" + longPath + "\": use a path of at most 107 octets, the kernel takes no longer one"},
    {"socket-path-relative", "SOCKET_PATH", "docker.sock",
     "SOCKET_PATH=\"docker.sock\": use the absolute path of the daemon's socket, as in /var/run/docker.sock"},
    {"socket-path-url", "SOCKET_PATH", "unix:///run/docker.sock",
     "SOCKET_PATH=\"unix:///run/docker.sock\": use a path, not a URL: is /run/docker.sock meant?"},
    {"socket-path-tcp", "SOCKET_PATH", "tcp://127.0.0.1:2375",
     "SOCKET_PATH=\"tcp://127.0.0.1:2375\": use the absolute path of the daemon's socket, as in "
     "/var/run/docker.sock"},
    {"metrics", "METRICS_BIND", "127.0.0.1:9100, /run/metrics.sock mode 666", ""},
    {"metrics-empty-is-unset", "METRICS_BIND", " ", ""},
    {"metrics-without-port", "METRICS_BIND", "127.0.0.1",
     "METRICS_BIND=\"127.0.0.1\": \"127.0.0.1\" is nothing to listen on: is 127.0.0.1:2375 meant?"},
    {"operations", "ALLOW_OPERATIONS", "ContainerList, ContainerStat*\tSystemInfo", ""},
    {"operations-empty", "DENY_OPERATIONS", " ", ""},
    {"operation-unknown", "ALLOW_OPERATIONS", "ContainerLst",
     "ALLOW_OPERATIONS=\"ContainerLst\": no operation is named 'ContainerLst'; is 'ContainerList' meant? "
     "(--operations lists them)"},
    {"operations-that-begin-so-unknown", "DENY_OPERATIONS", "Pod*",
     "DENY_OPERATIONS=\"Pod*\": no operation is named 'Pod*'; is 'NodeList' meant? (--operations lists "
     "them)"},
    {"operations-all", "ALLOW_OPERATIONS", "*",
     "ALLOW_OPERATIONS=\"*\": '*' would be every operation: name them (--operations lists them)"},
    {"dialect", "DIALECT", "Linuxserver", ""},
    {"dialect-unknown", "DIALECT", "podman", "DIALECT=\"podman\": use tecnativa or linuxserver"},
    {"log-level-lower", "LOG_LEVEL", "warning", ""},
    {"log-level-upper", "LOG_LEVEL", "DEBUG", ""},
    {"log-level-empty-is-unset", "LOG_LEVEL", " ", ""},
    {"log-level-unknown", "LOG_LEVEL", "warn",
     "LOG_LEVEL=\"warn\": use debug, info, notice, warning, err, crit, alert or emerg"},
    {"log-format", "LOG_FORMAT", "JSON", ""},
    {"log-format-unknown", "LOG_FORMAT", "xml", "LOG_FORMAT=\"xml\": use text or json"},
    {"connections", "MAX_CONNECTIONS", "1", ""},
    {"connections-most", "MAX_CONNECTIONS", "1000000", ""},
    {"connections-none", "MAX_CONNECTIONS", "0",
     "MAX_CONNECTIONS=\"0\": use a whole number of connections from 1 to 1000000"},
    {"connections-too-many", "MAX_CONNECTIONS", "1000001",
     "MAX_CONNECTIONS=\"1000001\": use a whole number of connections from 1 to 1000000"},
    {"connections-beyond-64-bits", "MAX_CONNECTIONS", "99999999999999999999",
     "MAX_CONNECTIONS=\"99999999999999999999\": use a whole number of connections from 1 to 1000000"},
    {"connections-negative", "MAX_CONNECTIONS", "-1",
     "MAX_CONNECTIONS=\"-1\": use a whole number of connections from 1 to 1000000"},
    {"grace-none", "SHUTDOWN_GRACE", "0", ""},
    {"grace-a-day", "SHUTDOWN_GRACE", "86400", ""},
    {"grace-with-unit", "SHUTDOWN_GRACE", "5s",
     "SHUTDOWN_GRACE=\"5s\": use a whole number of seconds from 0 to 86400"},
    {"grace-fraction", "SHUTDOWN_GRACE", "0.5",
     "SHUTDOWN_GRACE=\"0.5\": use a whole number of seconds from 0 to 86400"},
    {"guard-off", "GUARD", "Off", ""},
    {"guard-blank", "GUARD", " ", ""},
    {"guard-on", "GUARD", "yes", ""},
    {"guard-baseline", "GUARD", "Baseline", ""},
    {"guard-restricted", "GUARD", "restricted", ""},
    {"guard-unknown", "GUARD", "strict",
     "GUARD=\"strict\": use 1 or baseline, or restricted; 0 or nothing to switch it off"},
    {"guard-two", "GUARD", "2",
     "GUARD=\"2\": use 1 or baseline, or restricted; 0 or nothing to switch it off"},
    {"guard-both", "GUARD", "baseline restricted",
     "GUARD=\"baseline restricted\": use 1 or baseline, or restricted; 0 or nothing to switch it off"},
    {"guard-binds", "GUARD_BINDS", "/srv/ci,/etc/localtime:ro\n/srv/..x/a.b-c", ""},
    {"guard-binds-blank", "GUARD_BINDS", " , ", ""},
    {"guard-binds-relative", "GUARD_BINDS", "srv/ci", "GUARD_BINDS=\"srv/ci\": 'srv/ci'" + unclean},
    {"guard-binds-up", "GUARD_BINDS", "/srv/../etc", "GUARD_BINDS=\"/srv/../etc\": '/srv/../etc'" + unclean},
    {"guard-binds-here", "GUARD_BINDS", "/srv/.", "GUARD_BINDS=\"/srv/.\": '/srv/.'" + unclean},
    {"guard-binds-two-slashes", "GUARD_BINDS", "/srv//ci", "GUARD_BINDS=\"/srv//ci\": '/srv//ci'" + unclean},
    {"guard-binds-slash-at-the-end", "GUARD_BINDS", "/srv/", "GUARD_BINDS=\"/srv/\": '/srv/'" + unclean},
    {"guard-binds-slash-before-ro", "GUARD_BINDS", "/srv/:ro",
     "GUARD_BINDS=\"/srv/:ro\": '/srv/:ro'" + unclean},
    {"guard-binds-backslash", "GUARD_BINDS", "/a\\b", "GUARD_BINDS=\"/a\\b\": '/a\\b'" + unclean},
    {"guard-binds-no-path", "GUARD_BINDS", ":ro", "GUARD_BINDS=\":ro\": ':ro'" + unclean},
    {"guard-binds-behind-a-blank", "GUARD_BINDS", "/srv/my folder",
     "GUARD_BINDS=\"/srv/my folder\": 'folder'" + unclean},
    {"guard-binds-the-host", "GUARD_BINDS", "/",
     "GUARD_BINDS=\"/\": '/' is the whole host, root's files and all: name the folders that are needed"},
    {"guard-binds-the-host-to-read", "GUARD_BINDS", "/:ro",
     "GUARD_BINDS=\"/:ro\": '/:ro' is the whole host, root's files and all: name the folders that are "
     "needed"},
    {"guard-binds-rw", "GUARD_BINDS", "/srv:rw",
     "GUARD_BINDS=\"/srv:rw\": '/srv:rw' has something else than ro behind its colon: use /srv or /srv:ro"},
    {"guard-binds-capital-ro", "GUARD_BINDS", "/srv:RO",
     "GUARD_BINDS=\"/srv:RO\": '/srv:RO' has something else than ro behind its colon: use /srv or /srv:ro"},
    {"guard-binds-with-target", "GUARD_BINDS", "/srv:/srv:ro",
     "GUARD_BINDS=\"/srv:/srv:ro\": '/srv:/srv:ro' has something else than ro behind its colon: use /srv or "
     "/srv:ro"},
    {"guard-binds-to-read-below-to-write", "GUARD_BINDS", "/srv /srv/keys:ro",
     "GUARD_BINDS=\"/srv /srv/keys:ro\": '/srv/keys:ro' contradicts '/srv': what may be written holds for "
     "all "
     "below it"},
    {"guard-binds-to-write-above-to-read", "GUARD_BINDS", "/srv:ro /srv",
     "GUARD_BINDS=\"/srv:ro /srv\": '/srv' contradicts '/srv:ro': what may be written holds for all below "
     "it"},
    {"guard-binds-to-write-below-to-read", "GUARD_BINDS", "/srv:ro /srv/ci /srv2", ""},
    {"guard-host", "GUARD_HOST", "network pid,ipc uts\tuserns cgroup container", ""},
    {"guard-host-unknown", "GUARD_HOST", "pid net",
     "GUARD_HOST=\"pid net\": 'net' is nothing of the host's: use some of network pid ipc uts userns cgroup "
     "container"},
    {"guard-host-capitals", "GUARD_HOST", "PID",
     "GUARD_HOST=\"PID\": 'PID' is nothing of the host's: use some of network pid ipc uts userns cgroup "
     "container"},
    {"guard-caps", "GUARD_CAPS", "sys_ptrace CAP_NET_ADMIN", ""},
    {"guard-caps-all", "GUARD_CAPS", "All",
     "GUARD_CAPS=\"All\": 'All' is every capability: name those that are needed"},
    {"guard-caps-all-with-prefix", "GUARD_CAPS", "CAP_ALL",
     "GUARD_CAPS=\"CAP_ALL\": 'CAP_ALL' is every capability: name those that are needed"},
    {"guard-caps-unknown", "GUARD_CAPS", "PTRACE",
     "GUARD_CAPS=\"PTRACE\": 'PTRACE' is no capability of Linux: use names as in SYS_PTRACE"},
    {"guard-devices", "GUARD_DEVICES", "/dev/fuse gpu,/dev/snd/timer", ""},
    {"guard-devices-relative", "GUARD_DEVICES", "fuse", "GUARD_DEVICES=\"fuse\": 'fuse'" + noDevice},
    {"guard-devices-unclean", "GUARD_DEVICES", "/dev/../mem",
     "GUARD_DEVICES=\"/dev/../mem\": '/dev/../mem'" + noDevice},
    {"guard-devices-slash-at-the-end", "GUARD_DEVICES", "/dev/",
     "GUARD_DEVICES=\"/dev/\": '/dev/'" + noDevice},
    {"guard-devices-mode", "GUARD_DEVICES", "/dev/fuse:rwm",
     "GUARD_DEVICES=\"/dev/fuse:rwm\": '/dev/fuse:rwm'" + noDevice},
    {"guard-devices-target", "GUARD_DEVICES", "/dev/fuse:/dev/fuse",
     "GUARD_DEVICES=\"/dev/fuse:/dev/fuse\": '/dev/fuse:/dev/fuse'" + noDevice},
    {"guard-devices-gpu-capitals", "GUARD_DEVICES", "GPU", "GUARD_DEVICES=\"GPU\": 'GPU'" + noDevice},
    {"guard-devices-all", "GUARD_DEVICES", "/dev",
     "GUARD_DEVICES=\"/dev\": '/dev' holds every device: name those that are needed"},
    {"guard-devices-the-host", "GUARD_DEVICES", "/",
     "GUARD_DEVICES=\"/\": '/' holds every device: name those that are needed"},
    {"guard-networks", "GUARD_NETWORKS", "ci_default bridge none", ""},
    {"guard-networks-host", "GUARD_NETWORKS", "host",
     "GUARD_NETWORKS=\"host\": 'host' is the host's own: GUARD_HOST=network is what allows it"},
    {"guard-networks-container", "GUARD_NETWORKS", "container:x",
     "GUARD_NETWORKS=\"container:x\": 'container:x'" + noNetwork},
    {"guard-networks-pattern", "GUARD_NETWORKS", "ci_*", "GUARD_NETWORKS=\"ci_*\": 'ci_*'" + noNetwork},
    {"guard-exec", "GUARD_EXEC", "maybe",
     "GUARD_EXEC=\"maybe\": use 1, true, yes or on to switch it on, 0, false, no, off or nothing to switch "
     "it "
     "off"},
    {"guard-limit", "GUARD_BODY_LIMIT", "16M", ""},
    {"guard-limit-least", "GUARD_BODY_LIMIT", "4096", ""},
    {"guard-limit-most", "GUARD_BODY_LIMIT", "1g", ""},
    {"guard-limit-blank", "GUARD_BODY_LIMIT", " ", ""},
    {"guard-limit-too-little", "GUARD_BODY_LIMIT", "4095", "GUARD_BODY_LIMIT=\"4095\"" + noLimit},
    {"guard-limit-none", "GUARD_BODY_LIMIT", "0", "GUARD_BODY_LIMIT=\"0\"" + noLimit},
    {"guard-limit-too-much", "GUARD_BODY_LIMIT", "1073741825", "GUARD_BODY_LIMIT=\"1073741825\"" + noLimit},
    {"guard-limit-too-much-in-its-unit", "GUARD_BODY_LIMIT", "1025m", "GUARD_BODY_LIMIT=\"1025m\"" + noLimit},
    {"guard-limit-beyond-64-bits", "GUARD_BODY_LIMIT", "17179869184g",
     "GUARD_BODY_LIMIT=\"17179869184g\"" + noLimit},
    {"guard-limit-two-letters", "GUARD_BODY_LIMIT", "4mb", "GUARD_BODY_LIMIT=\"4mb\"" + noLimit},
    {"guard-limit-no-number", "GUARD_BODY_LIMIT", "m", "GUARD_BODY_LIMIT=\"m\"" + noLimit},
    {"guard-limit-negative", "GUARD_BODY_LIMIT", "-4m", "GUARD_BODY_LIMIT=\"-4m\"" + noLimit},
    {"guard-limit-fraction", "GUARD_BODY_LIMIT", "0.5m", "GUARD_BODY_LIMIT=\"0.5m\"" + noLimit},
    {"control-octets-are-shown", "LOG_FORMAT", "a\nb\x1b", "LOG_FORMAT=\"a\\x0ab\\x1b\": use text or json"},
};

class OtherValue : public testing::TestWithParam<Value> {};

TEST_P(OtherValue, isTakenOrNamed) {
    const Value& row = GetParam();
    Environment environment{{row.name, row.value}};
    if (row.name.starts_with("GUARD_")) environment.emplace("GUARD", "1"); // or it has no effect
    const Reading reading = readWith(environment);
    if (row.mistake.empty()) {
        EXPECT_THAT(reading.mistakes, IsEmpty());
    } else {
        EXPECT_THAT(reading.mistakes, ElementsAre(row.mistake));
    }
    EXPECT_THAT(reading.warnings, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Row, OtherValue, testing::ValuesIn(values), tests::byId);

TEST(Settings, allAreRead) {
    const Reading reading = readWith({{"SOCKET_PATH", " /run/d.sock "},
                                      {"BIND_CONFIG", "127.0.0.1:80"},
                                      {"LOG_LEVEL", "emerg"},
                                      {"LOG_FORMAT", "json"},
                                      {"MAX_CONNECTIONS", "12"},
                                      {"SHUTDOWN_GRACE", "34"},
                                      {"EVENTS", ""},
                                      {"CONTAINERS", "yes"},
                                      {"ALLOW_OPERATIONS", "ImageList"},
                                      {"DENY_OPERATIONS", "ContainerArchive*"},
                                      {"LEARN", "1"},
                                      {"MASK_ENV", "1"}});
    EXPECT_THAT(reading.mistakes, IsEmpty());
    const policy::Access& access = doorOf(reading).access;
    EXPECT_EQ(policy::describe(access.allowed), "ImageList");
    EXPECT_EQ(policy::describe(access.denied), "ContainerArchiveInfo ContainerArchive");
    EXPECT_TRUE(access.learn);
    EXPECT_TRUE(access.maskEnv);
    const Settings& settings = reading.settings;
    EXPECT_EQ(settings.socketPath, "/run/d.sock");
    EXPECT_THAT(doorOf(reading).listeners,
                ElementsAre(Listener(TcpListener{"127.0.0.1", 80, TcpListener::Family::v4})));
    EXPECT_EQ(settings.logLevel, LogLevel::emerg);
    EXPECT_EQ(settings.logFormat, LogFormat::json);
    EXPECT_EQ(settings.maxConnections, 12U);
    EXPECT_EQ(settings.shutdownGrace, std::chrono::seconds(34));
    EXPECT_EQ(doorOf(reading).access.grants,
              (Grants{Variable::ping, Variable::version, Variable::containers}));
}

TEST(Settings, allOfTheGuardAreRead) {
    const Reading reading = readWith({{"GUARD", "restricted"},
                                      {"GUARD_BINDS", "/srv/ci /opt:ro"},
                                      {"GUARD_HOST", "pid container"},
                                      {"GUARD_CAPS", "sys_ptrace"},
                                      {"GUARD_DEVICES", "/dev/fuse gpu"},
                                      {"GUARD_NETWORKS", "ci default"},
                                      {"GUARD_EXEC", "1"},
                                      {"GUARD_CP", "1"},
                                      {"GUARD_BUILD", "1"},
                                      {"GUARD_BODY_LIMIT", "64K"}});
    EXPECT_THAT(reading.mistakes, IsEmpty());
    EXPECT_THAT(reading.warnings, IsEmpty());
    const guard::Settings& guard = doorOf(reading).guard;
    EXPECT_EQ(guard.profile, guard::Profile::restricted);
    EXPECT_THAT(guard.binds, ElementsAre(guard::Bind{"/srv/ci", false}, guard::Bind{"/opt", true}));
    EXPECT_EQ(guard.host, (guard::Host{.pid = true, .container = true}));
    EXPECT_THAT(guard.caps, ElementsAre("SYS_PTRACE"));
    EXPECT_THAT(guard.devices, ElementsAre("/dev/fuse"));
    EXPECT_TRUE(guard.gpu);
    EXPECT_THAT(guard.networks, ElementsAre("ci", "bridge"));
    EXPECT_TRUE(guard.exec);
    EXPECT_TRUE(guard.cp);
    EXPECT_TRUE(guard.build);
    EXPECT_EQ(guard.bodyLimit, 65'536U);
}

TEST(Settings, everyLogLevelByName) {
    int expected = 0;
    for (const char* name : {"debug", "info", "notice", "warning", "err", "crit", "alert", "emerg"})
        EXPECT_EQ(static_cast<int>(readWith({{"LOG_LEVEL", name}}).settings.logLevel), expected++) << name;
}

TEST(Settings, everyMistakeIsReportedAtOnce) {
    const Reading reading = readWith({{"AUTH", "perhaps"},
                                      {"POST", "2"},
                                      {"SOCKET_PATH", "x"},
                                      {"BIND_CONFIG", "nowhere, :0 , :80 tls"},
                                      {"DISABLE_IPV6", "6"},
                                      {"LOG_LEVEL", "loud"},
                                      {"LOG_FORMAT", "x"},
                                      {"MAX_CONNECTIONS", "many"},
                                      {"SHUTDOWN_GRACE", "soon"},
                                      {"GUARD", "soon"},
                                      {"GUARD_CAPS", "ALL, NONE"}});
    EXPECT_THAT(reading.mistakes, SizeIs(14));
    for (const std::string& mistake : reading.mistakes) EXPECT_THAT(mistake, HasSubstr(": ")) << mistake;
}

// ---- Contradictions ----------------------------------------------------------------------------------

TEST(Settings, actionsWithoutPostAreWarnedOf) {
    EXPECT_THAT(readWith({{"ALLOW_START", "1"}, {"ALLOW_RESTARTS", "1"}}).warnings,
                ElementsAre("ALLOW_START=1 has no effect without POST=1: set both",
                            "ALLOW_RESTARTS=1 has no effect without POST=1: set both"));
    EXPECT_THAT(readWith({{"ALLOW_START", "1"}, {"POST", "1"}}).warnings, IsEmpty());
    EXPECT_THAT(readWith({{"ALLOW_START", "0"}}).warnings, IsEmpty());
}

TEST(Settings, withoutIpv6TheDefaultIsIpv4) {
    const Reading reading = readWith({{"DISABLE_IPV6", "1"}});
    EXPECT_THAT(reading.mistakes, IsEmpty());
    EXPECT_TRUE(reading.settings.disableIpv6);
    EXPECT_THAT(doorOf(reading).listeners,
                ElementsAre(Listener(TcpListener{"", 2375, TcpListener::Family::v4})));
}

TEST(Settings, withoutIpv6AnIpv6AddressIsAMistake) {
    for (const char* bind : {"[::1]:80", "[::]:80 v6only"})
        EXPECT_THAT(
            readWith({{"DISABLE_IPV6", "1"}, {"BIND_CONFIG", bind}}).mistakes,
            ElementsAre(HasSubstr(bind + std::string(" contradicts DISABLE_IPV6: remove one of the two"))));
}

TEST(Settings, withoutIpv6TwoListenersMayBecomeOne) {
    EXPECT_THAT(readWith({{"DISABLE_IPV6", "1"}, {"BIND_CONFIG", "[::]:80, :80"}}).mistakes,
                ElementsAre(HasSubstr(":80 is there twice: remove one")));
}

// ---- environ -----------------------------------------------------------------------------------------

TEST(Environ, becomesAMap) {
    std::string entries[] = {"A=1", "B==", "C=", "no-equals", "A=2", "=odd"};
    char* environ[] = {entries[0].data(),
                       entries[1].data(),
                       entries[2].data(),
                       entries[3].data(),
                       entries[4].data(),
                       entries[5].data(),
                       nullptr};
    EXPECT_EQ(environment(environ), (Environment{{"A", "1"}, {"B", "="}, {"C", ""}, {"", "odd"}}));
    EXPECT_THAT(environment(nullptr), IsEmpty());
}

TEST(Environ, systemAccountsKnowRoot) {
    const Accounts accounts = systemAccounts();
    EXPECT_EQ(accounts.user("root"), uid_t{0});
    EXPECT_EQ(accounts.group("root"), gid_t{0});
    EXPECT_EQ(accounts.user("no such user"), std::nullopt);
    EXPECT_EQ(accounts.group("no such group"), std::nullopt);
}

} // namespace
} // namespace proxy::settings
