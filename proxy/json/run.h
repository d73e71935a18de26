// Runs of octets in a JSON string that need no look: eight at a time in a register, with the compiler's own
// arithmetic.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace proxy::json {

namespace detail {

constexpr std::uint64_t eightOf(char c) noexcept {
    return 0x0101010101010101U * static_cast<unsigned char>(c);
}

// The first octet in memory is the lowest of the number.
inline std::uint64_t load(const char* from) noexcept {
    std::uint64_t eight; // NOLINT: filled by memcpy
    std::memcpy(&eight, from, sizeof eight);
    return std::endian::native == std::endian::little ? eight : __builtin_bswap64(eight);
}

// The high bit of each octet of `eight` that is zero or above 0x80, exact up to the first such: a
// borrow begins in none before it.
constexpr std::uint64_t zeros(std::uint64_t eight) noexcept {
    return eight - eightOf(1);
}

// The high bit of the first octet, from the lowest on, which is a quotation mark, a backslash, a control,
// `=` when that ends a run as well, or not ASCII. That of later ones may be wrong: a borrow runs upwards,
// out of one that is found.
template <bool atEquals>
constexpr std::uint64_t stops(std::uint64_t eight) noexcept {
    std::uint64_t found =
        eight | (eight - eightOf(' ')) | zeros(eight ^ eightOf('"')) | zeros(eight ^ eightOf('\\'));
    if constexpr (atEquals) found |= zeros(eight ^ eightOf('='));
    return found & eightOf('\x80');
}

} // namespace detail

/// May the octet stand in a run? unescaped = %x20-21 / %x23-5B / %x5D-10FFFF, here as far as it is ASCII.
template <bool atEquals = false>
[[nodiscard]] constexpr bool isOfRun(char c) noexcept {
    const auto octet = static_cast<unsigned char>(c);
    return octet >= 0x20 && octet < 0x80 && c != '"' && c != '\\' && !(atEquals && c == '=');
}

/// The first octet of [at, end) that is not of a run.
template <bool atEquals = false, typename Char>
[[nodiscard]] inline Char* passRun(Char* at, const std::remove_const_t<Char>* end) noexcept {
    for (; end - at >= 8; at += 8)
        if (const auto found = detail::stops<atEquals>(detail::load(at)))
            return at + std::countr_zero(found) / 8;
    while (at != end && isOfRun<atEquals>(*at)) ++at;
    return at;
}

} // namespace proxy::json
