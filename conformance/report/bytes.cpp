#include "conformance/report/bytes.h"

#include <charconv>
#include <cstddef>
#include <stdexcept>

namespace conformance {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

void appendHex(std::string& text, unsigned char byte) {
    text.append("\\x");
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 15U]);
}

void appendEscaped(std::string& text, char c) {
    if (c == '\r')
        text.append("\\r");
    else if (c == '\n')
        text.append("\\n");
    else if (c == '\t')
        text.append("\\t");
    else if (c == '\\')
        text.append("\\\\");
    else if (c >= ' ' && c <= '~')
        text.push_back(c);
    else
        appendHex(text, static_cast<unsigned char>(c));
}

// How many bytes the UTF-8 character at the front takes (RFC 3629); 0: it is none.
std::size_t characterLength(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t length = 0;
    if (at(0) >= 0xC2 && at(0) <= 0xDF)
        length = 2;
    else if (at(0) >= 0xE0 && at(0) <= 0xEF)
        length = 3;
    else if (at(0) >= 0xF0 && at(0) <= 0xF4)
        length = 4;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((at(i) & 0xC0U) != 0x80U) return 0;
    const unsigned char second = at(1);
    const bool overlong = (at(0) == 0xE0 && second < 0xA0) || (at(0) == 0xF0 && second < 0x90);
    const bool beyond = (at(0) == 0xED && second > 0x9F) || (at(0) == 0xF4 && second > 0x8F);
    // U+FFFE and U+FFFF are characters that XML does not take.
    const bool noXml = text.substr(0, 2) == "\xEF\xBF" && at(2) >= 0xBE;
    return overlong || beyond || noXml ? 0 : length;
}

char unescapedHex(std::string_view two) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(two.data(), two.data() + two.size(), value, 16);
    if (two.size() != 2 || error != std::errc() || end != two.data() + 2)
        throw std::invalid_argument("\\x needs two hexadecimal digits");
    return static_cast<char>(value);
}

} // namespace

std::string escaped(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() + bytes.size() / 8);
    for (const char c : bytes) appendEscaped(text, c);
    return text;
}

std::string unescaped(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            bytes.push_back(text[i]);
            continue;
        }
        const char kind = ++i < text.size() ? text[i] : '\0';
        const auto known = std::string_view("rnt\\").find(kind);
        if (known != std::string_view::npos)
            bytes.push_back("\r\n\t\\"[known]);
        else if (kind == 'x') {
            bytes.push_back(unescapedHex(text.substr(i + 1, 2)));
            i += 2;
        } else
            throw std::invalid_argument("an escape is one of \\r \\n \\t \\\\ \\xNN");
    }
    return bytes;
}

std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        std::size_t length = 1;
        const char c = text.front();
        if (c == '\n' || c == '\t' || (c >= ' ' && c <= '~'))
            result.push_back(c);
        else if (const auto whole = characterLength(text); whole > 0) {
            result.append(text.substr(0, whole));
            length = whole;
        } else
            appendHex(result, static_cast<unsigned char>(c));
        text.remove_prefix(length);
    }
    return result;
}

} // namespace conformance
