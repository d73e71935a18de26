#include "mockdocker/wire/answer.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <unordered_map>

namespace mockdocker {
namespace {

constexpr std::size_t patternPeriod = 251;

// Two periods and more, so that any slice of up to a block is contiguous from any phase.
const std::string& patternBlock() {
    static const std::string block = [] {
        std::string text;
        constexpr std::string_view letters =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
        for (std::size_t i = 0; i < patternPeriod * 256; ++i)
            text.push_back(letters[i % patternPeriod % letters.size()]);
        return text;
    }();
    return block;
}

// Calls back with each contiguous piece of the pattern.
template <class Piece>
void overPattern(std::uint64_t offset, std::size_t size, const Piece& piece) {
    const std::string_view block = patternBlock();
    while (size > 0) {
        const std::size_t phase = static_cast<std::size_t>(offset % patternPeriod);
        const std::size_t length = std::min(size, block.size() - phase);
        if (!piece(block.substr(phase, length))) return;
        offset += length;
        size -= length;
    }
}

} // namespace

std::string_view reasonPhrase(int status) {
    static const std::unordered_map<int, std::string_view> phrases = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {102, "Processing"},
        {103, "Early Hints"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Request Entity Too Large"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"}};
    const auto at = phrases.find(status);
    return at == phrases.end() ? "Unknown" : at->second;
}

std::string httpDate() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

std::string statusLine(int status, bool http11) {
    return (http11 ? "HTTP/1.1 " : "HTTP/1.0 ") + std::to_string(status) + " " +
           std::string(reasonPhrase(status)) + "\r\n";
}

std::string sortedFields(Fields fields) {
    std::ranges::stable_sort(fields, {}, &Field::name);
    std::string text;
    for (const Field& field : fields) text.append(field.name).append(": ").append(field.value).append("\r\n");
    return text;
}

std::string chunk(std::string_view data) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string size;
    for (std::size_t rest = data.size(); rest > 0 || size.empty(); rest /= 16)
        size.insert(size.begin(), hex[rest % 16]);
    return size.append("\r\n").append(data).append("\r\n");
}

std::string stdcopyFrame(int stream, std::string_view payload) {
    std::string frame = {static_cast<char>(stream), 0, 0, 0};
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        frame.push_back(static_cast<char>(payload.size() >> shift & 0xffU));
    return frame.append(payload);
}

std::string pattern(std::uint64_t offset, std::size_t size) {
    std::string bytes;
    bytes.reserve(size);
    overPattern(offset, size, [&](std::string_view piece) {
        bytes.append(piece);
        return true;
    });
    return bytes;
}

bool isPattern(std::uint64_t offset, std::string_view bytes) {
    bool same = true;
    overPattern(offset, bytes.size(), [&](std::string_view piece) {
        same = bytes.starts_with(piece);
        bytes.remove_prefix(piece.size());
        return same;
    });
    return same;
}

} // namespace mockdocker
