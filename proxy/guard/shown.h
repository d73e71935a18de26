// A client's text, as it may be shown in an answer or a log: shortened, and on one line whatever it holds.
#pragma once

#include <string>
#include <string_view>

namespace proxy::guard {

inline constexpr std::size_t longestShown = 80;

[[nodiscard]] inline std::string shown(std::string_view text) {
    static constexpr std::string_view hex = "0123456789abcdef";
    std::string result;
    for (const char c : text.substr(0, longestShown)) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet >= 0x20 && octet < 0x7f)
            result += c;
        else
            result.append("\\x").append(1, hex[octet >> 4U]).append(1, hex[octet & 0xFU]);
    }
    return text.size() > longestShown ? result.append("...") : result;
}

} // namespace proxy::guard
