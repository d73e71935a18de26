#include "mockdocker/wire/request.h"

#include <algorithm>
#include <charconv>

namespace mockdocker {
namespace {

bool isAlnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isToken(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return isAlnum(c) || marks.find(c) != std::string_view::npos;
    });
}

bool isControl(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// textproto.Reader.ReadLine: up to LF, one CR before it is dropped.
std::string_view takeLine(std::string_view& rest) {
    const auto end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Refusal badRequest(std::string_view why = {}) {
    std::string line = "400 Bad Request";
    if (!why.empty()) line.append(": ").append(why);
    return {line, line};
}

// http.ParseHTTPVersion, then the server's own limit to HTTP/1.
std::optional<Refusal> readVersion(std::string_view version, Request& request) {
    if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.' || version[5] < '0' ||
        version[5] > '9' || version[7] < '0' || version[7] > '9') {
        return badRequest();
    }
    if (version[5] != '1') {
        const std::string line = "505 HTTP Version Not Supported: unsupported protocol version";
        return Refusal{line, line};
    }
    request.http11 = version[7] != '0';
    return {};
}

std::size_t schemeLength(std::string_view target) { // url.getScheme
    for (std::size_t i = 0; i < target.size(); ++i) {
        const char c = target[i];
        if (c == ':') return i;
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || (!isAlnum(c) && c != '+' && c != '-' && c != '.'))) return 0;
    }
    return 0;
}

// url.ParseRequestURI: origin, absolute, authority (CONNECT) and asterisk form.
// False: "invalid URI for request".
bool readTarget(Request& request) {
    std::string_view rest = request.target;
    if (rest.empty() || std::ranges::any_of(rest, isControl)) return false;
    if (rest == "*") {
        request.path = "*";
        return true;
    }
    if (request.method == "CONNECT" && rest.front() != '/') {
        request.origin = "//" + request.target;
        return true;
    }
    const auto question = rest.find('?');
    if (question != std::string_view::npos) request.rawQuery = rest.substr(question + 1);
    rest = rest.substr(0, question);
    if (rest.empty() || rest.front() != '/') {
        const std::size_t scheme = schemeLength(rest);
        if (scheme == 0) return false;
        if (!rest.substr(scheme + 1).starts_with("//")) return true; // opaque: the path stays empty
        const auto slash = rest.find('/', scheme + 3);
        request.origin = rest.substr(0, slash);
        rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
    }
    const auto decoded = percentDecode(rest, false);
    if (!decoded) return false;
    request.path = *decoded;
    return true;
}

std::optional<Refusal> readRequestLine(std::string_view line, Request& request) {
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) return badRequest();
    request.method = line.substr(0, first);
    request.target = line.substr(first + 1, second - first - 1);
    if (!isToken(request.method)) return badRequest();
    if (auto refusal = readVersion(line.substr(second + 1), request)) return refusal;
    if (!readTarget(request)) return badRequest();
    return {};
}

