// What the guard compares and refuses of texts octet by octet: ASCII only, whatever the locale. The daemon folds as
// Unicode does; where that could matter, the comparison says so.
#pragma once

namespace proxy::guard {

[[nodiscard]] constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr char upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// CTL = %x00-1F / %x7F
[[nodiscard]] constexpr bool isControl(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

} // namespace proxy::guard
