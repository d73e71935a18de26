#include "tests/proxy/http/replay.h"

namespace proxy::http {

std::vector<std::size_t> splitPoints(std::size_t size) {
    std::vector<std::size_t> points;
    for (std::size_t n = 0; n < size; ++n) {
        if (n < 600 || size - n < 100 || n % 4099 == 0) points.push_back(n);
    }
    return points;
}

std::string verdict(ParseResult result) {
    switch (result.outcome) {
    case Outcome::complete:
        return "complete";
    case Outcome::needMore:
        return "needMore";
    case Outcome::rejected:
        break;
    }
    return std::string(describe(result.reason).name);
}

void expectVerdict(const Parse& parse, std::string_view raw, std::string_view expected) {
    GuardedBytes memory(raw.size() + 64);
    for (const std::size_t n : splitPoints(raw.size()))
        ASSERT_EQ(verdict(parse(memory.place(raw.substr(0, n)))), "needMore")
            << "of the first " << n << " octets";
    ASSERT_EQ(verdict(parse(memory.place(raw))), expected);
    for (const std::string_view tail :
         {"x", "\r", "\n", "\r\n", "\r\n\r\n", " ", ":", "GET / HTTP/1.1\r\n\r\n", "\377"})
        ASSERT_EQ(verdict(parse(memory.place(std::string(raw).append(tail)))), expected)
            << "followed by " << tail;
}

namespace {
std::string text(const Framing& framing) {
    switch (framing.kind) {
    case Framing::Kind::none:
        return "none";
    case Framing::Kind::length:
        return "length=" + std::to_string(framing.length);
    case Framing::Kind::chunked:
        return "chunked";
    case Framing::Kind::untilClose:
        return "until-close";
    }
    return "?";
}

std::string_view text(TargetForm form) {
    switch (form) {
    case TargetForm::origin:
        return "origin";
    case TargetForm::absolute:
        return "absolute";
    case TargetForm::authority:
        return "authority";
    case TargetForm::asterisk:
        return "asterisk";
    }
    return "?";
}
} // namespace

std::string summary(const RequestHead& head) {
    std::string line(head.method);
    line.append(" ").append(text(head.form)).append(" ").append(head.path);
    if (!head.query.empty()) line.append(" ?").append(head.query);
    line.append(head.http11 ? " HTTP/1.1 " : " HTTP/1.0 ").append(text(head.framing));
    line.append(head.keepAlive ? " keep-alive" : " close");
    if (head.expectContinue) line.append(" expect");
    if (head.upgrade) line.append(" upgrade");
    return line;
}

std::string summary(const ResponseHead& head) {
    std::string line = std::to_string(head.status);
    if (!head.reason.empty()) line.append(" ").append(head.reason);
    line.append(head.http11 ? " HTTP/1.1 " : " HTTP/1.0 ").append(text(head.framing));
    line.append(head.keepAlive ? " keep-alive" : " close");
    if (head.upgrade) line.append(" upgrade");
    if (head.rawStream) line.append(" raw-stream");
    return line;
}

std::string octetsTaken(const Parse& parse, std::string_view prefix) {
    GuardedBytes memory(prefix.size() + 1);
    std::string taken;
    for (const char octet : range(0, 255)) {
        if (parse(memory.place(std::string(prefix) + octet)).outcome != Outcome::rejected) taken += octet;
    }
    return taken;
}

std::string range(unsigned char first, unsigned char last) {
    std::string octets;
    for (unsigned octet = first; octet <= last; ++octet) octets += static_cast<char>(octet);
    return octets;
}

std::string join(std::string_view one, std::string_view other) {
    std::string both;
    for (const char octet : range(0, 255)) {
        if (one.find(octet) != std::string_view::npos || other.find(octet) != std::string_view::npos)
            both += octet;
    }
    return both;
}

} // namespace proxy::http
