// Counts what the calling thread allocates with operator new, in whichever program links this in.
#pragma once

#include <cstddef>

namespace proxy::test {

/// Since the thread began.
[[nodiscard]] std::size_t allocations() noexcept;

/// The calling thread's allocation after `after` more throws std::bad_alloc, once. 0: the next one.
void failAllocation(std::size_t after) noexcept;

} // namespace proxy::test
