#include "conformance/cases/bytes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace conformance {
namespace {

constexpr std::size_t mostRepeats = 100'000'000;

constexpr std::array<std::pair<char, char>, 6> escapes{
    {{'r', '\r'}, {'n', '\n'}, {'t', '\t'}, {'0', '\0'}, {'\\', '\\'}, {'"', '"'}}};

char hexadecimal(std::string_view digits) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + digits.size())
        throw BytesError("\\x needs two hexadecimal digits");
    return static_cast<char>(value);
}

void skipBlanks(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
}

// What stands between the quote at the front and its partner; both are taken off.
std::string_view takeQuoted(std::string_view& line) {
    std::size_t end = 1;
    while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2U : 1U;
    if (end >= line.size()) throw BytesError("a quote is not closed");
    const auto inside = line.substr(1, end - 1);
    line.remove_prefix(end + 1);
    return inside;
}

std::size_t takeRepeats(std::string_view& line) {
    if (line.empty() || line.front() != '*') return 1;
    std::size_t times = 0;
    const auto [end, error] = std::from_chars(line.data() + 1, line.data() + line.size(), times);
    if (error != std::errc() || times > mostRepeats) throw BytesError("after * stands how many times");
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    return times;
}

} // namespace

std::string fromEscapes(std::string_view text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            bytes.push_back(text[at]);
            continue;
        }
        if (++at == text.size()) throw BytesError("a backslash needs a character after it; \\\\ is one");
        if (text[at] == 'x') {
            bytes.push_back(hexadecimal(text.substr(at + 1, 2)));
            at += 2;
            continue;
        }
        const auto* known = std::find_if(escapes.begin(), escapes.end(),
                                         [&](const auto& escape) { return escape.first == text[at]; });
        if (known == escapes.end())
            throw BytesError(std::string("unknown escape \\") + text[at] +
                             "; there are \\r \\n \\t \\0 \\\\ \\\" \\xHH");
        bytes.push_back(known->second);
    }
    return bytes;
}

std::string readBytes(std::string_view line) {
    std::string bytes;
    skipBlanks(line);
    if (!line.empty() && line.front() == '|') {
        line.remove_prefix(1);
        if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
        return fromEscapes(line) + "\r\n";
    }
    for (; !line.empty(); skipBlanks(line)) {
        if (line.front() != '"')
            throw BytesError("bytes stand between quotes, or on a line after |; found: " + std::string(line));
        const std::string once = fromEscapes(takeQuoted(line));
        for (std::size_t times = takeRepeats(line); times > 0; --times) bytes += once;
    }
    return bytes;
}

std::string quoted(std::string_view bytes, std::size_t most) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "\"";
    for (const char c : bytes.substr(0, most)) {
        const auto* known = std::find_if(escapes.begin(), escapes.end(),
                                         [&](const auto& escape) { return escape.second == c; });
        const auto value = static_cast<unsigned char>(c);
        if (known != escapes.end())
            text.append({'\\', known->first});
        else if (value < 0x20 || value > 0x7e)
            text.append({'\\', 'x', digits[value >> 4U], digits[value & 15U]});
        else
            text.push_back(c);
    }
    text.push_back('"');
    if (bytes.size() > most) text += " and " + std::to_string(bytes.size() - most) + " more bytes";
    return text;
}

} // namespace conformance
