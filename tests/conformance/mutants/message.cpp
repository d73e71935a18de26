#include "tests/conformance/mutants/message.h"

#include "tests/conformance/mutants/mutation.h"

#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

namespace mutants {
namespace {

constexpr std::size_t mostOctets = std::size_t{128} * 1024;
constexpr std::size_t mostFields = 256;
constexpr std::size_t mostLine = 4096; // of a chunk's size or a trailer field

bool isToken(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

bool isText(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c == '\t' || (c & ~0x1f) != 0; }) &&
           text.find('\x7f') == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// The next line without its end, which is CRLF.
struct Line {
    std::string_view text;
    std::string_view all;
    bool proper = true;
};

std::optional<Line> nextLine(std::string_view& bytes) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    Line line;
    line.all = bytes.substr(0, end + 1);
    bytes.remove_prefix(end + 1);
    const bool crlf = end > 0 && line.all[end - 1] == '\r';
    line.text = line.all.substr(0, crlf ? end - 1 : end);
    line.proper =
        (crlf || is("bare-lf")) && (line.text.find('\r') == std::string_view::npos || is("bare-cr"));
    return line;
}

Reading refused(int status, std::string why) {
    return {false, status, std::move(why)};
}

constexpr std::string_view none;

// Empty: it is well.
std::string addField(const Line& line, Head& head) {
    if (!line.proper) return "a line that does not end in CRLF";
    if (line.text.front() == ' ' || line.text.front() == '\t') {
        if (!is("fold") || head.fields.empty()) return "a field folded over lines";
        head.fields.back().line += line.all;
        return {};
    }
    const auto colon = line.text.find(':');
    if (colon == std::string_view::npos) return "a field without a colon";
    auto name = line.text.substr(0, colon);
    if (is("space-before-colon")) name = trimmed(name);
    const auto value = trimmed(line.text.substr(colon + 1));
    if (!isToken(name)) return "a field's name that is no token";
    if (!isText(value) && !is("bare-cr")) return "a control octet in a field";
    if (equalNames(name, "Content_Length") || equalNames(name, "Transfer_Encoding"))
        return "a disguised length";
    head.fields.push_back({std::string(name), std::string(value), std::string(line.all)});
    return {};
}

std::optional<std::uint64_t> number(std::string_view text) {
    if (is("length-signed") && text.starts_with('+')) text.remove_prefix(1);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > INT64_MAX)
        return std::nullopt;
    return value;
}

Reading frame(Head& head, int otherwise) {
    const auto lengths = head.count("Content-Length");
    const auto codings = head.count("Transfer-Encoding");
    if (lengths > 0) {
        if (lengths > 1 && !is("length-twice")) return refused(otherwise, "more than one Content-Length");
        const auto length = number(head.find("Content-Length")->value);
        if (!length) return refused(otherwise, "a Content-Length that is no number");
        head.framing = {Framing::Kind::length, *length};
    }
    if (codings == 0) return {true, 0, {}};
    if (lengths > 0 && !is("length-with-coding"))
        return refused(otherwise, "Content-Length and Transfer-Encoding");
    if (!head.http11) return refused(otherwise, "Transfer-Encoding in HTTP/1.0");
    const bool chunked = codings == 1 && equalNames(head.find("Transfer-Encoding")->value, "chunked");
    if (!chunked && !is("coding-unknown"))
        return refused(otherwise == 400 ? 501 : 502, "a Transfer-Encoding other than chunked");
    head.framing = {Framing::Kind::chunked, 0};
    return {true, 0, {}};
}

// Fields up to the empty line. Complete: `head` is.
Reading readFields(std::string_view bytes, std::string_view rest, int otherwise, Head& head) {
    while (const auto line = nextLine(rest)) {
        if (line->text.empty() && line->proper) {
            head.size = bytes.size() - rest.size();
            break;
        }
        if (line->text.empty()) return refused(otherwise, "a line that does not end in CRLF");
        if (auto why = addField(*line, head); !why.empty()) return refused(otherwise, std::move(why));
        if (head.fields.size() > mostFields && !is("head-unlimited"))
            return refused(otherwise == 400 ? 431 : 502, "too many fields");
    }
    if (std::max(head.size, head.size == 0 ? bytes.size() : 0) > mostOctets && !is("head-unlimited"))
        return refused(otherwise == 400 ? 431 : 502, "a head larger than 128 KiB");
    if (head.size == 0) return {};
    if (head.connectionNames("close")) head.keepAlive = false;
    return frame(head, otherwise);
}

