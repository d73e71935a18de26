#include "conformance/net/head.h"

#include <charconv>
#include <strings.h>

namespace conformance {
namespace {

bool same(std::string_view name, std::string_view wanted) {
    return name.size() == wanted.size() && ::strncasecmp(name.data(), wanted.data(), wanted.size()) == 0;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

template <typename Number>
std::optional<Number> number(std::string_view text, int base = 10) {
    Number value{};
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (result.ec != std::errc()) return std::nullopt;
    return value;
}

void readField(Head& head, std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const auto name = line.substr(0, colon);
    const auto value = trimmed(line.substr(colon + 1));
    if (same(name, "content-length"))
        head.contentLength = number<std::size_t>(value);
    else if (same(name, "transfer-encoding"))
        head.chunked = same(value, "chunked");
    else if (same(name, "connection"))
        head.close = same(value, "close");
    else if (same(name, caseField))
        head.caseNumber = number<std::uint32_t>(value);
}

} // namespace

std::optional<Head> readHead(std::string_view bytes) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    Head head;
    head.length = end + 4;
    auto rest = bytes.substr(0, end + 2);
    for (bool first = true; !rest.empty(); first = false) {
        const auto lineEnd = rest.find("\r\n");
        const auto line = rest.substr(0, lineEnd);
        rest.remove_prefix(lineEnd + 2);
        if (first)
            head.startLine = line;
        else
            readField(head, line);
    }
    return head;
}

int statusOf(const Head& head) {
    if (head.startLine.size() < 12 || !head.startLine.starts_with("HTTP/1.")) return 0;
    return number<int>(head.startLine.substr(9, 3)).value_or(0);
}

std::optional<std::size_t> chunkedLength(std::string_view bytes) {
    std::size_t at = 0;
    for (;;) {
        const auto lineEnd = bytes.find("\r\n", at);
        if (lineEnd == std::string_view::npos) return std::nullopt;
        const auto size = number<std::size_t>(bytes.substr(at, lineEnd - at), 16);
        at = lineEnd + 2;
        if (!size || *size > bytes.size()) return std::nullopt;
        if (*size == 0) break;
        at += *size + 2;
    }
    for (;;) { // trailers, and the empty line after them
        const auto lineEnd = bytes.find("\r\n", at);
        if (lineEnd == std::string_view::npos) return std::nullopt;
        const bool last = lineEnd == at;
        at = lineEnd + 2;
        if (last) return at;
    }
}

} // namespace conformance
