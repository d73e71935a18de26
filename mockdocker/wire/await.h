// Waiting for a client and for something else at once, without polling intervals.
#pragma once

#include "mockdocker/wire/connection.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <vector>

namespace mockdocker {

enum class Awoke { signal, input, gone, timeout };

/// What of the client ends or interrupts the wait.
enum class Watch {
    leaving, ///< it half-closed or went away: net/http cancels a handler then
    input,   ///< it sent something, or ended
    hangup,  ///< only when it is gone altogether
};

using Deadline = std::optional<std::chrono::steady_clock::time_point>;
[[nodiscard]] Awoke await(const Connection& connection, const Wakeup& wakeup, Watch watch,
                          Deadline deadline = {});

/// Something that changes and tells those who watch. Thread-safe.
class Signal {
public:
    void fire();

private:
    friend class Watching;
    std::mutex mutex_;
    std::vector<const Wakeup*> watchers_;
};

/// While it lives, `signal` wakes `wakeup`. Both must outlive it.
class Watching {
public:
    Watching(Signal& signal, const Wakeup& wakeup);
    ~Watching();
    Watching(const Watching&) = delete;
    Watching& operator=(const Watching&) = delete;

private:
    Signal& signal_;
    const Wakeup& wakeup_;
};

} // namespace mockdocker
