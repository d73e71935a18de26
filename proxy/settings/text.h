// The little text handling that reading settings takes. ASCII only: no locale has a say in what is granted.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace proxy::settings {

inline constexpr std::string_view blanks = " \t\r\n";

[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

[[nodiscard]] inline std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return result;
}

/// The next of several with blanks or commas between, which leaves the list; empty: there is none left.
[[nodiscard]] inline std::string_view takeElement(std::string_view& list) {
    static constexpr std::string_view between = " \t\r\n,";
    list.remove_prefix(std::min(list.find_first_not_of(between), list.size()));
    const std::string_view element = list.substr(0, list.find_first_of(between));
    list.remove_prefix(element.size());
    return element;
}

/// A number of octets, in the largest unit that leaves nothing over: "4m".
[[nodiscard]] inline std::string octetText(std::size_t octets) {
    std::string_view unit;
    for (const std::string_view next : {"k", "m", "g"}) {
        if (octets == 0 || octets % 1024 != 0) break;
        octets /= 1024;
        unit = next;
    }
    return std::to_string(octets).append(unit);
}

/// On one line whatever it holds: a terminal shows it as it is.
[[nodiscard]] inline std::string printable(std::string_view text) {
    static constexpr std::string_view hex = "0123456789abcdef";
    std::string result;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet == 0x7f) {
            result.append("\\x").append(1, hex[octet >> 4U]).append(1, hex[octet & 0xFU]);
        } else {
            result.append(1, c);
        }
    }
    return result;
}

[[nodiscard]] inline std::string quoted(std::string_view text) {
    return "\"" + printable(text) + "\"";
}

/// Of a URL, as other programs take for a place, what is a place here: "unix:///run/docker.sock" is
/// "/run/docker.sock", "tcp://:2375/" is ":2375"; anything else is left as it is.
[[nodiscard]] inline std::string_view withoutScheme(std::string_view text) {
    for (const std::string_view scheme : {"unix://", "unix:", "tcp://", "tcp:", "http://"}) {
        if (!text.starts_with(scheme)) continue;
        text.remove_prefix(scheme.size());
        if (text.ends_with('/')) text.remove_suffix(1);
        return text;
    }
    return text;
}

/// The whole text as a number; none when it is anything else or too large.
template <typename Number>
[[nodiscard]] std::optional<Number> number(std::string_view text, int base = 10) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

} // namespace proxy::settings
