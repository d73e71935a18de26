#include "tests/fuzz/connection/strict.h"

#include <algorithm>
#include <cstdint>

namespace strict {

namespace {

constexpr std::string_view tokenMarks = "!#$%&'*+-.^_`|~";

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

int hexOf(char c) {
    if (isDigit(c)) return c - '0';
    const char folded = static_cast<char>(c | 0x20);
    return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

bool isToken(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        const char folded = static_cast<char>(c | 0x20);
        return isDigit(c) || (folded >= 'a' && folded <= 'z') || tokenMarks.find(c) != std::string_view::npos;
    });
}

bool isText(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return (octet < 0x20 && c != '\t') || octet == 0x7f;
    });
}

bool isVisible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// What is left to be read of a message.
struct Input {
    std::string_view left;

    // Up to a CR LF, which is taken as well. None: it is not there yet; `bad`: no line can come of this any more.
    std::optional<std::string_view> line(bool& bad) {
        const auto end = left.find_first_of("\r\n");
        if (end == std::string_view::npos) return std::nullopt;
        if (left[end] == '\n' || (end + 1 < left.size() && left[end + 1] != '\n')) bad = true;
        if (bad || end + 1 == left.size()) return std::nullopt;
        const auto line = left.substr(0, end);
        left.remove_prefix(end + 2);
        return line;
    }
};

bool takeVersion(std::string_view text, Message& message) {
    message.http11 = text == "HTTP/1.1";
    return message.http11 || text == "HTTP/1.0";
}

bool takeRequestLine(std::string_view line, Message& message) {
    const auto first = line.find(' ');
    const auto second = line.find(' ', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return false;
    message.method = line.substr(0, first);
    message.target = line.substr(first + 1, second - first - 1);
    return isToken(message.method) && !message.target.empty() && isVisible(message.target) &&
           takeVersion(line.substr(second + 1), message);
}

bool takeStatusLine(std::string_view line, Message& message) {
    constexpr std::size_t shortest = 12; // HTTP/1.1 SP 3DIGIT
    if (line.size() < shortest || !takeVersion(line.substr(0, 8), message) || line[8] != ' ') return false;
    const auto digits = line.substr(9, 3);
    if (!std::ranges::all_of(digits, isDigit)) return false;
    message.status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    return message.status >= 100 && (line.size() == shortest || line[shortest] == ' ') && isText(line);
}

// Field lines and the empty one behind them.
Is takeFields(Input& input, FieldLines& fields) {
    for (bool bad = false;;) {
        const auto line = input.line(bad);
        if (!line) return bad ? Is::malformed : Is::partial;
        if (line->empty()) return Is::complete;
        const auto colon = line->find(':');
        if (colon == std::string_view::npos || !isToken(line->substr(0, colon)) || !isText(*line))
            return Is::malformed;
        fields.emplace_back(lower(line->substr(0, colon)), trimmed(line->substr(colon + 1)));
    }
}

Is takeOctets(Input& input, std::uint64_t size, std::string& body) {
    const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(size, input.left.size()));
    body += input.left.substr(0, here);
    input.left.remove_prefix(here);
    return here == size ? Is::complete : Is::partial;
}

// chunk-size [ chunk-ext ]
std::optional<std::uint64_t> sizeOfChunk(std::string_view line) {
    std::uint64_t size = 0;
    std::size_t at = 0;
    for (; at < line.size() && hexOf(line[at]) >= 0; ++at) {
        if (size > (UINT64_MAX >> 4U)) return std::nullopt;
        size = size << 4U | static_cast<std::uint64_t>(hexOf(line[at]));
    }
    const bool ends = at == line.size() || line[at] == ';' || line[at] == ' ' || line[at] == '\t';
    return at != 0 && ends && isText(line) ? std::optional(size) : std::nullopt;
}

