// Every system call that serving needs, with what its arguments have to be, and why. What is not here kills the process,
// so a change that calls something new adds its row; the suite runs confined and finds what is missing.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace proxy::confine {

/// A condition on an argument: its bits in `mask` are those of `value`. Without a mask there is none.
struct Argument {
    unsigned index = 0;
    std::uint64_t mask = 0;
    std::uint64_t value = 0;
};

struct Call {
    const char* name = nullptr; ///< as libseccomp knows it; architectures that do not have it leave it out
    std::array<Argument, 3> arguments{};
};

/// A call that stands here twice may be made either way.
[[nodiscard]] std::span<const Call> calls() noexcept;

} // namespace proxy::confine