// False: a line that is no field at all, or a fold before the first field.
bool readFields(std::string_view rest, Request& request) {
    while (!rest.empty()) {
        const std::string_view line = takeLine(rest);
        if (line.empty()) return true;
        if (line.front() == ' ' || line.front() == '\t') { // obs-fold: joined with one space
            if (request.fields.empty()) return false;
            request.fields.back().value.append(" ").append(trim(line));
            continue;
        }
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return false;
        if (colon > 0)
            request.fields.push_back(
                {std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
    }
    return true;
}

std::vector<std::string_view> valuesOf(const Request& request, std::string_view name) {
    std::vector<std::string_view> values;
    for (const Field& field : request.fields) {
        if (equalsIgnoringCase(field.name, name)) values.emplace_back(field.value);
    }
    return values;
}

// transfer.go parseTransferEncoding, fixLength: a request without either has no body; chunked beats a length.
std::optional<Refusal> readFraming(Request& request) {
    const auto codings = valuesOf(request, "transfer-encoding");
    if (!codings.empty() && request.http11) {
        if (codings.size() != 1 || !equalsIgnoringCase(codings[0], "chunked")) {
            return Refusal{"501 Not Implemented", "Unsupported transfer encoding"};
        }
        request.chunked = true;
        return {};
    }
    const auto lengths = valuesOf(request, "content-length");
    for (const auto text : lengths) {
        if (text != lengths[0]) return badRequest();
    }
    if (lengths.empty() || lengths[0].empty()) return {};
    const auto* end = lengths[0].data() + lengths[0].size();
    const auto [at, error] = std::from_chars(lengths[0].data(), end, request.length);
    if (error != std::errc{} || at != end || request.length >> 63 != 0) return badRequest();
    return {};
}

bool isHost(std::string_view host) { // httpguts.ValidHostHeader
    constexpr std::string_view marks = "!$%&()*+,-.:;=[']_~";
    return std::ranges::all_of(host,
                               [&](char c) { return isAlnum(c) || marks.find(c) != std::string_view::npos; });
}

// What server.go's conn.readRequest checks behind readRequest.
std::optional<Refusal> checkFields(const Request& request) {
    const auto hosts = valuesOf(request, "host");
    if (hosts.size() > 1) return badRequest();
    if (hosts.empty() && request.http11 && request.method != "CONNECT")
        return badRequest("missing required Host header");
    if (!hosts.empty() && !isHost(hosts[0])) return badRequest("malformed Host header");
    for (const Field& field : request.fields) {
        if (!isToken(field.name)) return badRequest("invalid header name");
        if (std::ranges::any_of(field.value, [](char c) { return c != '\t' && isControl(c); })) {
            return badRequest("invalid header value");
        }
    }
    return {};
}

bool hasToken(const Request& request, std::string_view name, std::string_view token) {
    for (std::string_view value : valuesOf(request, name)) {
        while (!value.empty()) {
            const auto comma = value.find(',');
            if (equalsIgnoringCase(trim(value.substr(0, comma)), token)) return true;
            value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
        }
    }
    return false;
}

} // namespace

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

std::size_t headSize(std::string_view bytes) {
    std::size_t line = 0;
    while (true) {
        const auto end = bytes.find('\n', line);
        if (end == std::string_view::npos) return 0;
        const auto text = bytes.substr(line, end - line);
        if (text.empty() || text == "\r") return end + 1; // an empty first line ends a (malformed) head, too
        line = end + 1;
    }
}

std::optional<std::string> percentDecode(std::string_view text, bool plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            const int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hexDigit(text[i + 2]) : -1;
            if (high < 0 || low < 0) return {};
            decoded.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        } else {
            decoded.push_back(plus && text[i] == '+' ? ' ' : text[i]);
        }
    }
    return decoded;
}

std::string percentEncodePath(std::string_view path) {
    constexpr std::string_view marks = "-_.~$&+,/:;=@";
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : path) {
        if (isAlnum(c) || marks.find(c) != std::string_view::npos) {
            encoded.push_back(c);
        } else {
            const auto octet = static_cast<unsigned char>(c);
            encoded.append({'%', hex[octet >> 4U], hex[octet & 15U]});
        }
    }
    return encoded;
}

const std::string* Request::find(std::string_view name) const {
    const auto at = std::ranges::find_if(
        fields, [&](const Field& field) { return equalsIgnoringCase(field.name, name); });
    return at == fields.end() ? nullptr : &at->value;
}

std::vector<std::string> Request::queryAll(std::string_view key) const {
    std::vector<std::string> values;
    std::string_view rest = rawQuery;
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const std::string_view pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        const auto equals = pair.find('=');
        if (percentDecode(pair.substr(0, equals), true) != key) continue;
        const auto raw = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        if (auto value = percentDecode(raw, true)) values.push_back(*std::move(value));
    }
    return values;
}

std::optional<std::string> Request::query(std::string_view key) const {
    auto values = queryAll(key);
    if (values.empty()) return {};
    return std::move(values.front());
}

bool Request::queryBool(std::string_view key) const {
    const auto value = query(key);
    if (!value) return false;
    const std::string_view text = trim(*value);
    return !text.empty() && text != "0" && !equalsIgnoringCase(text, "no") &&
           !equalsIgnoringCase(text, "false") && !equalsIgnoringCase(text, "none");
}

std::optional<Refusal> parseRequest(std::string_view head, Request& request) {
    request.head = head;
    std::string_view rest = head;
    if (auto refusal = readRequestLine(takeLine(rest), request)) return refusal;
    if (!readFields(rest, request)) return badRequest();
    if (auto refusal = readFraming(request)) return refusal;
    if (auto refusal = checkFields(request)) return refusal;
    request.expectContinue = request.http11 && hasToken(request, "expect", "100-continue");
    request.keepAlive = request.http11 ? !hasToken(request, "connection", "close")
                                       : hasToken(request, "connection", "keep-alive");
    return {};
}

} // namespace mockdocker
