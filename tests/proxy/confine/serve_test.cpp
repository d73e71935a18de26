// The program, confined: what its first line says and the kernel confirms, on kernels that refuse as well.
#include "tests/proxy/confine/kernel.h"
#include "tests/proxy/program/program.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace proxy::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view ping = "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n";
constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

class Confined : public testing::Test {
protected:
    Confined() {
        fs::permissions(fs::path(daemon_.path()).parent_path(), fs::perms(0711)); // for who is not root
        fs::permissions(daemon_.path(), fs::perms(0666));
    }
    void expectServes(Peer& client) {
        client.send(ping);
        Peer daemon = daemon_.accept();
        EXPECT_EQ(daemon.readHead(), ping);
        daemon.send(answer);
        EXPECT_EQ(readAnswer(client).status, 200);
    }
    void expectServes(Program& program) {
        daemon_.accept().close();
        Peer client = dialTcp(port_);
        expectServes(client);
        client.close();
        program.signal(SIGTERM);
        EXPECT_EQ(program.status(), 0);
    }
    RawDaemon daemon_;
    std::uint16_t port_ = freePort();
    Program::Environment environment_{{"BIND_CONFIG", "127.0.0.1:" + std::to_string(port_)},
                                      {"SOCKET_PATH", daemon_.path()}};
};

// A line of /proc/PID/status or of another file of its: what stands behind the name.
std::string told(const Program& program, const std::string& file, const std::string& name) {
    std::ifstream in("/proc/" + std::to_string(program.pid()) + "/" + file);
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(name)) return line.substr(name.size());
    return "not there";
}

std::string holds(const std::string& line) {
    const std::string words = "; confined: ";
    const std::size_t at = line.find(words);
    return at == std::string::npos ? line : line.substr(at + words.size());
}

bool becomeNobody() {
    constexpr id_t nobody = 65534;
    return ::setgroups(0, nullptr) == 0 && ::setresgid(nobody, nobody, nobody) == 0 &&
           ::setresuid(nobody, nobody, nobody) == 0;
}

// ---- Kernels -------------------------------------------------------------------------------------------

struct Kernel {
    const char* id;
    std::initializer_list<Refusal> refuses;
    testing::Matcher<std::string> holds;
    int filters; ///< of the proxy's, behind the one that refuses
    const char* warning;
};
void PrintTo(const Kernel& row, std::ostream* out) {
    *out << row.id;
}

constexpr const char* untaken = "the kernel takes no filter of system calls (";

const Kernel kernels[] = {
    {"of-today", {}, AllOf(StartsWith("seccomp, "), HasSubstr("Landlock")), 1, nullptr},
    {"before-landlock", noLandlock, StartsWith("seccomp, no Landlock (not in this kernel)"), 1, nullptr},
    {"landlock-switched-off",
     {{"landlock_create_ruleset", EOPNOTSUPP}},
     StartsWith("seccomp, no Landlock (not in this kernel)"),
     1,
     nullptr},
    {"landlock-refused",
     {{"landlock_restrict_self", EPERM}},
     StartsWith("seccomp, no Landlock (Operation not permitted)"),
     1,
     nullptr},
    {"seccomp-refused", noSeccomp, StartsWith("no seccomp, "), 0, untaken},
    {"before-seccomp-s-call", {{"seccomp", ENOSYS}}, StartsWith("seccomp, "), 1, nullptr},
    {"kills-threads-only", {{"seccomp", EINVAL, 2}}, StartsWith("seccomp, "), 1, nullptr},
    {"limits-refused", {{"prlimit64", EPERM}, {"setrlimit", EPERM}}, StartsWith("seccomp, "), 1, nullptr},
    {"neither",
     {{"landlock_create_ruleset", ENOSYS}, {"seccomp", EPERM}, {"prctl", EPERM, PR_SET_SECCOMP}},
     StartsWith("no seccomp, no Landlock"),
     0,
     untaken},
};

