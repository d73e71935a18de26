#include "proxy/settings/names.h"
#include "proxy/settings/table.h"
#include "tests/proxy/settings/rows.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proxy::settings {
namespace {

struct Row {
    std::string_view id;
    std::string name;
    std::string warning; // part of it; empty: none
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.name;
}

const Row table[] = {
    // ---- slips
    {"missing-plural", "CONTAINER", "is CONTAINERS meant?"},
    {"swapped", "IAMGES", "is IMAGES meant?"},
    {"zero-for-o", "INF0", "is INFO meant?"},
    {"restart", "ALLOW_RESTART", "is ALLOW_RESTARTS meant?"},
    {"starts", "ALLOW_STARTS", "is ALLOW_START meant?"},
    {"lower-case", "containers", "is CONTAINERS meant?"},
    {"mixed-case", "Post", "is POST meant?"},
    {"two-slips-in-a-long-name", "SOKCET_PAHT", "is SOCKET_PATH meant?"},
    {"missing-underscore", "LOGLEVEL", "is LOG_LEVEL meant?"},
    {"dash", "LOG-LEVEL", "is LOG_LEVEL meant?"},
    {"bind", "BIND_CONF", "is BIND_CONFIG meant?"},
    {"ipv4", "DISABLE_IPV4", "is DISABLE_IPV6 meant?"},
    {"post-plural", "POSTS", "is POST meant?"},
    {"underscore-ping", "_PING", "is PING meant?"},
    {"node", "NODE", "is NODES meant?"},
    {"guard", "GAURD", "is GUARD meant?"},
    {"guard-plural", "GUARDS", "is GUARD meant?"},
    {"guard-lower-case", "guard", "is GUARD meant?"},
    {"guard-bind", "GUARD_BIND", "is GUARD_BINDS meant?"},
    {"guard-cap", "GUARD_CAP", "is GUARD_CAPS meant?"},
    {"guard-limit", "GUARD_BODYLIMIT", "is GUARD_BODY_LIMIT meant?"},
    // ---- other proxies' names
    {"allowed-paths", "ALLOWED_PATHS", "access is granted by section"},
    {"kill", "ALLOW_KILL", "ALLOW_OPERATIONS=ContainerKill"},
    {"delete", "DELETE", "POST=1"},
    {"put", "PUT", "POST=1"},
    {"get", "GET", "GET and HEAD"},
    {"ports", "PORTS", "BIND_CONFIG"},
    {"wollomatic", "SP_ALLOW_GET", "access is granted by section"},
    {"cetusguard", "CETUSGUARD_RULES", "access is granted by section"},
    // ---- not for us
    {"path", "PATH", ""},
    {"home", "HOME", ""},
    {"hostname", "HOSTNAME", ""},
    {"host", "HOST", ""},
    {"port", "PORT", ""},
    {"term", "TERM", ""},
    {"pwd", "PWD", ""},
    {"oldpwd", "OLDPWD", ""},
    {"lang", "LANG", ""},
    {"language", "LANGUAGE", ""},
    {"lc-all", "LC_ALL", ""},
    {"user", "USER", ""},
    {"logname", "LOGNAME", ""},
    {"shell", "SHELL", ""},
    {"shlvl", "SHLVL", ""},
    {"underscore", "_", ""},
    {"tz", "TZ", ""},
    {"mail", "MAIL", ""},
    {"editor", "EDITOR", ""},
    {"display", "DISPLAY", ""},
    {"container-of-podman-and-systemd", "container", ""},
    {"no-proxy", "no_proxy", ""},
    {"docker-host", "DOCKER_HOST", ""},
    {"kubernetes", "KUBERNETES_SERVICE_HOST", ""},
    {"kubernetes-own-service", "SOCKET_PROXY_PORT_2375_TCP", ""},
    {"sanitizer", "ASAN_OPTIONS", ""},
    {"notify", "NOTIFY_SOCKET", ""},
    {"invocation", "INVOCATION_ID", ""},
    {"journal", "JOURNAL_STREAM", ""},
    {"xdg", "XDG_SESSION_ID", ""},
    {"empty", "", ""},
};

class NameOf : public testing::TestWithParam<Row> {};

TEST_P(NameOf, isWarnedOfOrNot) {
    const auto warning = warnOf(GetParam().name);
    if (GetParam().warning.empty()) {
        EXPECT_EQ(warning, std::nullopt);
    } else {
        ASSERT_TRUE(warning);
        EXPECT_THAT(*warning,
                    testing::StartsWith(GetParam().name + " is not known here and has no effect: "));
        EXPECT_THAT(*warning, testing::HasSubstr(GetParam().warning));
    }
}

INSTANTIATE_TEST_SUITE_P(Row, NameOf, testing::ValuesIn(table), tests::byId);

TEST(Names, knownOnesAreNotWarnedOf) {
    for (const auto& row : proxy::settings::table()) EXPECT_EQ(warnOf(row.name), std::nullopt) << row.name;
}

TEST(Names, warningsAreReadWithTheSettings) {
    EXPECT_THAT(readWith({{"IAMGES", "1"}, {"PATH", "/bin"}}).warnings,
                testing::ElementsAre("IAMGES is not known here and has no effect: is IMAGES meant?"));
}

TEST(Names, ofTheOtherDialectAreWarnedOf) {
    EXPECT_THAT(
        readWith({{"ALLOW_PAUSE", "1"}, {"LIBPOD_PODS", "1"}}).warnings,
        testing::ElementsAre(
            "ALLOW_PAUSE has no effect in DIALECT=tecnativa: ALLOW_OPERATIONS=ContainerPause grants pausing",
            "LIBPOD_PODS has no effect in DIALECT=tecnativa: Podman's own API is proxied in "
            "DIALECT=linuxserver"));
    EXPECT_THAT(readWith({{"DIALECT", "linuxserver"}, {"ALLOW_PAUSE", "1"}, {"LIBPOD_PODS", "1"}}).warnings,
                testing::IsEmpty());
}

// What is advised instead of a variable can be set.
TEST(Names, adviceNamesOperationsThatThereAre) {
    std::size_t advised = 0;
    for (const auto& row : proxy::settings::table()) {
        if (isOf(row, policy::Dialect::tecnativa)) continue;
        const std::string advice(insteadOf(row.name));
        const auto begin = advice.find("_OPERATIONS=");
        if (begin == std::string::npos) continue;
        std::string list = advice.substr(begin + 12);
        list = list.starts_with('"') ? list.substr(1, list.find('"', 1) - 1) : list.substr(0, list.find(' '));
        EXPECT_THAT(policy::parseOperations(list).mistakes, testing::IsEmpty()) << advice;
        ++advised;
    }
    EXPECT_EQ(advised, 7U);
}

} // namespace
} // namespace proxy::settings
