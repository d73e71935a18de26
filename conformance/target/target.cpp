#include "conformance/target/target.h"

#include "conformance/net/socket.h"
#include "conformance/target/container.h"
#include "conformance/target/engine.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>
#include <poll.h>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
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

// BIND_CONFIG of the settings wins over the one that only names the port.
Environment environmentFor(const Adapter& adapter, const Environment& settings, std::uint16_t port,
                           const std::string& socketPath) {
    Environment all = adapter.environment;
    for (const auto& [name, value] : settings) all[name] = value;
    all["PORT"] = std::to_string(port);
    all.emplace("BIND_CONFIG", "127.0.0.1:" + std::to_string(port));
    all["SOCKET_PATH"] = socketPath;
    return all;
}

std::string describe(int status) {
    if (WIFEXITED(status)) return "ended with status " + std::to_string(WEXITSTATUS(status));
    if (WIFSIGNALED(status)) return std::string("was ended by signal ") + ::sigdescr_np(WTERMSIG(status));
    return "ended";
}

// The process groups of targets that run. Never destroyed: the thread that waits for signals outlives main.
struct Groups {
    std::mutex mutex;
    std::map<pid_t, std::string> leaders; // with the container's name, of an image
};

Groups& groups() {
    static auto* const one = new Groups;
    return *one;
}

// What is more than this process may have itself cannot be given.
unsigned permitted(unsigned openFiles) {
    rlimit own{};
    ::getrlimit(RLIMIT_NOFILE, &own);
    return static_cast<unsigned>(std::min<rlim_t>(openFiles, own.rlim_max));
}

// A published port accepts before anybody listens inside: only an answer tells. "/" is of no section, so that
// nothing of it reaches the daemon.
bool answers(std::uint16_t port) {
    const auto fd = connectLoopback(port);
    constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: conformance\r\nConnection: close\r\n\r\n";
    if (!fd || ::send(fd->get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return false;
    pollfd entry{fd->get(), POLLIN, 0};
    char octet = 0;
    return ::poll(&entry, 1, 100) > 0 && ::recv(fd->get(), &octet, 1, 0) == 1;
}

} // namespace

Target::Target(const Adapter& adapter, const Environment& settings, const std::string& socketPath,
               const Start& how)
    : adapter_(adapter)
    , left_(how.left) {
    const auto began = steady_clock::now();
    spawn(settings, socketPath, how);
    try {
        awaitReady(began, how.programs);
    } catch (...) {
        end();
        throw;
    }
}

void Target::spawn(const Environment& settings, const std::string& socketPath, const Start& how) {
    port_ = how.port == 0 ? freePort() : how.port;
    output_ = newOutput();
    const auto environment = environmentFor(adapter_, settings, port_, socketPath);
    Confinement confinement = how.confinement;
    confinement.openFiles = permitted(confinement.openFiles);
    if (!imageOf(adapter_).empty()) container_ = newContainerName();
    const std::lock_guard lock(groups().mutex);
    if (adapter_.image.empty()) {
        Environment all = inheritedEnvironment();
        if (!container_.empty()) all["DOCKER_CONTAINER"] = container_; // its script names it so
        for (const auto& [name, value] : environment) all[name] = value;
        pid_ = conformance::spawn(adapter_.command, all, output_, confinement);
    } else {
        pid_ = conformance::spawn(
            runCommand(adapter_, {container_, socketPath, port_, confinement.openFiles}, environment),
            inheritedEnvironment(), output_);
    }
    if (pid_ < 0) throw TargetError("cannot start a process: " + std::string(::strerrordesc_np(errno)));
    groups().leaders.emplace(pid_, container_);
    pidFd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!pidFd_) throw TargetError("pidfd_open: " + std::string(::strerrordesc_np(errno)));
}

