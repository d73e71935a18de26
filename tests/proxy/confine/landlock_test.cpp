// Landlock by itself, as it holds where seccomp is refused: what of files, ports and processes is left. Each try is a
// child's.
#include "proxy/confine/landlock.h"
#include "tests/proxy/privileges/child.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proxy::confine {
namespace {

namespace fs = std::filesystem;

// Somebody who listens, with the address that the kernel chose: a port of 127.0.0.1, or a name without a path.
struct Listening {
    explicit Listening(int family)
        : fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (family == AF_INET) {
            sockaddr_in any{};
            any.sin_family = AF_INET;
            any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
        } else {
            sockaddr_un unnamed{};
            unnamed.sun_family = AF_UNIX;
            EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&unnamed), sizeof(sa_family_t)), 0);
        }
        EXPECT_EQ(::listen(fd, 4), 0);
        EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening() { ::close(fd); }

    /// 0, or errno.
    [[nodiscard]] int connect(int from) const {
        return ::connect(from, reinterpret_cast<const sockaddr*>(&address), size) == 0 ? 0 : errno;
    }

    int fd;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
};

struct World {
    World() {
        fs::create_directories(listeners);
        for (const std::string& file : {listeners + "/proxy.sock", top + "/file"})
            std::ofstream(file) << "text";
        daemon = privileges::bindTo(top + "/docker.sock", 0666);
        EXPECT_EQ(::listen(daemon, 4), 0);
        EXPECT_EQ(port.connect(accepted), 0);
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() {
        ::close(daemon);
        ::close(accepted);
        fs::remove_all(top);
    }

    std::string top = testing::TempDir() + "confine-world-" + std::to_string(::getpid());
    std::string listeners = top + "/listeners";
    int daemon = -1;
    Listening nameless{AF_UNIX};
    Listening port{AF_INET};
    int accepted = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); ///< connected, as a client's is
};

int errorOf(int result) {
    return result >= 0 ? 0 : errno;
}

int open(const std::string& path, int flags) {
    return errorOf(::open(path.c_str(), flags | O_CLOEXEC, 0600));
}

// A socket that was connected once may be taken elsewhere.
int connectAnew(const World& world) {
    const sockaddr nowhere{AF_UNSPEC, {}};
    const int left = errorOf(::connect(world.accepted, &nowhere, sizeof nowhere));
    return left != 0 ? left : world.port.connect(world.accepted);
}

struct Try {
    const char* id;
    int since; ///< the ABI that forbids it
    int error;
    int (*make)(const World& world);
};
void PrintTo(const Try& row, std::ostream* out) {
    *out << row.id;
}

const Try tries[] = {
    {"reads", 1, EACCES, [](const World& w) { return open(w.top + "/file", O_RDONLY); }},
    {"writes", 1, EACCES, [](const World& w) { return open(w.top + "/file", O_WRONLY); }},
    {"makes-a-file", 1, EACCES,
     [](const World& w) { return open(w.listeners + "/new", O_WRONLY | O_CREAT); }},
    {"lists", 1, EACCES, [](const World& w) { return open(w.listeners, O_RDONLY | O_DIRECTORY); }},
    {"executes", 1, EACCES, [](const World&) { return errorOf(::execl("/bin/true", "true", nullptr)); }},
    {"makes-a-folder", 1, EACCES,
     [](const World& w) { return errorOf(::mkdir((w.top + "/new").c_str(), 0700)); }},
    {"removes", 1, EACCES, [](const World& w) { return errorOf(::unlink((w.top + "/file").c_str())); }},
    {"truncates", 3, EACCES,
     [](const World& w) { return errorOf(::truncate((w.top + "/file").c_str(), 0)); }},
    {"connects-by-tcp", 4, EACCES,
     [](const World& w) { return w.port.connect(::socket(AF_INET, SOCK_STREAM, 0)); }},
    {"connects-a-client-s-socket-anew", 4, EACCES, connectAnew},
    {"connects-to-a-name", 6, EPERM,
     [](const World& w) { return w.nameless.connect(::socket(AF_UNIX, SOCK_STREAM, 0)); }},
    {"signals", 6, EPERM, [](const World&) { return errorOf(::kill(::getppid(), SIGCONT)); }},
    {"removes-its-own-socket", 1, 0,
     [](const World& w) { return errorOf(::unlink((w.listeners + "/proxy.sock").c_str())); }},
    {"connects-to-the-daemon", 1, 0,
     [](const World& w) { return privileges::connectTo(w.top + "/docker.sock"); }},
    {"looks", 1, 0,
     [](const World& w) {
         struct stat status {};
         return errorOf(::stat((w.top + "/file").c_str(), &status));
     }},
};

constexpr int none = 100; // an exit status that is no errno of these
int abi() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? none : restrictFiles({}).abi);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

class LandlockTry : public testing::TestWithParam<Try> {};

TEST_P(LandlockTry, IsForbiddenOrLeft) {
    if (abi() < GetParam().since) GTEST_SKIP() << "this kernel's Landlock cannot: ABI " << abi();
    const World world;
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        ::_exit(restrictFiles({world.listeners, "/no/such/folder"}).error != 0 ? none
                                                                               : GetParam().make(world));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Rows, LandlockTry, testing::ValuesIn(tries), tests::byId);

} // namespace
} // namespace proxy::confine
