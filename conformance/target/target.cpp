#include "conformance/target/target.h"

#include "conformance/net/socket.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <vector>

namespace conformance {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text.append(text.empty() ? "" : " ").append(word);
    return text;
}

std::string inherited(const char* name) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets variables here
    return value == nullptr ? "" : value;
}

Environment environmentFor(const Adapter& adapter, const Environment& settings, std::uint16_t port,
                           const std::string& socketPath) {
    Environment all{{"PATH", inherited("PATH")}, {"HOME", inherited("HOME")}};
    for (const auto& [name, value] : adapter.environment) all[name] = value;
    for (const auto& [name, value] : settings) all[name] = value;
    all["PORT"] = std::to_string(port);
    all.emplace("BIND_CONFIG", "127.0.0.1:" + std::to_string(port));
    all["SOCKET_PATH"] = socketPath;
    return all;
}

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

pid_t start(Prepared& command, Prepared& environment, const Fd& output, unsigned openFiles = 0) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (openFiles != 0) {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(openFiles, limit.rlim_max);
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::_exit(126);
    }
    const int input = ::open("/dev/null", O_RDONLY);
    ::dup2(input, STDIN_FILENO);
    ::dup2(output.get(), STDOUT_FILENO);
    ::dup2(output.get(), STDERR_FILENO);
    ::execvpe(command.pointers.front(), command.pointers.data(), environment.pointers.data());
    const std::string_view text = ::strerrordesc_np(errno);
    [[maybe_unused]] const auto told = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(127);
}

std::string describe(int status) {
    if (WIFEXITED(status)) return "ended with status " + std::to_string(WEXITSTATUS(status));
    if (WIFSIGNALED(status)) return std::string("was ended by signal ") + ::sigdescr_np(WTERMSIG(status));
    return "ended";
}

Fd newOutput() {
    // O_APPEND: standard output and error share the file and must not overwrite each other.
    Fd file(::memfd_create("target-output", MFD_CLOEXEC));
    ::fcntl(file.get(), F_SETFL, O_APPEND);
    return file;
}

} // namespace

std::vector<std::string> commandLine(const Adapter& adapter, const Environment& environment,
                                     const std::string& socketPath) {
    if (adapter.image.empty()) return adapter.command;
    const std::string folder = std::filesystem::path(socketPath).parent_path().string();
    std::vector<std::string> words{"docker",
                                   "run",
                                   "--rm",
                                   "--volume",
                                   folder + ":" + folder,
                                   "--volume",
                                   socketPath + ":/var/run/docker.sock"};
    if (adapter.imagePort == 0)
        words.insert(words.end(), {"--network", "host"});
    else
        words.insert(words.end(), {"--publish", "127.0.0.1:" + environment.at("PORT") + ":" +
                                                    std::to_string(adapter.imagePort)});
    for (const auto& [name, value] : environment) {
        if (name == "PATH" || name == "HOME" || (name == "BIND_CONFIG" && adapter.imagePort != 0)) continue;
        words.emplace_back("--env");
        words.push_back(name);
        words.back().append("=").append(value);
    }
    words.push_back(adapter.image);
    return words;
}

Target::Target(const Adapter& adapter, const Environment& settings, const std::string& socketPath,
               const Start& how)
    : adapter_(adapter) {
    const auto began = steady_clock::now();
    spawn(settings, socketPath, how);
    try {
        awaitReady(began);
    } catch (...) {
        ::kill(pid_, SIGKILL);
        endsWithin(adapter_.stopWithin);
        throw;
    }
}

void Target::spawn(const Environment& settings, const std::string& socketPath, const Start& how) {
    port_ = how.port == 0 ? freePort() : how.port;
    output_ = newOutput();
    const auto environment = environmentFor(adapter_, settings, port_, socketPath);
    Prepared words(commandLine(adapter_, environment, socketPath));
    Prepared variables(assignments(environment));
    pid_ = start(words, variables, output_, how.openFiles);
    if (pid_ < 0) throw TargetError("cannot start a process: " + std::string(::strerrordesc_np(errno)));
    pidFd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!pidFd_) throw TargetError("pidfd_open: " + std::string(::strerrordesc_np(errno)));
}

// There is no event for "somebody listens now": a try a millisecond, cut short by the process's end.
void Target::awaitReady(steady_clock::time_point began) {
    const auto deadline = began + adapter_.readyWithin;
    for (;;) {
        if (connectLoopback(port_)) break;
        if (endsWithin(milliseconds(1)))
            throw StartFailure("the target does not start: " + epitaph(), output());
        if (steady_clock::now() > deadline)
            throw TargetError("the target does not accept on 127.0.0.1:" + std::to_string(port_) +
                              " within " + std::to_string(adapter_.readyWithin.count()) + " s: " + epitaph());
    }
    startTime_ = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
}

bool Target::endsWithin(milliseconds time) {
    if (reaped_) return true;
    pollfd entry{pidFd_.get(), POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(time.count())) <= 0) return false;
    reaped_ = ::waitpid(pid_, &status_, 0) == pid_;
    return reaped_;
}

bool Target::hasEnded() const {
    pollfd entry{pidFd_.get(), POLLIN, 0};
    return reaped_ || ::poll(&entry, 1, 0) > 0;
}

void Target::stop() {
    if (endsWithin(milliseconds(0))) throw TargetError("the target ended by itself: " + epitaph());
    ::kill(pid_, SIGTERM);
    if (!endsWithin(adapter_.stopWithin))
        throw TargetError("the target ignores SIGTERM for " + std::to_string(adapter_.stopWithin.count()) +
                          " s: " + epitaph());
}

Target::~Target() {
    if (reaped_ || pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    endsWithin(adapter_.stopWithin);
}

void Target::signal(int number) {
    if (!hasEnded()) ::kill(pid_, number);
}

std::optional<int> Target::waitForEnd(milliseconds time) {
    if (!endsWithin(time)) return std::nullopt;
    return status_;
}

std::string Target::output() const {
    return lastOutput(65536);
}

std::string Target::lastWords() const {
    return lastOutput(2000);
}

std::string Target::lastOutput(off_t most) const {
    const off_t size = ::lseek(output_.get(), 0, SEEK_END);
    std::string text(static_cast<std::size_t>(std::min(size, most)), '\0');
    const auto count = ::pread(output_.get(), text.data(), text.size(), std::max<off_t>(0, size - most));
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

std::string Target::epitaph() {
    endsWithin(milliseconds(0));
    const std::string words = lastWords();
    return "'" + (adapter_.image.empty() ? joined(adapter_.command) : "docker run … " + adapter_.image) +
           "' " + (reaped_ ? describe(status_) : "is still running") +
           (words.empty() ? ", having said nothing" : ", its last words:\n" + words);
}

std::string versionOf(const Adapter& adapter) {
    if (adapter.version.empty()) return {};
    const Fd output = newOutput();
    Prepared words(adapter.version);
    Prepared variables(assignments({{"PATH", inherited("PATH")}}));
    const pid_t pid = start(words, variables, output);
    int status = 0;
    if (pid < 0 || ::waitpid(pid, &status, 0) != pid || status != 0) return {};
    std::string text(400, '\0');
    const auto count = ::pread(output.get(), text.data(), text.size(), 0);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text.substr(0, text.find('\n'));
}

} // namespace conformance
