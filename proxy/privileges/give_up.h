// Least privilege by itself: called once, when everything that needs a privilege is open and before the first
// connection is accepted. For a process with one thread: capset(2) is the calling thread's alone.
#pragma once

#include <string>
#include <vector>

namespace proxy::privileges {

struct Outcome {
    std::string became; ///< "uid 65534 gid 999, no capabilities"
    std::string why;    ///< why these ids
    /// What the kernel refused, and what has to be done later; serving goes on with what could be given up.
    std::vector<std::string> warnings;
};

/// Becomes whom plan() says, drops every capability from every set, and sets no_new_privs.
[[nodiscard]] Outcome giveUp(const std::string& socketPath);

} // namespace proxy::privileges
