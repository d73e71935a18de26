#include "proxy/http/request.h"

#include "proxy/http/cursor.h"
#include "proxy/http/fields.h"
#include "proxy/http/target.h"

namespace proxy::http {
namespace {

constexpr LineReasons lineReasons{Reject::requestLineBareCr, Reject::requestLineBareLf,
                                  Reject::requestLineEnd};

// RFC 9112 section 2.2: "a server [...] SHOULD ignore at least one empty line (CRLF)
// received prior to the request-line".
ParseResult skipEmptyLine(Cursor& cursor) noexcept {
    if (cursor.empty()) return needMore;
    return cursor.front() == '\r' ? parseLineEnd(cursor, lineReasons) : parsed;
}

Reject badMethod(char c, bool empty) noexcept {
    constexpr char tlsHandshake = 0x16; // RFC 8446 section 5.1, the first octet of a ClientHello
    if (c == '\n') return Reject::requestLineBareLf;
    if (c == '\r') return Reject::requestLineIncomplete;
    if (empty && c == tlsHandshake) return Reject::requestLineTls;
    return isBlank(c) ? Reject::requestLineWhitespace : Reject::requestLineMethod;
}

// method SP
ParseResult parseMethod(Cursor& cursor, RequestHead& head) noexcept {
    head.method = cursor.take(CharClass::token);
    if (cursor.empty()) return needMore;
    if (cursor.front() != ' ' || head.method.empty())
        return rejected(badMethod(cursor.front(), head.method.empty()));
    ++cursor.at;
    return parsed;
}

// SP HTTP-version CRLF; the cursor stands on the SP
ParseResult parseVersionAndEnd(Cursor& cursor, RequestHead& head) noexcept {
    ++cursor.at;
    if (cursor.empty()) return needMore;
    if (isBlank(cursor.front())) return rejected(Reject::requestLineWhitespace);
    if (const auto step =
            parseVersion(cursor, Reject::requestLineVersion, Reject::requestVersionUnsupported, head.http11);
        step.outcome != Outcome::complete)
        return step;
    if (!cursor.empty() && isBlank(cursor.front())) return rejected(Reject::requestLineWhitespace);
    if (const auto step = parseLineEnd(cursor, lineReasons); step.outcome != Outcome::complete) return step;
    if (head.form == TargetForm::asterisk && head.method != "OPTIONS")
        return rejected(Reject::requestTargetAsterisk);
    return parsed;
}

// request-line = method SP request-target SP HTTP-version CRLF
ParseResult parseRequestLine(Cursor& cursor, RequestHead& head) noexcept {
    if (const auto step = parseMethod(cursor, head); step.outcome != Outcome::complete) return step;
    if (const auto step = parseTarget(cursor, head); step.outcome != Outcome::complete) return step;
    return parseVersionAndEnd(cursor, head);
}

// What follows from the fields as a whole.
Reject conclude(const FieldFacts& facts, RequestHead& head) noexcept {
    if (head.http11 && !facts.hasHost) return Reject::requestHostMissing;
    head.framing = facts.framing();
    // RFC 9112 section 9.3: a proxy does not keep an HTTP/1.0 client's connection, whatever that asks for.
    head.keepAlive = head.http11 && !facts.close;
    // RFC 9110 sections 7.8 and 10.1.1: HTTP/1.0 clients know neither; Upgrade
    // counts when Connection nominates it.
    head.expectContinue = head.http11 && facts.hasExpect;
    head.upgrade = head.http11 && facts.hasUpgrade && facts.wantsUpgrade;
    if (head.upgrade) markUpgrade(head.fields, false);
    return Reject::none;
}

ParseResult parseHead(Cursor& cursor, RequestHead& head) noexcept {
    if (const auto step = skipEmptyLine(cursor); step.outcome != Outcome::complete) return step;
    if (const auto step = parseRequestLine(cursor, head); step.outcome != Outcome::complete) return step;
    head.fields.clear();
    FieldFacts facts{.http11 = head.http11};
    if (const auto step = parseFields(cursor, Side::request, head.fields, facts);
        step.outcome != Outcome::complete)
        return step;
    const Reject fault = conclude(facts, head);
    return fault == Reject::none ? parsed : rejected(fault);
}

} // namespace

ParseResult parseRequest(std::string_view input, RequestHead& head) noexcept {
    const std::string_view window = input.substr(0, maxHeadSize);
    Cursor cursor{window.data(), window.data() + window.size()};
    const auto result = parseHead(cursor, head);
    if (result.outcome == Outcome::needMore && window.size() == maxHeadSize)
        return rejected(Reject::requestHeadSize);
    if (result.outcome != Outcome::complete) return result;
    head.size = static_cast<std::size_t>(cursor.at - window.data());
    head.text = {head.method.data(), static_cast<std::size_t>(cursor.at - head.method.data())};
    return parsed;
}

bool bringsNews(std::string_view input, std::size_t seen) noexcept {
    return seen == 0 || input.size() >= maxHeadSize || input.find('\n', seen) != std::string_view::npos;
}

void withdrawUpgrade(RequestHead& head) noexcept {
    if (!head.upgrade) return;
    head.upgrade = false;
    markUpgrade(head.fields, true);
}

void withdrawExpect(RequestHead& head) noexcept {
    if (!head.expectContinue) return;
    head.expectContinue = false;
    const auto all = head.fields.all();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (classify(all[i].name) == FieldName::expect) head.fields.markHopByHop(i, true);
}

} // namespace proxy::http
