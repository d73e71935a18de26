#include "proxy/net/listener.h"
#include "proxy/net/stream.h"
#include "tests/row_name.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proxy::net {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using Family = TcpPlace::Family;

/// Why a listener cannot be opened; empty when it can.
template <class Place>
std::string refusal(const Place& place) {
    try {
        const Listener listener(place);
        return {};
    } catch (const Poco::Exception& e) {
        return e.message();
    }
}

bool reaches(const std::string& address, std::uint16_t port) {
    const Poco::Net::SocketAddress to(address, port);
    const Fd fd(::socket(to.af(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(fd.number(), to.addr(), to.length()) == 0;
}

int option(int fd, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(fd, level, name, &value, &size), 0);
    return value;
}

/// What `action` says in a child: as nobody, where root runs this, so that nothing passes because of that.
std::string asNobody(const std::function<std::string()>& action) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const bool isNobody = ::geteuid() != 0 ||
                              (::setgroups(0, nullptr) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0);
        const std::string text = isNobody ? action() : "not nobody";
        ::_exit(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::array<char, 1024> text{};
    const ssize_t size = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

bool hasIPv6() {
    return refusal(TcpPlace{"::1", 0, Family::any}).empty();
}

// ---- TCP -----------------------------------------------------------------------------------------

TEST(TcpListener, NamesThePortTheKernelChose) {
    const Listener listener(TcpPlace{"127.0.0.1", 0, Family::v4});
    EXPECT_NE(listener.port(), 0);
    EXPECT_EQ(listener.name(), "127.0.0.1:" + std::to_string(listener.port()));
    EXPECT_FALSE(listener.isUnix());
    EXPECT_TRUE(listener.warning().empty());
    EXPECT_TRUE(reaches("127.0.0.1", listener.port()));
}

TEST(TcpListener, WritesIPv6InBrackets) {
    if (!hasIPv6()) GTEST_SKIP() << "no IPv6 here";
    const Listener listener(TcpPlace{"::1", 0, Family::any});
    EXPECT_EQ(listener.name(), "[::1]:" + std::to_string(listener.port()));
    EXPECT_TRUE(reaches("::1", listener.port()));
}

struct Reach {
    const char* id;
    Family family;
    bool v4;
    bool v6;
};
void PrintTo(const Reach& row, std::ostream* out) {
    *out << row.id;
}

class Everywhere : public testing::TestWithParam<Reach> {};

TEST_P(Everywhere, TakesWhatItsFamilySays) {
    if (!hasIPv6()) GTEST_SKIP() << "no IPv6 here";
    const Listener listener(TcpPlace{"", 0, GetParam().family});
    EXPECT_EQ(reaches("127.0.0.1", listener.port()), GetParam().v4);
    EXPECT_EQ(reaches("::1", listener.port()), GetParam().v6);
}

INSTANTIATE_TEST_SUITE_P(Families, Everywhere,
                         testing::Values(Reach{"any", Family::any, true, true},
                                         Reach{"v4", Family::v4, true, false},
                                         Reach{"v6only", Family::v6only, false, true}),
                         tests::byId);

TEST(TcpListener, IsReadyForTheLoop) {
    const Listener listener(TcpPlace{"127.0.0.1", 0, Family::v4});
    EXPECT_NE(::fcntl(listener.number(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(listener.number(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_EQ(option(listener.number(), SOL_SOCKET, SO_ACCEPTCONN), 1);
}

// TCP_NODELAY: docker-py loses output that arrives apart from the tail of the 101's head.
TEST(TcpListener, AcceptedSocketsInheritWhatIsSet) {
    const Listener listener(TcpPlace{"127.0.0.1", 0, Family::v4});
    ASSERT_TRUE(reaches("127.0.0.1", listener.port()));
    const Fd accepted(::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
    ASSERT_TRUE(accepted.valid());
    EXPECT_EQ(option(accepted.number(), IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(accepted.number(), SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(accepted.number(), IPPROTO_TCP, TCP_KEEPIDLE), 30);
}

TEST(TcpListener, SaysThatAPortIsTaken) {
    const Listener first(TcpPlace{"127.0.0.1", 0, Family::v4});
    EXPECT_EQ(refusal(TcpPlace{"127.0.0.1", first.port(), Family::v4}),
              "cannot listen on 127.0.0.1:" + std::to_string(first.port()) +
                  ": the port is in use: stop who listens there, or choose another");
}

TEST(TcpListener, SaysThatAnAddressIsNotOurs) {
    EXPECT_EQ(refusal(TcpPlace{"192.0.2.1", 2375, Family::v4}),
              "cannot listen on 192.0.2.1:2375: this machine has no such address: use one that it has (ip "
              "address), or "
              ":2375 for all");
}

TEST(TcpListener, SaysThatAPortIsRoot_s) {
    const std::string said = asNobody([] { return refusal(TcpPlace{"127.0.0.1", 1023, Family::v4}); });
    if (said.empty()) GTEST_SKIP() << "here anybody may listen on low ports";
    EXPECT_EQ(
        said,
        "cannot listen on 127.0.0.1:1023: permission denied: ports below 1024 are root's; choose a higher "
        "one");
}

TEST(TcpListener, ComesBackAtOnceAfterAConnection) {
    std::optional<Listener> first(std::in_place, TcpPlace{"127.0.0.1", 0, Family::v4});
    const std::uint16_t port = first->port();
    ASSERT_TRUE(reaches("127.0.0.1", port));
    {
        const Fd accepted(::accept4(first->number(), nullptr, nullptr, SOCK_CLOEXEC));
    } // in TIME_WAIT from here
    first.reset();
    EXPECT_EQ(refusal(TcpPlace{"127.0.0.1", port, Family::v4}), "");
}

// Runs `body` where socket(AF_INET6) fails, as with ipv6.disable=1: in a child, by seccomp.
template <class Body>
int withoutIPv6(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::array<sock_filter, 6> program{{
            {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
            {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_socket},
            {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, args)},
            {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, AF_INET6},
            {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EAFNOSUPPORT},
            {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
        }};
        const sock_fprog filter{program.size(), program.data()};
        if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
            ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
            ::_exit(77);
        ::_exit(body());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(TcpListener, FallsBackToIPv4WhereTheKernelHasNoIPv6) {
    for (const char* const address : {"", "::"}) {
        const int status = withoutIPv6([&] {
            const Listener listener(TcpPlace{address, 0, Family::any});
            if (listener.warning().find("DISABLE_IPV6=1") == std::string::npos) return 2;
            if (!listener.name().starts_with("0.0.0.0:")) return 3;
            return reaches("127.0.0.1", listener.port()) ? 0 : 4;
        });
        if (status == 77) GTEST_SKIP() << "seccomp is not allowed here";
        EXPECT_EQ(status, 0) << "'" << address << "'";
    }
}

TEST(TcpListener, DoesNotFallBackWhereIPv6AloneWasAsked) {
    for (const TcpPlace& place : {TcpPlace{"", 0, Family::v6only}, TcpPlace{"::1", 0, Family::any}}) {
        const int status = withoutIPv6([&] {
            return refusal(place).ends_with(": this kernel has no IPv6: use an IPv4 address") ? 0 : 2;
        });
        if (status == 77) GTEST_SKIP() << "seccomp is not allowed here";
        EXPECT_EQ(status, 0) << place.address;
    }
}

// ---- Unix ----------------------------------------------------------------------------------------

class UnixListener : public testing::Test {
protected:
    UnixListener() {
        std::string pattern = (fs::temp_directory_path() / "listener-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        path_ = (folder_ / "proxy.sock").string();
    }
    ~UnixListener() override { fs::remove_all(folder_); }

    [[nodiscard]] struct stat status() const {
        struct stat found {};
        EXPECT_EQ(::lstat(path_.c_str(), &found), 0);
        return found;
    }
    /// A socket of `type` bound to the path; it goes stale when the descriptor is closed.
    [[nodiscard]] Fd bound(int type) const {
        Fd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(fd.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        return fd;
    }
    fs::path folder_;
    std::string path_;
};

TEST_F(UnixListener, IsNamedByItsPathAndRemovedWithIt) {
    {
        Listener first(UnixPlace{path_, {}, {}, {}});
        const Listener listener(std::move(first));
        EXPECT_EQ(listener.name(), path_);
        EXPECT_TRUE(listener.isUnix());
        EXPECT_TRUE(dialUnix(path_).fd.valid());
    }
    EXPECT_FALSE(fs::exists(path_));
}

TEST_F(UnixListener, LivesOnWithoutItsDescriptor) {
    {
        Listener listener(UnixPlace{path_, {}, {}, {}});
        const Fd taken = listener.take();
        EXPECT_TRUE(dialUnix(path_).fd.valid());
        EXPECT_TRUE(fs::exists(path_));
    }
    EXPECT_FALSE(fs::exists(path_));
}

TEST_F(UnixListener, IsPrivateUnlessToldOtherwise) {
    const Listener listener(UnixPlace{path_, {}, {}, {}});
    EXPECT_EQ(status().st_mode & 07777, 0700U);
}

TEST_F(UnixListener, HasTheModeAskedForWhateverTheUmask) {
    for (const mode_t umask : {0000U, 0077U, 0177U}) {
        const mode_t before = ::umask(umask);
        {
            const Listener listener(UnixPlace{path_, 0660, {}, {}});
            EXPECT_EQ(status().st_mode & 07777, 0660U);
        }
        EXPECT_EQ(::umask(before), umask) << "which it leaves as it was";
    }
}

TEST_F(UnixListener, HasTheOwnerAskedFor) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
    const Listener listener(UnixPlace{path_, 0600, 1234, 4321});
    EXPECT_EQ(status().st_uid, 1234U);
    EXPECT_EQ(status().st_gid, 4321U);
}

TEST_F(UnixListener, KeepsTheGroupWhenOnlyTheUserIsAskedFor) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
    const Listener listener(UnixPlace{path_, {}, 1234, {}});
    EXPECT_EQ(status().st_uid, 1234U);
    EXPECT_EQ(status().st_gid, ::getegid());
}

TEST_F(UnixListener, ReplacesASocketNobodyListensOn) {
    { const Fd stale = bound(SOCK_STREAM); }
    const Listener listener(UnixPlace{path_, {}, {}, {}});
    EXPECT_TRUE(dialUnix(path_).fd.valid());
}

TEST_F(UnixListener, LeavesASocketInUse) {
    const Listener first(UnixPlace{path_, {}, {}, {}});
    EXPECT_THAT(refusal(UnixPlace{path_, {}, {}, {}}),
                AllOf(StartsWith("cannot listen on " + path_), HasSubstr("another process listens there")));
    EXPECT_TRUE(dialUnix(path_).fd.valid());
}

TEST_F(UnixListener, LeavesASocketWithAFullBacklog) {
    const Fd busy = bound(SOCK_STREAM);
    ASSERT_EQ(::listen(busy.number(), 0), 0);
    const Dialled first = dialUnix(path_);
    const Dialled second = dialUnix(path_);
    EXPECT_THAT(refusal(UnixPlace{path_, {}, {}, {}}), HasSubstr("another process listens there"));
}

TEST_F(UnixListener, LeavesASocketOfAnotherKind) {
    const Fd datagrams =
        bound(SOCK_DGRAM); // a syslog's, say: alive, though nothing can connect a stream to it
    EXPECT_THAT(refusal(UnixPlace{path_, {}, {}, {}}), StartsWith("cannot listen on " + path_));
    EXPECT_TRUE(fs::exists(path_));
}

TEST_F(UnixListener, LeavesWhatIsNoSocket) {
    std::ofstream(path_) << "precious";
    EXPECT_THAT(refusal(UnixPlace{path_, {}, {}, {}}), HasSubstr("not a socket"));
    EXPECT_TRUE(fs::exists(path_));
    fs::remove(path_);
    fs::create_symlink(folder_ / "elsewhere", path_);
    EXPECT_THAT(refusal(UnixPlace{path_, {}, {}, {}}), HasSubstr("not a socket"));
}

TEST_F(UnixListener, SaysWhereItCannotBeMade) {
    const std::string folder = folder_.string();
    const auto said = [](const std::string& path) { return refusal(UnixPlace{path, {}, {}, {}}); };
    EXPECT_EQ(said(folder + "/missing/s"), "cannot listen on " + folder + "/missing/s: the folder " + folder +
                                               "/missing does not exist: make it, or mount it");
    std::ofstream(folder + "/file") << "text";
    EXPECT_EQ(said(folder + "/file/s"), "cannot listen on " + folder + "/file/s: " + folder +
                                            "/file is not a folder: choose another path");
    const std::string tooLong = folder + "/" + std::string(200, 'x');
    EXPECT_THAT(said(tooLong), StartsWith("cannot listen on " + tooLong));
}

TEST_F(UnixListener, SaysWhoMayNotMakeIt) {
    fs::permissions(folder_, fs::perms(0555));
    EXPECT_THAT(asNobody([&] {
                    return refusal(UnixPlace{path_, {}, {}, {}});
                }),
                AllOf(StartsWith("cannot listen on " + path_ + ": no file may be made in " +
                                 folder_.string() + " (permission denied) by uid "),
                      HasSubstr(": let it (chown, chmod), or choose another path")));
}

TEST_F(UnixListener, SaysWhoMayNotGiveItAway) {
    fs::permissions(folder_, fs::perms(0777));
    EXPECT_EQ(asNobody([&] {
                  return refusal(UnixPlace{path_, {}, 0, 0});
              }),
              "cannot listen on " + path_ +
                  ": its owner cannot be set: only root gives files away; leave user and uid "
                  "out, and use a group that this process is in");
    EXPECT_FALSE(fs::exists(path_));
}

} // namespace
} // namespace proxy::net
