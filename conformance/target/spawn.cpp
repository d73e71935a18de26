#include "conformance/target/spawn.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>

namespace conformance {
namespace {

// Between fork and exec only async-signal-safe calls are allowed: everything is prepared before.
struct Prepared {
    std::vector<std::string> words;
    std::vector<char*> pointers;

    explicit Prepared(std::vector<std::string> list)
        : words(std::move(list)) {
        for (auto& word : words) pointers.push_back(word.data());
        pointers.push_back(nullptr);
    }
};

std::vector<std::string> assignments(const Environment& environment) {
    std::vector<std::string> list;
    list.reserve(environment.size());
    for (const auto& [name, value] : environment) {
        list.push_back(name);
        list.back().append("=").append(value);
    }
    return list;
}

// From here on socket(AF_INET6, …) fails as on a kernel without IPv6, whatever program this becomes.
bool giveUpIpv6() {
    std::array filter{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{filter.size(), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

struct Process {
    std::string name;
    Fd pidFd;
};

// Processes of the group that still run, by /proc; the leader's remains are none.
std::vector<Process> runningIn(pid_t group) {
    std::vector<Process> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const auto pid = static_cast<pid_t>(std::strtol(entry.path().filename().c_str(), nullptr, 10));
        if (pid <= 0 || pid == group || ::getpgid(pid) != group) continue;
        Fd pidFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        std::ifstream stream(entry.path() / "stat"); // "PID (NAME) STATE …", and a name may hold anything
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        const auto open = text.find('(');
        const auto close = text.rfind(')');
        if (!pidFd || open == std::string::npos || close == std::string::npos ||
            text.compare(close, 3, ") Z") == 0)
            continue;
        found.push_back({text.substr(open + 1, close - open - 1), std::move(pidFd)});
    }
    return found;
}

void awaitEnd(const std::vector<Process>& processes, std::chrono::milliseconds longest) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    for (const auto& one : processes) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd entry{one.pidFd.get(), POLLIN, 0};
        ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    }
}

void signalAll(const std::vector<Process>& processes, int number) {
    for (const auto& one : processes) ::syscall(SYS_pidfd_send_signal, one.pidFd.get(), number, nullptr, 0);
}

} // namespace

Fd newOutput() {
    // O_APPEND: standard output and error share the file and must not overwrite each other.
    Fd file(::memfd_create("target-output", MFD_CLOEXEC));
    ::fcntl(file.get(), F_SETFL, O_APPEND);
    return file;
}

std::string endOf(const Fd& output, off_t most) {
    const off_t size = ::lseek(output.get(), 0, SEEK_END);
    std::string text(static_cast<std::size_t>(std::min(size, most)), '\0');
    const auto count = ::pread(output.get(), text.data(), text.size(), std::max<off_t>(0, size - most));
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

pid_t spawn(std::vector<std::string> words, const Environment& environment, const Fd& output,
            const Confinement& confinement) {
    Prepared command(std::move(words));
    Prepared variables(assignments(environment));
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid > 0) ::setpgid(pid, pid); // by both: whichever comes first
    if (pid != 0) return pid;
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    if (confinement.openFiles != 0) {
        const rlimit limit{confinement.openFiles, confinement.openFiles};
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::_exit(126);
    }
    if (confinement.withoutIpv6 && !giveUpIpv6()) ::_exit(126);
    const int input = ::open("/dev/null", O_RDONLY);
    ::dup2(input, STDIN_FILENO);
    ::dup2(output.get(), STDOUT_FILENO);
    ::dup2(output.get(), STDERR_FILENO);
    ::execvpe(command.pointers.front(), command.pointers.data(), variables.pointers.data());
    const std::string_view text = ::strerrordesc_np(errno);
    [[maybe_unused]] const auto told = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(127);
}

std::vector<std::string> endGroup(pid_t leader, std::chrono::milliseconds patience) {
    constexpr std::chrono::milliseconds onItsWay{200}; // a worker may end a moment after its master
    auto left = runningIn(leader);
    if (left.empty()) return {};
    awaitEnd(left, onItsWay);
    left = runningIn(leader);
    std::vector<std::string> names;
    names.reserve(left.size());
    for (const auto& one : left) names.push_back(one.name);
    signalAll(left, SIGTERM);
    awaitEnd(left, patience);
    ::kill(-leader, SIGKILL);
    awaitEnd(left, patience);
    return names;
}

int runToItsEnd(std::vector<std::string> words, const Fd& output) {
    const pid_t pid = spawn(std::move(words), inheritedEnvironment(), output);
    int status = 0;
    return pid < 0 || ::waitpid(pid, &status, 0) != pid ? -1 : status;
}

std::string firstLineOf(std::vector<std::string> words) {
    const Fd output = newOutput();
    if (runToItsEnd(std::move(words), output) != 0) return {};
    std::string text(400, '\0');
    const auto count = ::pread(output.get(), text.data(), text.size(), 0);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text.substr(0, text.find('\n'));
}

void runTrivialProgram() {
    std::ignore = firstLineOf({"true"});
}

Environment inheritedEnvironment() {
    Environment all;
    for (const char* name : {"PATH", "HOME", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT",
                             "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION"}) {
        const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): set before threads start
        if (value != nullptr) all[name] = value;
    }
    return all;
}

} // namespace conformance
