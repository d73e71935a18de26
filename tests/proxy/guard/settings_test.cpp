#include "proxy/guard/settings.h"

#include <gtest/gtest.h>

namespace proxy::guard {
namespace {

TEST(Settings, BindsAreCleanAbsolutePaths) {
    EXPECT_EQ(readBind("/srv/ci"), (Bind{"/srv/ci", false}));
    EXPECT_EQ(readBind("/etc/localtime:ro"), (Bind{"/etc/localtime", true}));
    EXPECT_EQ(readBind("/"), (Bind{"/", false}));
    for (const char* const text : {"", "srv", "./srv", "/srv/", "/srv//ci", "/srv/../etc", "/srv/.", "//",
                                   "/srv:rw", "/srv:ro:ro", "\\srv", "/srv\\ci", "/srv\nci", ":ro"})
        EXPECT_EQ(readBind(text), std::nullopt) << text;
}

TEST(Settings, HostHasSevenWords) {
    Host host;
    for (const char* const word : {"network", "pid", "ipc", "uts", "userns", "cgroup", "container"})
        EXPECT_TRUE(readHost(word, host)) << word;
    EXPECT_EQ(host, (Host{true, true, true, true, true, true, true}));
    for (const char* const word : {"", "net", "Network", "all", "*"})
        EXPECT_FALSE(readHost(word, host)) << word;
}

TEST(Settings, CapabilitiesAreThoseOfLinux) {
    EXPECT_EQ(readCap("SYS_PTRACE"), "SYS_PTRACE");
    EXPECT_EQ(readCap("cap_net_admin"), "NET_ADMIN");
    EXPECT_EQ(readCap("CAP_CHECKPOINT_RESTORE"), "CHECKPOINT_RESTORE");
    for (const char* const text :
         {"", "ALL", "all", "CAP_", "CAP_ALL", "SYS_EVERYTHING", " KILL", "CAP_CAP_KILL"})
        EXPECT_EQ(readCap(text), std::nullopt) << text;
}

TEST(Settings, DevicesAndNetworksAreNamed) {
    EXPECT_TRUE(isDevice("/dev/fuse"));
    EXPECT_FALSE(isDevice("dev/fuse"));
    EXPECT_FALSE(isDevice("/dev/../etc"));
    EXPECT_TRUE(isNetwork("front_1.a-b"));
    for (const char* const text : {"", "-a", "a b", "a/b", "container:a", "a\n"})
        EXPECT_FALSE(isNetwork(text)) << text;
}

} // namespace
} // namespace proxy::guard