bool isTarget(std::string_view method, std::string_view target) {
    if (target == "*") return method == "OPTIONS";
    if (method == "CONNECT" || is("authority-passes")) return true;
    const bool form =
        target.starts_with('/') || target.starts_with("http://") || target.starts_with("https://");
    const bool user =
        !target.starts_with('/') && target.substr(0, target.find('/', 8)).find('@') != target.npos;
    return form && !user && std::ranges::all_of(target, [](char c) {
               return c > ' ' && c < 0x7f &&
                      std::string_view("#\"<>\\^`{|}").find(c) == std::string_view::npos;
           });
}

Reading readRequestLine(const Line& line, Head& head) {
    const auto first = line.text.find(' ');
    const auto last = line.text.rfind(' ');
    if (!line.proper || first == std::string_view::npos || first == last)
        return refused(400, "a malformed request line");
    head.method = line.text.substr(0, first);
    head.target = line.text.substr(first + 1, last - first - 1);
    const auto version = line.text.substr(last + 1);
    head.http11 = version == "HTTP/1.1";
    if (!isToken(head.method) || head.target.find(' ') != std::string::npos)
        return refused(400, "a malformed request line");
    if (!head.http11 && version != "HTTP/1.0")
        return refused(version.starts_with("HTTP/") && version.size() == 8 ? 505 : 400,
                       "a version other than HTTP/1.0 and HTTP/1.1");
    if (!isTarget(head.method, head.target)) return refused(400, "a malformed target");
    return {true, 0, {}};
}

Reading readStatusLine(const Line& line, Head& head) {
    const bool known = line.text.starts_with("HTTP/1.1 ") || line.text.starts_with("HTTP/1.0 ");
    const auto status = number(line.text.substr(std::min<std::size_t>(9, line.text.size())).substr(0, 3));
    if (!line.proper || !known || !status || *status < 100 || *status > 599 || !isText(line.text))
        return refused(502, "a malformed status line");
    head.status = static_cast<int>(*status);
    head.http11 = line.text[7] == '1';
    return {true, 0, {}};
}

std::string_view hostFault(const Head& head) {
    const auto hosts = head.count("Host");
    if (hosts == 0 && head.http11 && !is("host-missing")) return "no Host";
    if (hosts > 1 && !is("host-twice")) return "more than one Host";
    if (hosts > 0 && head.find("Host")->value.find_first_of(" ,/@?#\\") != std::string::npos)
        return "a Host that is none";
    return none;
}

bool isForbiddenInTrailers(const Head& trailer) {
    if (is("buffered-trailer-length") || is("buffered-trailer-coding") || is("buffered-trailer-host"))
        return false;
    return std::ranges::any_of(
        std::initializer_list<const char*>{"Content-Length", "Transfer-Encoding", "Host"},
        [&](const char* name) { return trailer.find(name) != nullptr; });
}

} // namespace

bool equalNames(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
    });
}

const Field* Head::find(std::string_view name) const {
    for (const auto& field : fields)
        if (equalNames(field.name, name)) return &field;
    return nullptr;
}

std::size_t Head::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(fields, [&](const Field& field) { return equalNames(field.name, name); }));
}

