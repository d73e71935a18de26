#include "tests/proxy/settings/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proxy::settings {
namespace {

TEST(Describe, defaults) {
    EXPECT_EQ(describe(readWith({}).settings), R"(default  AUTH=0
default  BUILD=0
default  COMMIT=0
default  CONFIGS=0
default  CONTAINERS=0
default  DISTRIBUTION=0
default  EVENTS=1
default  EXEC=0
default  GRPC=0
default  IMAGES=0
default  INFO=0
default  NETWORKS=0
default  NODES=0
default  PING=1
default  PLUGINS=0
default  SECRETS=0
default  SERVICES=0
default  SESSION=0
default  SWARM=0
default  SYSTEM=0
default  TASKS=0
default  VERSION=1
default  VOLUMES=0
default  POST=0
default  ALLOW_START=0
default  ALLOW_STOP=0
default  ALLOW_RESTARTS=0
default  ALLOW_OPERATIONS=
default  DENY_OPERATIONS=
default  DIALECT=tecnativa
default  MASK_ENV=0
default  LEARN=0
default  GUARD=0
default  GUARD_BINDS=
default  GUARD_HOST=
default  GUARD_CAPS=
default  GUARD_DEVICES=
default  GUARD_NETWORKS=
default  GUARD_EXEC=0
default  GUARD_CP=0
default  GUARD_BUILD=0
default  GUARD_BODY_LIMIT=4m
default  BIND_CONFIG=[::]:2375 v4v6
default  SOCKET_PATH=/var/run/docker.sock
default  DISABLE_IPV6=0
default  LOG_LEVEL=info
default  LOG_FORMAT=text
default  MAX_CONNECTIONS=(as the file limit bears)
default  SHUTDOWN_GRACE=5
default  CONFINE=1
default  METRICS_BIND=
)");
}

TEST(Describe, whatIsSetAsItIsInEffect) {
    const Environment environment{
        {"EVENTS", ""},         {"CONTAINERS", "Yes"},     {"BIND_CONFIG", "*:80,/p group docker"},
        {"LOG_LEVEL", "CRIT"},  {"MAX_CONNECTIONS", "7"},  {"LOG_FORMAT", " "},
        {"DISABLE_IPV6", "on"}, {"SHUTDOWN_GRACE", "060"}, {"METRICS_BIND", "*:9"},
    };
    const std::string text = describe(readWith(environment).settings);
    for (const char* line :
         {"set      EVENTS=0\n", "set      CONTAINERS=1\n", "set      BIND_CONFIG=:80, /p gid 999\n",
          "set      LOG_LEVEL=crit\n", "set      MAX_CONNECTIONS=7\n", "default  LOG_FORMAT=text\n",
          "set      DISABLE_IPV6=1\n", "set      SHUTDOWN_GRACE=60\n", "set      METRICS_BIND=:9\n",
          "default  POST=0\n"})
        EXPECT_THAT(text, testing::HasSubstr(line));
}

// As the image does it: all of them, with their defaults.
TEST(Describe, whatIsSetToItsDefaultAsDefault) {
    const std::string text = describe(readWith({{"EVENTS", "true"},
                                                {"POST", "off"},
                                                {"BIND_CONFIG", "[::]:2375"},
                                                {"MAX_CONNECTIONS", ""},
                                                {"SHUTDOWN_GRACE", "5"},
                                                {"SOCKET_PATH", "/var/run/docker.sock"}})
                                          .settings);
    EXPECT_EQ(text, describe(readWith({}).settings));
}

TEST(Describe, theDialectsVariables) {
    const std::string text = describe(readWith({{"DIALECT", "linuxserver"}, {"ALLOW_PAUSE", "1"}}).settings);
    for (const char* line : {"set      DIALECT=linuxserver\n", "set      ALLOW_PAUSE=1\n",
                             "default  LIBPOD_PING=1\n", "default  LIBPOD_PODS=0\n"})
        EXPECT_THAT(text, testing::HasSubstr(line));
}

TEST(Describe, operationsByName) {
    EXPECT_THAT(
        describe(readWith({{"DENY_OPERATIONS", "ContainerArchive*,SecretList"}}).settings),
        testing::HasSubstr("set      DENY_OPERATIONS=ContainerArchiveInfo ContainerArchive SecretList\n"));
}

TEST(Describe, theGuard) {
    const std::string text = describe(readWith({{"GUARD", "On"},
                                                {"GUARD_BINDS", "/srv/ci, /etc/localtime:ro"},
                                                {"GUARD_HOST", "uts,network"},
                                                {"GUARD_CAPS", "cap_sys_ptrace"},
                                                {"GUARD_DEVICES", "gpu /dev/fuse"},
                                                {"GUARD_NETWORKS", "default ci"},
                                                {"GUARD_CP", "yes"},
                                                {"GUARD_BODY_LIMIT", "65536"},
                                                {"T__BIND_CONFIG", ":9"},
                                                {"T__GUARD", "RESTRICTED"}})
                                          .settings);
    for (const char* line :
         {"set      GUARD=baseline\n", "set      GUARD_BINDS=/srv/ci /etc/localtime:ro\n",
          "set      GUARD_HOST=network uts\n", "set      GUARD_CAPS=SYS_PTRACE\n",
          "set      GUARD_DEVICES=/dev/fuse gpu\n", "set      GUARD_NETWORKS=bridge ci\n",
          "default  GUARD_EXEC=0\n", "set      GUARD_CP=1\n", "set      GUARD_BODY_LIMIT=64k\n",
          "set      T__GUARD=restricted\n", "default  T__GUARD_BINDS=\n"})
        EXPECT_THAT(text, testing::HasSubstr(line));
}

TEST(Describe, everyDoor) {
    const std::string text = describe(readWith({{"POST", "1"},
                                                {"T__BIND_CONFIG", "/t.sock mode 660"},
                                                {"T__CONTAINERS", "1"},
                                                {"W__BIND_CONFIG", ":99"},
                                                {"W__DIALECT", "linuxserver"}})
                                          .settings);
    for (const char* line :
         {"set      POST=1\n", "default  BIND_CONFIG=[::]:2375 v4v6\n", "default  LOG_LEVEL=info\n",
          "set      T__CONTAINERS=1\n", "default  T__POST=0\n", "set      T__BIND_CONFIG=/t.sock mode 660\n",
          "set      W__BIND_CONFIG=:99\n", "default  W__LIBPOD_PING=1\n",
          "set      W__DIALECT=linuxserver\n"})
        EXPECT_THAT(text, testing::HasSubstr(line));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("__LOG_LEVEL")));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("T__LIBPOD")));
}

TEST(Describe, aClosedDoor) {
    const std::string text = describe(readWith({{"BIND_CONFIG", "none"}, {"T__BIND_CONFIG", ":9"}}).settings);
    EXPECT_THAT(
        text, testing::StartsWith("set      BIND_CONFIG=none\ndefault  SOCKET_PATH=/var/run/docker.sock\n"));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr(" CONTAINERS=")));
    EXPECT_THAT(text, testing::HasSubstr("default  T__CONTAINERS=0\n"));
}

} // namespace
} // namespace proxy::settings
