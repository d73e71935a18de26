// A running target: one process of a socket proxy, started through its adapter.
//
// Belongs to the thread that made it: the kernel ends the process when that thread ends.
// Everything that goes wrong is a TargetError: an error of the run, never a failed case.
#pragma once

#include "conformance/net/fd.h"
#include "conformance/target/adapter.h"
#include "conformance/target/spawn.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <utility>

namespace conformance {

class TargetError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The target ended by itself.
class TargetEnded : public TargetError {
public:
    using TargetError::TargetError;
};

/// The target did not come to accept, and not for want of time.
class StartFailure : public TargetError {
public:
    StartFailure(const std::string& what, std::string output, std::optional<int> status = std::nullopt)
        : TargetError(what)
        , output_(std::move(output))
        , status_(status) {}
    [[nodiscard]] const std::string& output() const { return output_; }
    /// As of wait(2); nothing: it had not ended.
    [[nodiscard]] std::optional<int> status() const { return status_; }

private:
    std::string output_;
    std::optional<int> status_;
};

/// Names of programs that targets left running when they ended, and how often. The suite ends them.
using LeftRunning = std::map<std::string, std::uint64_t>;

struct Start {
    std::uint16_t port = 0; ///< 0: a free one
    Confinement confinement{};
    /// How many trivial programs the machine may start and end, one after another, until the target accepts:
    /// on a busy machine they take longer, too. 0: it has the adapter's time.
    std::uint64_t programs = 0;
    LeftRunning* left = nullptr; ///< is added to at the target's end
};

class Target {
public:
    /// Starts the target with these variables, the daemon at `socketPath`, and returns when it accepts.
    /// BIND_CONFIG among the settings wins over the one that names the port.
    Target(const Adapter& adapter, const Environment& settings, const std::string& socketPath,
           const Start& how = {});
    ~Target(); ///< ends it, if need be the hard way, and what it left running
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const Fd& pidFd() const { return pidFd_; } ///< readable once the process has ended
    [[nodiscard]] pid_t pid() const;                         ///< of the proxy; -1 where it cannot be seen
    [[nodiscard]] bool hasEnded() const;
    [[nodiscard]] std::string output() const; ///< what it wrote so far, or the end of it
    [[nodiscard]] std::chrono::microseconds startTime() const { return startTime_; }

    /// SIGTERM, then waits. Throws when the target had ended before, or ignores the signal.
    void stop();

    void signal(int number);
    /// What waitpid reports, or nothing when it still runs after this time.
    std::optional<int> waitForEnd(std::chrono::milliseconds time);

    /// "command … ended with status 1; its last words: …"
    std::string epitaph();

private:
    void spawn(const Environment& settings, const std::string& socketPath, const Start& how);
    void awaitReady(std::chrono::steady_clock::time_point began, std::uint64_t programs);
    bool endsWithin(std::chrono::milliseconds time);
    void kill();
    void end() noexcept;

    const Adapter& adapter_;
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
    Fd pidFd_;
    std::string container_; ///< its name, of a target that is an image
    Fd output_;             ///< what the target writes to standard output and error
    LeftRunning* left_;
    int status_ = 0;
    bool ended_ = false; ///< and is not waited for before end(): its id names the group as long
    std::chrono::microseconds startTime_{0};
};

/// Tells every target that runs, and all that it has started, to end (SIGTERM); none starts any more. For a
/// program that is itself being ended.
void endTargets();

/// What the adapter's version command prints first, or empty.
[[nodiscard]] std::string versionOf(const Adapter& adapter);

} // namespace conformance