bool Head::connectionNames(std::string_view token) const {
    for (const auto& field : fields) {
        if (!equalNames(field.name, "Connection")) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const auto comma = std::min(rest.find(','), rest.size());
            if (equalNames(trimmed(rest.substr(0, comma)), token)) return true;
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return false;
}

Reading readRequest(std::string_view bytes, Head& head) {
    head = {};
    std::string_view rest = bytes;
    if (rest.starts_with("\r\n")) rest.remove_prefix(2); // RFC 9112 section 2.2
    const auto line = nextLine(rest);
    if (!line && !rest.empty() && !isToken(rest.substr(0, 1)) && rest != "\r")
        return refused(400, "no method");
    if (!line && bytes.size() > mostOctets && !is("head-unlimited"))
        return refused(431, "an endless request line");
    if (!line) return {};
    if (auto reading = readRequestLine(*line, head); !reading.complete) return reading;
    head.startLine = line->text;
    head.keepAlive = head.http11;
    auto reading = readFields(bytes, rest, 400, head);
    if (!reading.complete) return reading;
    if (const auto fault = hostFault(head); !fault.empty()) return refused(400, std::string(fault));
    for (const char* const framing : {"Content-Length", "Transfer-Encoding", "Host"})
        if (head.connectionNames(framing))
            return refused(400, "Connection names a field that is not its own");
    if (head.count("Upgrade") > 1) return refused(400, "more than one Upgrade");
    if (const auto* expect = head.find("Expect");
        expect != nullptr && !equalNames(expect->value, "100-continue"))
        return refused(400, "an Expect other than 100-continue");
    return reading;
}

Reading readResponse(std::string_view bytes, bool toHead, Head& head) {
    head = {};
    std::string_view rest = bytes;
    const auto line = nextLine(rest);
    if (!line) {
        const auto known = std::string_view("HTTP/1.").substr(0, bytes.size());
        return bytes.starts_with(known) && bytes.size() < mostOctets ? Reading{}
                                                                     : refused(502, "no status line");
    }
    if (auto reading = readStatusLine(*line, head); !reading.complete) return reading;
    head.startLine = line->text;
    head.keepAlive = head.http11;
    head.framing = {Framing::Kind::untilClose, 0};
    auto reading = readFields(bytes, rest, 502, head);
    if (!reading.complete) return reading;
    if (toHead || head.status < 200 || head.status == 204 || head.status == 304) head.framing = {};
    return reading;
}

bool Body::complete() const {
    if (framing_.kind == Framing::Kind::chunked) return state_ == State::complete;
    return framing_.kind != Framing::Kind::untilClose && framing_.length == 0;
}

std::size_t Body::take(std::string_view bytes, std::string& out) {
    if (framing_.kind == Framing::Kind::chunked) return takeChunked(bytes, out);
    if (framing_.kind != Framing::Kind::untilClose) {
        bytes = bytes.substr(0, std::min<std::uint64_t>(framing_.length, bytes.size()));
        framing_.length -= bytes.size();
    }
    append(bytes, out);
    return bytes.size();
}

void Body::append(std::string_view data, std::string& out) {
    if (tracks_) data_.push_back({appended_, data.size()});
    appended_ += data.size();
    out.append(data);
}

std::size_t Body::takeChunked(std::string_view bytes, std::string& out) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::complete && state_ != State::broken) {
        if (state_ == State::data) {
            const auto some = bytes.substr(used, std::min<std::uint64_t>(left_, bytes.size() - used));
            append(some, out);
            used += some.size();
            left_ -= some.size();
            if (left_ == 0) state_ = State::dataEnd;
            continue;
        }
        line_ += bytes[used++];
        if (line_.back() == '\n')
            endLine(out);
        else if (line_.size() > mostLine ||
                 (state_ == State::dataEnd && line_ != "\r" && !is("chunk-end-ignored")))
            breakOff();
    }
    return used;
}

void Body::endLine(std::string& out) {
    const std::string line = std::exchange(line_, {});
    const bool proper = (line.ends_with("\r\n") || is("bare-lf")) && line.find('\r') + 2 >= line.size();
    const std::string_view text = std::string_view(line).substr(0, line.find_first_of("\r\n"));
    const bool last = state_ == State::trailer && text.empty();
    if (!proper) return breakOff();
    if (state_ == State::size)
        readSize(text);
    else if (state_ == State::dataEnd)
        state_ = State::size;
    else if (last)
        state_ = State::complete;
    else if (Head trailer; !addField({text, line}, trailer).empty() || isForbiddenInTrailers(trailer))
        return breakOff();
    else if (is("trailers-dropped"))
        return;
    if (broken()) return;
    appended_ += line.size();
    out.append(line);
}

void Body::readSize(std::string_view line) {
    const auto digits = line.substr(0, line.find_first_of("; \t"));
    left_ = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
    if (is("chunk-size-overflow") && error == std::errc::result_out_of_range) {
        left_ = 0;
        for (const char c : digits) left_ = left_ * 16 + std::stoul(std::string(1, c), nullptr, 16);
        state_ = left_ == 0 ? State::trailer : State::data;
        return;
    }
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.size() > 16 ||
        left_ > INT64_MAX)
        return breakOff();
    const auto rest = trimmed(line.substr(digits.size()));
    if (!isText(line) || (!rest.empty() && rest.front() != ';')) return breakOff();
    state_ = left_ == 0 ? State::trailer : State::data;
}

} // namespace mutants
