#include "proxy/http/response.h"

#include "proxy/http/cursor.h"
#include "proxy/http/fields.h"

namespace proxy::http {
namespace {

constexpr LineReasons lineReasons{Reject::responseLineBareCr, Reject::responseLineBareLf,
                                  Reject::responseLineReason};

// SP 3DIGIT
ParseResult parseStatus(Cursor& cursor, int& status) noexcept {
    if (const auto step = parseLiteral(cursor, " ", Reject::responseLineVersion);
        step.outcome != Outcome::complete)
        return step;
    status = 0;
    for (int place = 0; place < 3; ++place) {
        if (cursor.empty()) return needMore;
        const char c = cursor.front();
        if (!isA(CharClass::digit, c)) return rejected(Reject::responseLineStatus);
        if (place == 0 && (c == '0' || c > '5')) return rejected(Reject::responseLineStatus);
        status = status * 10 + (c - '0');
        ++cursor.at;
    }
    return parsed;
}

// SP [ reason-phrase ] CRLF. Without a phrase some servers leave the SP out as well;
// that is no other line for anyone.
ParseResult parseReason(Cursor& cursor, std::string_view& reason) noexcept {
    reason = ""; // not a null view: the writer copies from it
    if (cursor.empty()) return needMore;
    if (cursor.front() == ' ') {
        ++cursor.at;
        reason = cursor.take(CharClass::value);
    } else if (cursor.front() != '\r' && cursor.front() != '\n') {
        return rejected(Reject::responseLineStatus);
    }
    return parseLineEnd(cursor, lineReasons);
}

// status-line = HTTP-version SP status-code SP [ reason-phrase ] CRLF
ParseResult parseStatusLine(Cursor& cursor, ResponseHead& head) noexcept {
    if (const auto step = parseVersion(cursor, Reject::responseLineVersion,
                                       Reject::responseVersionUnsupported, head.http11);
        step.outcome != Outcome::complete)
        return step;
    if (const auto step = parseStatus(cursor, head.status); step.outcome != Outcome::complete) return step;
    return parseReason(cursor, head.reason);
}

bool isDockerStream(std::string_view contentType) noexcept {
    const std::string_view type = contentType.substr(0, contentType.find_first_of("; \t"));
    return equalsIgnoringCase(type, "application/vnd.docker.raw-stream") ||
           equalsIgnoringCase(type, "application/vnd.docker.multiplexed-stream");
}

// RFC 9110 section 6.4.1, RFC 9112 section 6.3
bool statusHasNoBody(int status) noexcept {
    return status < 200 || status == 204 || status == 304;
}

Framing frame(const FieldFacts& facts, RequestFacts request, int status) noexcept {
    if (request.head || statusHasNoBody(status)) return {};
    const Framing framing = facts.framing();
    return framing.kind == Framing::Kind::none ? Framing{Framing::Kind::untilClose} : framing;
}

// What follows from the fields as a whole.
Reject conclude(const FieldFacts& facts, RequestFacts request, ResponseHead& head) noexcept {
    // RFC 9112 sections 6.1, 6.2: a 1xx or 204 announces no body. Some readers
    // would wait for one that is announced.
    const bool announced = facts.hasCoding || (facts.hasLength && facts.length != 0);
    if (announced && (head.status < 200 || head.status == 204)) return Reject::responseLengthForbidden;
    head.framing = frame(facts, request, head.status);
    head.upgrade = head.status == 101;
    if (head.upgrade) markUpgrade(head.fields, false);
    const bool untilClose = head.framing.kind == Framing::Kind::untilClose;
    head.keepAlive = head.http11 && !facts.close && !untilClose && !head.upgrade;
    head.rawStream =
        untilClose && head.status == 200 && facts.contentTypes == 1 && isDockerStream(facts.contentType);
    return Reject::none;
}

ParseResult parseHead(Cursor& cursor, RequestFacts request, ResponseHead& head) noexcept {
    if (const auto step = parseStatusLine(cursor, head); step.outcome != Outcome::complete) return step;
    // RFC 9110 section 15.2.2. A client that did not ask goes on speaking HTTP into
    // what we would take for a tunnel.
    if (head.status == 101 && !request.upgrade) return rejected(Reject::responseStatusUpgrade);
    head.fields.clear();
    FieldFacts facts{.http11 = head.http11};
    if (const auto step = parseFields(cursor, Side::response, head.fields, facts);
        step.outcome != Outcome::complete)
        return step;
    const Reject fault = conclude(facts, request, head);
    return fault == Reject::none ? parsed : rejected(fault);
}

} // namespace

ParseResult parseResponse(std::string_view input, RequestFacts request, ResponseHead& head) noexcept {
    const std::string_view window = input.substr(0, maxHeadSize);
    Cursor cursor{window.data(), window.data() + window.size()};
    const auto result = parseHead(cursor, request, head);
    if (result.outcome == Outcome::needMore && window.size() == maxHeadSize)
        return rejected(Reject::responseHeadSize);
    if (result.outcome != Outcome::complete) return result;
    head.size = static_cast<std::size_t>(cursor.at - window.data());
    head.text = window.substr(0, head.size);
    return parsed;
}

} // namespace proxy::http
