// Files, TCP ports and processes out of reach, by Landlock (landlock(7)), of which each kernel knows as much as its ABI
// says. It is what holds where seccomp is refused, and what system calls that are needed could still do: remove any
// file, connect an accepted TCP socket anew, signal other processes, or speak to a socket without a path.
//
// What it does not do: keep from connecting to unix sockets by their path. Looking at files (stat, readlink) is free.
#pragma once

#include <string>
#include <vector>

namespace proxy::confine {

struct Landlock {
    int abi = 0;
    int error = 0; ///< an errno: then nothing is restricted. ENOSYS, EOPNOTSUPP: this kernel has none
};

/// All that is left is to remove files of these folders. Asks for no_new_privs.
[[nodiscard]] Landlock restrictFiles(const std::vector<std::string>& folders) noexcept;

} // namespace proxy::confine
