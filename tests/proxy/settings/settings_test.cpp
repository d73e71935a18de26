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
    {"control-octets-are-shown", "LOG_FORMAT", "a\nb\x1b", "LOG_FORMAT=\"a\\x0ab\\x1b\": use text or json"},
};

class OtherValue : public testing::TestWithParam<Value> {};

TEST_P(OtherValue, isTakenOrNamed) {
    const Value& row = GetParam();
    const Reading reading = readWith({{row.name, row.value}});
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
                                      {"SHUTDOWN_GRACE", "soon"}});
    EXPECT_THAT(reading.mistakes, SizeIs(11));
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
