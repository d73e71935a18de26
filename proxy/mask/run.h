// Runs of octets in a JSON string that need no look, hidden eight at a time.
#pragma once

#include "proxy/json/run.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace proxy::mask {

using json::isOfRun;
using json::passRun;

namespace detail {

inline void store(char* to, std::uint64_t eight) noexcept {
    if constexpr (std::endian::native != std::endian::little) eight = __builtin_bswap64(eight);
    std::memcpy(to, &eight, sizeof eight);
}

} // namespace detail

/// Steps over a run as passRun does, and hides it.
[[nodiscard]] inline char* hideRun(char* at, const char* end) noexcept {
    constexpr std::uint64_t hidden = json::detail::eightOf('*');
    for (; end - at >= 8; at += 8) {
        const auto eight = json::detail::load(at);
        const auto found = json::detail::stops<false>(eight);
        if (found == 0) {
            detail::store(at, hidden);
            continue;
        }
        const std::uint64_t before =
            (found & (0 - found)) / 0x80 - 1; // the octets below the first that is found
        detail::store(at, (eight & ~before) | (hidden & before));
        return at + std::countr_zero(found) / 8;
    }
    while (at != end && isOfRun(*at)) *at++ = '*';
    return at;
}

} // namespace proxy::mask
