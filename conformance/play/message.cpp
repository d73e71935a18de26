#include "conformance/play/message.h"

#include "conformance/cases/bytes.h"
#include "conformance/net/head.h"

#include <algorithm>
#include <strings.h>

namespace conformance {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Of a whole chunked body.
std::string unchunked(std::string_view bytes) {
    std::string body;
    for (;;) {
        const auto lineEnd = bytes.find("\r\n");
        if (lineEnd == std::string_view::npos) return body;
        const auto size = static_cast<std::size_t>(
            std::strtoull(std::string(bytes.substr(0, lineEnd)).c_str(), nullptr, 16));
        if (size == 0 || lineEnd + 2 + size > bytes.size()) return body;
        body.append(bytes.substr(lineEnd + 2, size));
        bytes.remove_prefix(std::min(bytes.size(), lineEnd + 4 + size));
    }
}

std::optional<Message> withBody(std::string_view bytes, const Head& head) {
    Message message{std::string(bytes.substr(0, head.length)), {}, head.length};
    const auto rest = bytes.substr(head.length);
    if (head.chunked) {
        const auto length = chunkedLength(rest);
        if (!length) return std::nullopt;
        message.body = unchunked(rest.substr(0, *length));
        message.size += *length;
        return message;
    }
    const auto length = head.contentLength.value_or(0);
    if (rest.size() < length) return std::nullopt;
    message.body = rest.substr(0, length);
    message.size += length;
    return message;
}

bool isToken(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool hasControl(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto value = static_cast<unsigned char>(c);
        return (value < 0x20 && c != '\t') || value == 0x7f;
    });
}

// Field by field; how many there are of the two that tell where the body ends.
std::string doubtInFields(std::string_view head, std::size_t& lengths, std::size_t& codings) {
    head.remove_prefix(head.find("\r\n") + 2);
    while (head != "\r\n") {
        const auto line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(line.size() + 2);
        const auto name = line.substr(0, line.find(':'));
        const auto value = line.size() == name.size() ? "" : trimmed(line.substr(name.size() + 1));
        // Other control bytes in a value are no doubt about where anything ends.
        if (line.size() == name.size() || !isToken(name) ||
            line.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos)
            return "the field line " + quoted(line, 100);
        const bool isLength = sameName(name, "content-length");
        const bool isCoding = sameName(name, "transfer-encoding");
        lengths += isLength ? 1 : 0;
        codings += isCoding ? 1 : 0;
        if (isLength && (value.empty() || value.size() > 18 ||
                         value.find_first_not_of("0123456789") != std::string_view::npos))
            return "the length " + quoted(value, 100);
        if (isCoding && !sameName(value, "chunked")) return "the coding " + quoted(value, 100);
    }
    return {};
}

std::string doubtInChunks(std::string_view bytes) {
    for (;;) {
        const auto lineEnd = bytes.find("\r\n");
        if (lineEnd == std::string_view::npos) return {}; // a beginning
        const auto size = bytes.substr(0, std::min(lineEnd, bytes.substr(0, lineEnd).find(';')));
        if (size.empty() || size.size() > 15 ||
            size.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos ||
            hasControl(bytes.substr(0, lineEnd)))
            return "the chunk size " + quoted(bytes.substr(0, lineEnd), 100);
        const auto length = static_cast<std::size_t>(std::strtoull(std::string(size).c_str(), nullptr, 16));
        if (length == 0) return {};
        if (bytes.size() < lineEnd + 4 + length) return {};
        if (bytes.substr(lineEnd + 2 + length, 2) != "\r\n") return "a chunk that does not end in CR LF";
        bytes.remove_prefix(lineEnd + 4 + length);
    }
}

} // namespace

bool sameName(std::string_view left, std::string_view right) {
    return left.size() == right.size() && ::strncasecmp(left.data(), right.data(), left.size()) == 0;
}

std::optional<Message> wholeRequest(std::string_view bytes) {
    const auto head = readHead(bytes);
    return head ? withBody(bytes, *head) : std::nullopt;
}

std::optional<Message> wholeResponse(std::string_view bytes, bool ended) {
    const auto head = readHead(bytes);
    if (!head) return std::nullopt;
    const int status = statusOf(*head);
    if (status < 200 || status == 204 || status == 304) return headOnly(bytes);
    if (head->chunked || head->contentLength) return withBody(bytes, *head);
    if (!ended) return std::nullopt;
    return Message{std::string(bytes.substr(0, head->length)), std::string(bytes.substr(head->length)),
                   bytes.size()};
}

std::optional<Message> headOnly(std::string_view bytes) {
    const auto head = readHead(bytes);
    if (!head) return std::nullopt;
    return Message{std::string(bytes.substr(0, head->length)), {}, head->length};
}

std::string_view firstLine(std::string_view head) {
    return head.substr(0, head.find("\r\n"));
}

int statusOfHead(std::string_view head) {
    Head only;
    only.startLine = firstLine(head);
    return statusOf(only);
}

std::vector<HeadField> fieldsOf(std::string_view head) {
    std::vector<HeadField> fields;
    head.remove_prefix(std::min(head.size(), firstLine(head).size() + 2));
    while (!head.empty() && head != "\r\n") {
        const auto line = firstLine(head);
        head.remove_prefix(std::min(head.size(), line.size() + 2));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        fields.push_back({line.substr(0, colon), trimmed(line.substr(colon + 1))});
    }
    return fields;
}

std::string fieldIn(std::string_view bytes, std::string_view field) {
    const auto name = field.substr(0, field.find(':'));
    const auto value = name.size() == field.size() ? "" : trimmed(field.substr(name.size() + 1));
    while (const auto head = headOnly(bytes)) {
        for (const auto& one : fieldsOf(head->head))
            if (sameName(one.name, name) && (value.empty() || one.value == value))
                return std::string(one.name) + ": " + quoted(one.value);
        const auto whole = wholeRequest(bytes);
        if (!whole) return {};
        bytes.remove_prefix(whole->size);
    }
    return {};
}

std::string secondReading(std::string_view bytes, std::string_view forbidden) {
    while (!bytes.empty()) {
        const auto end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) {
            if (bytes.find('\n') < bytes.find("\r\n") + 1) return "a line that ends in LF alone";
            return {};
        }
        const auto head = bytes.substr(0, end + 4);
        if (firstLine(head).find(forbidden) != std::string_view::npos)
            return "a request of its own: " + quoted(firstLine(head), 100);
        if (hasControl(firstLine(head)) ||
            std::count(firstLine(head).begin(), firstLine(head).end(), ' ') != 2)
            return "the request line " + quoted(firstLine(head), 100);
        std::size_t lengths = 0;
        std::size_t codings = 0;
        if (auto doubt = doubtInFields(head, lengths, codings); !doubt.empty()) return doubt;
        if (lengths + codings > 1) return "more than one field that tells where the body ends";
        if (codings == 1)
            if (auto doubt = doubtInChunks(bytes.substr(head.size())); !doubt.empty()) return doubt;
        const auto whole = wholeRequest(bytes);
        if (!whole) return {};
        bytes.remove_prefix(whole->size);
    }
    return {};
}

} // namespace conformance
