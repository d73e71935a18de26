// Starting a program, with exactly the environment it is given and its output kept in memory.
#pragma once

#include "conformance/net/fd.h"
#include "conformance/variables.h"

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace conformance {

/// A file in memory that a program writes standard output and standard error
/// to, and the end of what it holds.
[[nodiscard]] Fd newOutput();
[[nodiscard]] std::string endOf(const Fd& output, off_t most);

/// What a program has to do without.
struct Confinement {
    unsigned openFiles = 0;   ///< its limit; 0: inherited
    bool withoutIpv6 = false; ///< as on a kernel that has none
};

/// The process's id, or -1 with errno. It leads a process group of its own, in which is whatever it starts.
/// Ended by the kernel (SIGTERM) when the calling thread ends.
[[nodiscard]] pid_t spawn(std::vector<std::string> words, const Environment& environment, const Fd& output,
                          const Confinement& confinement = {});

/// Ends what is left of the group whose leader has ended but has not been waited for: SIGTERM, and SIGKILL to
/// what still runs after `patience`. The names of what was left.
[[nodiscard]] std::vector<std::string> endGroup(pid_t leader, std::chrono::milliseconds patience);

/// As of wait(2), or -1 where it cannot be started.
int runToItsEnd(std::vector<std::string> words, const Fd& output);

/// The first line that a command prints; empty when it cannot be run, or fails.
[[nodiscard]] std::string firstLineOf(std::vector<std::string> words);

/// A program that does nothing, from its start to its end: the measure of how busy the machine is.
void runTrivialProgram();

/// What programs get of this process's environment: PATH, HOME, and which
/// engine a docker command line is for.
[[nodiscard]] Environment inheritedEnvironment();

} // namespace conformance
