// The commands that run "in" the mock daemon's containers: emulated, nothing is ever executed. echo,
// printf, cat, sleep, true, false, env, hostname, pwd, id, seq, wc -c, ls, tty, test-pattern (N octets of
// mockdocker::pattern()), sh -c SCRIPT and sh reading standard input. A script knows ';', '&&', '||',
// newlines, '&' (ignored), quotes, >&2, exit, read and while true; do …; done.
#pragma once

#include "mockdocker/state/stdio.h"

#include <string>
#include <vector>

namespace mockdocker {

struct Program {
    std::vector<std::string> arguments;
    std::vector<std::string> environment; ///< NAME=value
    std::string hostname;
};

/// Whether the first argument is a command at all; if not, the engine refuses
/// to start the container (code 127).
[[nodiscard]] bool isCommand(const std::string& name);
/// Runs to the end on the calling thread; returns the exit code, 128 + signal when killed.
[[nodiscard]] int run(const Program& program, Stdio& stdio);

} // namespace mockdocker
