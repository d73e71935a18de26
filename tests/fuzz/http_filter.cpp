// Reads HTTP messages for a test in another language. Standard input holds records, "<kind> <octets>\n" and the octets; kind is
// q for a request, a for an answer to a GET, h for one to a HEAD. Standard output has for each a line: how it went
// (complete, partial, or the refusal's name) and, where the head is complete, behind blanks: the octets that belong to
// the message; in hexadecimal method or status, target, names and values of the fields, separated by commas; then the body's content, and "open" where
// only the connection's end ends it.
#include "proxy/http/chunked.h"
#include "proxy/http/request.h"
#include "proxy/http/response.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

namespace {

using namespace proxy::http;

std::string hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        text += digits[octet >> 4U];
        text += digits[octet & 15U];
    }
    return text;
}

// Appends the content to `body`.
std::string readChunks(std::string_view& input, std::string& body) {
    ChunkedScanner chunks;
    while (!input.empty()) {
        const auto data =
            static_cast<std::size_t>(std::min<std::uint64_t>(chunks.dataRemaining(), input.size()));
        body += input.substr(0, data);
        const auto result = chunks.scan(input.substr(0, std::max<std::size_t>(data, 1)));
        if (result.outcome == Outcome::rejected) return std::string(describe(result.reason).name);
        input.remove_prefix(result.size);
        if (result.outcome == Outcome::complete) return "complete";
    }
    return "partial";
}

std::string readBody(const Framing& framing, std::string_view& input, std::string& body) {
    if (framing.kind == Framing::Kind::chunked) return readChunks(input, body);
    const auto length = framing.kind == Framing::Kind::untilClose ? input.size() : framing.length;
    body = input.substr(0, std::min<std::uint64_t>(length, input.size()));
    input.remove_prefix(body.size());
    return body.size() == length ? "complete" : "partial";
}

template <class Head>
std::string written(const Head& head, const std::string& first, std::string_view target,
                    std::string_view input) {
    std::string body;
    std::string_view rest = input.substr(head.size);
    const std::string outcome = readBody(head.framing, rest, body);
    std::string line = outcome + ' ' + std::to_string(input.size() - rest.size()) + ' ' + hex(first) + ' ' +
                       hex(target) + ' ';
    for (const auto& field : head.fields.all()) line += hex(field.name) + ',' + hex(field.value) + ',';
    return line + ' ' + hex(body) + ' ' + (head.framing.kind == Framing::Kind::untilClose ? "open" : "");
}

std::string read(char kind, std::string_view input) {
    static const auto request = std::make_unique<RequestHead>();
    static const auto answer = std::make_unique<ResponseHead>();
    const ParseResult result =
        kind == 'q' ? parseRequest(input, *request) : parseResponse(input, {kind == 'h', true}, *answer);
    if (result.outcome == Outcome::needMore) return "partial";
    if (result.outcome == Outcome::rejected) return std::string(describe(result.reason).name);
    return kind == 'q' ? written(*request, std::string(request->method), request->target, input)
                       : written(*answer, std::to_string(answer->status), {}, input);
}

} // namespace

int main() {
    std::ios::sync_with_stdio(false);
    char kind = 0;
    std::size_t size = 0;
    while (std::cin >> kind >> size && std::cin.get() == '\n') {
        std::string input(size, '\0');
        if (!std::cin.read(input.data(), static_cast<std::streamsize>(size))) return 1;
        std::cout << read(kind, input) << '\n';
    }
    return std::cin.eof() ? 0 : 1;
}
