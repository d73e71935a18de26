#include "tests/proxy/privileges/child.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proxy::privileges {

namespace {

std::string contents(const char* path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

sockaddr_un addressOf(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    return address;
}

bool write(const std::string& path, const std::string& text) {
    std::ofstream out(path);
    out << text << std::flush;
    return out.good();
}

} // namespace

std::string inChild(const std::function<std::string()>& action, const std::function<void()>& meanwhile) {
    int ends[2]; // NOLINT: filled by pipe
    if (::pipe(ends) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        std::string text = action() + "\n";
        text += contents("/proc/self/status"); // after it, which operator+ would not promise
        const auto written = ::write(ends[1], text.data(), text.size());
        ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    if (meanwhile) meanwhile();
    std::string text;
    char buffer[4096]; // NOLINT: filled by read
    for (ssize_t count = 0; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(count));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return text;
}

int bindTo(const std::string& path, mode_t mode, int type) {
    const sockaddr_un address = addressOf(path);
    const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return fd;
}

void makeSocket(const std::string& path, mode_t mode) {
    ::close(bindTo(path, mode));
}

int connectTo(const std::string& path) {
    const sockaddr_un address = addressOf(path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int error =
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
    ::close(fd);
    return error;
}

void dropCapabilities() {
    __user_cap_header_struct version{_LINUX_CAPABILITY_VERSION_3, 0};
    const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    EXPECT_EQ(::syscall(SYS_capset, &version, none.data()), 0);
}

bool becomeNobody() {
    constexpr id_t nobody = 65534;
    return ::setgroups(0, nullptr) == 0 && ::setresgid(nobody, nobody, nobody) == 0 &&
           ::setresuid(nobody, nobody, nobody) == 0;
}

bool enterUserNamespace() {
    const bool isRoot = ::geteuid() == 0;
    const std::string uid = isRoot ? "0 100000 65536" : "0 " + std::to_string(::geteuid()) + " 1";
    const std::string gid = isRoot ? "0 100000 65536" : "0 " + std::to_string(::getegid()) + " 1";
    int entered[2]; // NOLINT: filled by pipe
    int mapped[2];  // NOLINT: filled by pipe
    if (::pipe(entered) != 0 || ::pipe(mapped) != 0) return false;
    // Only from outside may ids of others be mapped.
    const std::string self = "/proc/" + std::to_string(::getpid());
    const pid_t mapper = ::fork();
    if (mapper == 0) {
        ::close(entered[1]);
        char turn = 0;
        const bool done = ::read(entered[0], &turn, 1) == 1 &&
                          (isRoot || write(self + "/setgroups", "deny")) && write(self + "/gid_map", gid) &&
                          write(self + "/uid_map", uid);
        turn = done ? 'y' : 'n';
        ::_exit(::write(mapped[1], &turn, 1) == 1 ? 0 : 1);
    }
    ::close(mapped[1]);
    char turn = 0;
    const bool done = ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && ::write(entered[1], &turn, 1) == 1 &&
                      ::read(mapped[0], &turn, 1) == 1 && turn == 'y';
    for (const int end : {entered[0], entered[1], mapped[0]}) ::close(end);
    ::waitpid(mapper, nullptr, 0);
    return done && ::setresgid(0, 0, 0) == 0 && ::setresuid(0, 0, 0) == 0;
}

void mountPrivately(const std::string& source, const std::string& target) {
    EXPECT_EQ(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    EXPECT_EQ(::mount(source.c_str(), target.c_str(), nullptr, MS_BIND, nullptr), 0);
}

} // namespace proxy::privileges
