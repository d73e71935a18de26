// The system calls of a process that serves (seccomp(2)): whatever else it calls kills it.
#pragma once

namespace proxy::confine {

/// 0, or the errno of what the kernel refused: then nothing is filtered.
[[nodiscard]] int installFilter() noexcept;

} // namespace proxy::confine