// There is no event for "somebody listens now": a try a millisecond, or a trivial
// program, cut short by the process's end.
void Target::awaitReady(steady_clock::time_point began, std::uint64_t programs) {
    const auto deadline = began + adapter_.readyWithin;
    for (std::uint64_t tries = 0;; ++tries) {
        if (adapter_.imagePort == 0 ? connectLoopback(port_).has_value() : answers(port_)) break;
        if (programs != 0) runTrivialProgram();
        if (programs != 0 && tries >= programs)
            throw StartFailure("the target does not accept while " + std::to_string(tries) +
                                   " trivial programs start and end, one after another",
                               output());
        if (endsWithin(milliseconds(programs == 0 ? 1 : 0)))
            throw StartFailure("the target does not start: " + epitaph(), output(), status_);
        if (programs == 0 && steady_clock::now() > deadline)
            throw TargetError("the target does not accept on 127.0.0.1:" + std::to_string(port_) +
                              " within " + std::to_string(adapter_.readyWithin.count()) + " s: " + epitaph());
    }
    startTime_ = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
}

bool Target::endsWithin(milliseconds time) {
    if (ended_) return true;
    pollfd entry{pidFd_.get(), POLLIN, 0};
    siginfo_t how{};
    if (::poll(&entry, 1, static_cast<int>(time.count())) <= 0) return false;
    if (::waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOWAIT) != 0) return false;
    status_ = how.si_code == CLD_EXITED ? W_EXITCODE(how.si_status, 0) : W_EXITCODE(0, how.si_status);
    ended_ = true;
    return true;
}

bool Target::hasEnded() const {
    pollfd entry{pidFd_.get(), POLLIN, 0};
    return ended_ || ::poll(&entry, 1, 0) > 0;
}

void Target::stop() {
    if (endsWithin(milliseconds(0))) throw TargetError("the target ended by itself: " + epitaph());
    ::kill(pid_, SIGTERM);
    if (!endsWithin(adapter_.stopWithin))
        throw TargetError("the target ignores SIGTERM for " + std::to_string(adapter_.stopWithin.count()) +
                          " s: " + epitaph());
}

Target::~Target() {
    end();
}

void Target::end() noexcept {
    if (!endsWithin(milliseconds(0))) kill();
    for (const auto& name : endGroup(pid_, adapter_.stopWithin))
        if (left_ != nullptr) ++(*left_)[name];
    const std::lock_guard lock(groups().mutex);
    groups().leaders.erase(pid_); // before another process can have its id
    ::waitpid(pid_, nullptr, WNOHANG);
}

void endTargets() {
    groups().mutex.lock(); // for ever
    std::vector<std::string> containers;
    for (const auto& [leader, container] : groups().leaders) {
        ::kill(-leader, SIGTERM);
        if (!container.empty()) containers.push_back(container);
    }
    // Their command lines are told, too, but may not come to tell the engine: where this is the first process of a container, its
    // end is theirs.
    if (!containers.empty()) removeContainers(containers);
}

// The hard way.
void Target::kill() {
    ::kill(-pid_, SIGKILL);
    if (!container_.empty()) removeContainers({container_});
    endsWithin(adapter_.stopWithin);
}

pid_t Target::pid() const {
    return container_.empty() ? pid_ : processOf(container_);
}

void Target::signal(int number) {
    if (!hasEnded()) ::kill(pid_, number);
}

std::optional<int> Target::waitForEnd(milliseconds time) {
    if (!endsWithin(time)) return std::nullopt;
    return status_;
}

std::string Target::output() const {
    return endOf(output_, 65536);
}

std::string Target::epitaph() {
    endsWithin(milliseconds(200)); // who dies has closed its sockets a moment before it can be waited for
    const std::string words = endOf(output_, 2000);
    return "'" + (adapter_.image.empty() ? joined(adapter_.command) : "docker run … " + adapter_.image) +
           "' " + (ended_ ? describe(status_) : "is still running") +
           (words.empty() ? ", having said nothing" : ", its last words:\n" + words);
}

std::string versionOf(const Adapter& adapter) {
    return adapter.version.empty() ? "" : firstLineOf(adapter.version);
}

} // namespace conformance
