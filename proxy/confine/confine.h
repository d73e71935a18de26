// What is left to a process that serves: the few system calls that it makes, and next to none of the files. For one
// that a client's octets might take over: it could relay as before, but start nothing, open nothing and reach nobody new.
//
// Called once, when all is open and every privilege is given up, before the first connection is accepted. Nothing of it
// can be taken back. For a process with one thread.
#pragma once

#include <string>
#include <vector>

namespace proxy::confine {

struct Outcome {
    std::string holds; ///< "seccomp, Landlock ABI 7", or what does not hold and why
    /// What the kernel refused that it ought not to; serving goes on with what it took.
    std::vector<std::string> warnings;
};

/// No core, no debugger without privileges, Landlock where the kernel has it, and last the filter of system calls.
/// `folders`: those of unix listeners, out of which their sockets are removed at the end.
[[nodiscard]] Outcome confine(const std::vector<std::string>& folders);

} // namespace proxy::confine
