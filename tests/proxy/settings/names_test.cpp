#include "proxy/settings/names.h"
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
    // ---- other proxies' names
    {"allowed-paths", "ALLOWED_PATHS", "access is granted by section"},
    {"delete", "DELETE", "POST=1"},
    {"put", "PUT", "POST=1"},
    {"get", "GET", "GET and HEAD"},
    {"ports", "PORTS", "BIND_CONFIG"},
    {"pause", "ALLOW_PAUSE", "CONTAINERS=1 and POST=1"},
    {"unpause", "ALLOW_UNPAUSE", "CONTAINERS=1 and POST=1"},
    {"logs", "ALLOW_LOGS", "CONTAINERS=1 opens logs"},
    {"archive", "ALLOW_ARCHIVE", "CONTAINERS=1 opens archive"},
    {"libpod", "LIBPOD_CONTAINERS", "Podman's own API is not proxied"},
    {"libpod-action", "LIBPOD_ALLOW_POD_START", "Podman's own API is not proxied"},
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
    for (const char* name :
         {"CONTAINERS", "POST", "ALLOW_START", "SOCKET_PATH", "BIND_CONFIG", "DISABLE_IPV6", "LOG_LEVEL",
          "LOG_FORMAT", "MAX_CONNECTIONS", "SHUTDOWN_GRACE"}) {
        EXPECT_TRUE(isKnown(name)) << name;
        EXPECT_EQ(warnOf(name), std::nullopt) << name;
    }
    EXPECT_FALSE(isKnown(""));
}

TEST(Names, warningsAreReadWithTheSettings) {
    EXPECT_THAT(readWith({{"IAMGES", "1"}, {"PATH", "/bin"}}).warnings,
                testing::ElementsAre("IAMGES is not known here and has no effect: is IMAGES meant?"));
}

TEST(Distance, countsEdits) {
    EXPECT_EQ(distance("", ""), 0U);
    EXPECT_EQ(distance("INFO", "INFO"), 0U);
    EXPECT_EQ(distance("", "INFO"), 4U);
    EXPECT_EQ(distance("INFO", ""), 4U);
    EXPECT_EQ(distance("IAMGES", "IMAGES"), 1U);
    EXPECT_EQ(distance("INF0", "INFO"), 1U);
    EXPECT_EQ(distance("INFOS", "INFO"), 1U);
    EXPECT_EQ(distance("NFO", "INFO"), 1U);
    EXPECT_EQ(distance("OFNI", "INFO"), 3U);
    EXPECT_EQ(distance("BA", "AB"), 1U);
    EXPECT_EQ(distance("CA", "ABC"), 3U);
}

} // namespace
} // namespace proxy::settings
