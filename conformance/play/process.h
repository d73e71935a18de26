// What Linux shows of a running process, without stopping or tracing it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <sys/types.h>

namespace conformance {

[[nodiscard]] std::optional<std::uint64_t> residentKiB(pid_t pid);

struct NearestTimer {
    bool seen = false; ///< false: `about` says why not
    double seconds = std::numeric_limits<double>::infinity();
    std::string about;
};

/// When the process will next do something although nothing happens: from the timeouts its threads wait with
/// (/proc/PID/task/*/syscall) and its timer descriptors (/proc/PID/fdinfo).
[[nodiscard]] NearestTimer nearestTimer(pid_t pid);

} // namespace conformance