class OnAKernel : public Confined, public testing::WithParamInterface<Kernel> {
protected:
    void serves(bool asRoot) {
#ifdef DSP_INSTRUMENTED
        GTEST_SKIP() << "an instrumented build is not confined";
#endif
        if (::geteuid() != 0) GTEST_SKIP() << "only root becomes another";
        Program program({}, environment_, [asRoot] {
            if ((!asRoot && !becomeNobody()) ||
                (GetParam().refuses.size() > 0 && !refuse(GetParam().refuses)))
                ::_exit(126);
        });
        std::string line = program.line();
        if (GetParam().warning != nullptr) {
            EXPECT_THAT(line,
                        AllOf(HasSubstr(" warning "), HasSubstr(GetParam().warning), HasSubstr("CONFINE=0")));
            line = program.line();
        }
        EXPECT_THAT(holds(line), GetParam().holds);
        const int others = GetParam().refuses.size() > 0 ? 1 : 0;
        EXPECT_EQ(told(program, "status", "Seccomp_filters:\t"), std::to_string(GetParam().filters + others));
        EXPECT_EQ(told(program, "status", "NoNewPrivs:\t"), "1");
        expectServes(program);
    }
};

TEST_P(OnAKernel, RootServes) {
    serves(true);
}

TEST_P(OnAKernel, AnOrdinaryUserServes) {
    serves(false);
}

INSTANTIATE_TEST_SUITE_P(Rows, OnAKernel, testing::ValuesIn(kernels), tests::byId);

// ---- Memory, and the switch -----------------------------------------------------------------------------

TEST_F(Confined, LeavesNoCoreAndIsNotLookedInto) {
#ifdef DSP_INSTRUMENTED
    GTEST_SKIP() << "an instrumented build is not confined";
#endif
    if (::geteuid() != 0) GTEST_SKIP() << "only root becomes another";
    Program program({}, environment_, [] {
        if (!becomeNobody()) ::_exit(126);
    });
    EXPECT_THAT(program.line(), HasSubstr("; confined: seccomp"));
    EXPECT_THAT(told(program, "limits", "Max core file size"), StartsWith("        0 "));
    struct stat status {};
    EXPECT_EQ(::stat(("/proc/" + std::to_string(program.pid()) + "/mem").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 0U) << "what may not be dumped is root's";
    expectServes(program);
}

TEST_F(Confined, MayBeSwitchedOffWithAWarning) {
    environment_["CONFINE"] = "0";
    Program program({}, environment_);
    EXPECT_THAT(program.line(), AllOf(HasSubstr(" warning CONFINE=0: ")));
    EXPECT_THAT(program.line(), EndsWith("; confined: nothing (CONFINE=0)\n"));
    EXPECT_EQ(told(program, "status", "Seccomp:\t"), "0");
    expectServes(program);
}

// ---- Clients whose address has an interface -----------------------------------------------------------

// In a network of this thread's own, whose loopback has a link-local address.
bool enterLinkLocalNetwork(in6_addr& address) {
    if (::unshare(CLONE_NEWNET) != 0) return false;
    const int fd = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq up{};
    std::strcpy(static_cast<char*>(up.ifr_name), "lo"); // NOLINT: it fits
    up.ifr_flags = IFF_UP;
    in6_ifreq add{};
    add.ifr6_addr = address;
    add.ifr6_prefixlen = 64;
    add.ifr6_ifindex = 1;
    const bool done = ::ioctl(fd, SIOCSIFFLAGS, &up) == 0 && ::ioctl(fd, SIOCSIFADDR, &add) == 0;
    ::close(fd);
    return done;
}

TEST_F(Confined, AClientOfALinkLocalAddressIsServed) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root makes a network";
    std::thread([this] {
        sockaddr_in6 place{};
        place.sin6_family = AF_INET6;
        place.sin6_port = htons(port_);
        place.sin6_scope_id = 1;
        ASSERT_EQ(::inet_pton(AF_INET6, "fe80::1", &place.sin6_addr), 1);
        if (!enterLinkLocalNetwork(place.sin6_addr))
            GTEST_SKIP() << "no network of one's own is to be had here";
        environment_["BIND_CONFIG"] = "[::]:" + std::to_string(port_);
        Program program({}, environment_);
        EXPECT_THAT(program.line(), HasSubstr("listening on [::]"));
        daemon_.accept().close();
        Peer client{net::Fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0))};
        ASSERT_EQ(::connect(client.number(), reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
        expectServes(client);
        EXPECT_THAT(program.line(), HasSubstr(" info [fe80::1%1]:"));
    }).join();
}

} // namespace
} // namespace proxy::test