Is takeChunks(Input& input, std::string& body) {
    for (bool bad = false;;) {
        const auto line = input.line(bad);
        if (!line) return bad ? Is::malformed : Is::partial;
        const auto size = sizeOfChunk(*line);
        if (!size) return Is::malformed;
        if (*size == 0) break;
        if (takeOctets(input, *size, body) == Is::partial) return Is::partial;
        if (!std::string_view("\r\n").starts_with(input.left.substr(0, 2))) return Is::malformed;
        if (input.left.size() < 2) return Is::partial;
        input.left.remove_prefix(2);
    }
    FieldLines trailers;
    return takeFields(input, trailers);
}

Is takeBody(Input& input, Message& message, bool mayEndByClose) {
    const auto lengths = message.count("content-length");
    const auto codings = message.count("transfer-encoding");
    if (lengths + codings > 1) return Is::malformed;
    if (codings == 1) {
        if (!message.http11 || lower(message.value("transfer-encoding")) != "chunked") return Is::malformed;
        return takeChunks(input, message.body);
    }
    if (lengths == 0) {
        message.untilClose = mayEndByClose;
        return mayEndByClose ? takeOctets(input, UINT64_MAX, message.body) : Is::complete;
    }
    const auto digits = message.value("content-length");
    std::uint64_t size = 0;
    if (digits.empty() || !std::ranges::all_of(digits, isDigit)) return Is::malformed;
    for (const char digit : digits) {
        if (size > UINT64_MAX / 10 - 1) return Is::malformed;
        size = size * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return takeOctets(input, size, message.body);
}

Is takeHead(Input& input, Message& message, bool (*takeFirst)(std::string_view, Message&)) {
    bool bad = false;
    const auto first = input.line(bad);
    if (!first) return bad ? Is::malformed : Is::partial;
    if (!takeFirst(*first, message)) return Is::malformed;
    const Is is = takeFields(input, message.fields);
    message.headComplete = is == Is::complete;
    return is;
}

} // namespace

std::size_t Message::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::ranges::count(fields, name, [](const auto& each) { return each.first; }));
}

std::string_view Message::value(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, [](const auto& each) { return each.first; });
    return found == fields.end() ? std::string_view() : found->second;
}

std::string lower(std::string_view text) {
    std::string folded(text);
    for (char& c : folded)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    return folded;
}

Message readRequest(std::string_view octets) {
    Message message;
    Input input{octets};
    message.is = takeHead(input, message, takeRequestLine);
    if (message.headComplete) message.is = takeBody(input, message, false);
    message.size = octets.size() - input.left.size();
    return message;
}

Message readAnswer(std::string_view octets, bool toHead) {
    Message message;
    Input input{octets};
    message.is = takeHead(input, message, takeStatusLine);
    const bool bodiless = toHead || message.status < 200 || message.status == 204 || message.status == 304;
    if (message.headComplete && !bodiless) message.is = takeBody(input, message, true);
    message.size = octets.size() - input.left.size();
    return message;
}

std::optional<std::string> routed(std::string_view target) {
    if (const auto scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/'))
        target = target.substr(std::min(target.find('/', scheme + 3), target.size()));
    target = target.substr(0, target.find('?'));
    std::string path;
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (target[i] != '%') {
            path += target[i];
            continue;
        }
        if (i + 2 >= target.size() || hexOf(target[i + 1]) < 0 || hexOf(target[i + 2]) < 0)
            return std::nullopt;
        path += static_cast<char>(hexOf(target[i + 1]) * 16 + hexOf(target[i + 2]));
        i += 2;
    }
    if (!path.starts_with('/') || !isText(path)) return std::nullopt;
    for (const std::string_view unclean : {"//", "/./", "/../"})
        if (path.find(unclean) != std::string::npos) return std::nullopt;
    if (path.ends_with("/.") || path.ends_with("/..")) return std::nullopt;
    if (path.starts_with("/v")) {
        const auto end = path.find_first_not_of("0123456789.", 2);
        if (end != std::string::npos && end > 2 && path[end] == '/') path.erase(0, end);
    }
    return path;
}

} // namespace strict
