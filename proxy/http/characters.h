// Character classes of HTTP and URI grammar: one bit a class in one table of 256 octets, so that judging an
// octet is a load and a mask. The ABNF stands beside each class; RFC numbers are those of the rule.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::http {

enum class CharClass : std::uint8_t {
    token = 1U << 0U,    ///< tchar
    value = 1U << 1U,    ///< what a field value, a reason phrase or a chunk extension may hold
    path = 1U << 2U,     ///< a path, escapes included
    query = 1U << 3U,    ///< a query as we take it
    regName = 1U << 4U,  ///< a host name, escapes included
    literal = 1U << 5U,  ///< inside an IP literal's brackets
    digit = 1U << 6U,    ///< DIGIT
    hexDigit = 1U << 7U, ///< HEXDIG, either case
};

namespace detail {

inline constexpr std::string_view alpha = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
inline constexpr std::string_view digits = "0123456789";

using CharTable = std::array<std::uint8_t, 256>;

constexpr void allow(CharTable& table, CharClass which, std::string_view octets) {
    for (const char c : octets) table[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(which);
}

constexpr void allowRange(CharTable& table, CharClass which, unsigned first, unsigned last) {
    for (unsigned c = first; c <= last; ++c) table[c] |= static_cast<std::uint8_t>(which);
}

constexpr CharTable makeCharTable() {
    CharTable table{};

    // RFC 9110 5.6.2:
    //   tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~"
    //         / DIGIT / ALPHA
    allow(table, CharClass::token, alpha);
    allow(table, CharClass::token, digits);
    allow(table, CharClass::token, "!#$%&'*+-.^_`|~");

    // RFC 9110 5.5: field-vchar   = VCHAR / obs-text; between them SP / HTAB. obs-text = %x80-FF
    // RFC 9112 4:   reason-phrase = 1*( HTAB / SP / VCHAR / obs-text )
    allow(table, CharClass::value, "\t");
    allowRange(table, CharClass::value, 0x20, 0x7E);
    allowRange(table, CharClass::value, 0x80, 0xFF);

    // RFC 3986 2.3: unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"
    // RFC 3986 2.2: sub-delims = "!" / "$" / "&" / "'" / "(" / ")" / "*" / "+" / "," / ";" / "="
    for (const CharClass uri : {CharClass::path, CharClass::regName, CharClass::literal}) {
        allow(table, uri, alpha);
        allow(table, uri, digits);
        allow(table, uri, "-._~");
        allow(table, uri, "!$&'()*+,;=");
    }
    // RFC 3986 3.3: pchar         = unreserved / pct-encoded / sub-delims / ":" / "@"
    // RFC 9110 4.1: absolute-path = 1*( "/" segment ), where segment = *pchar
    allow(table, CharClass::path, ":@%/");
    // RFC 3986 3.2.2: reg-name = *( unreserved / pct-encoded / sub-delims )
    allow(table, CharClass::regName, "%");
    // RFC 3986 3.2.2: IP-literal = "[" ( IPv6address / IPvFuture ) "]"; RFC 6874 adds a zone behind "%25"
    allow(table, CharClass::literal, ":%");

    // RFC 3986 3.4 has query = *( pchar / "/" / "?" ). People type filters={"name":["x"]} into curl and the
    // daemon takes it, so every VCHAR passes but "#", which would begin a fragment.
    allowRange(table, CharClass::query, 0x21, 0x22);
    allowRange(table, CharClass::query, 0x24, 0x7E);

    // RFC 5234 B.1: DIGIT = %x30-39, HEXDIG = DIGIT / "A" / "B" / "C" / "D" / "E" / "F"
    allow(table, CharClass::digit, digits);
    allow(table, CharClass::hexDigit, digits);
    allow(table, CharClass::hexDigit, "ABCDEFabcdef");
    return table;
}

inline constexpr CharTable charTable = makeCharTable();

} // namespace detail

[[nodiscard]] constexpr bool isA(CharClass which, char c) noexcept {
    return (detail::charTable[static_cast<unsigned char>(c)] & static_cast<std::uint8_t>(which)) != 0;
}

/// The first octet of [at, end) that is not of the class; `end` when all are.
[[nodiscard]] inline const char* skipClass(CharClass which, const char* at, const char* end) noexcept {
    while (at != end && isA(which, *at)) ++at;
    return at;
}

[[nodiscard]] constexpr bool allAre(CharClass which, std::string_view text) noexcept {
    for (const char c : text) {
        if (!isA(which, c)) return false;
    }
    return true;
}

/// The value of a HEXDIG.
[[nodiscard]] constexpr unsigned hexValue(char c) noexcept {
    const auto octet = static_cast<unsigned>(static_cast<unsigned char>(c));
    return (octet & 0xFU) + (octet >= 'A' ? 9U : 0U);
}

/// OWS = *( SP / HTAB )
[[nodiscard]] constexpr bool isBlank(char c) noexcept {
    return c == ' ' || c == '\t';
}

/// CTL = %x00-1F / %x7F
[[nodiscard]] constexpr bool isControl(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
}

/// Compares ignoring ASCII case; `lower` holds only a-z, digits, "-" and "/". `text` comes from a checked
/// value: with controls ruled out, setting bit 5 maps no other octet onto these.
[[nodiscard]] constexpr bool equalsIgnoringCase(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < lower.size(); ++i) {
        if (static_cast<char>(text[i] | 0x20) != lower[i]) return false;
    }
    return true;
}

} // namespace proxy::http
