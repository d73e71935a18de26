#include "proxy/http/target.h"

#include "proxy/http/characters.h"

#include <cstddef>

namespace proxy::http {
namespace {

std::string_view between(const char* begin, const char* end) noexcept {
    return {begin, static_cast<std::size_t>(end - begin)};
}

// What an octet outside the grammar means where the target might have ended.
Reject strayOctet(char c, Reject otherwise) noexcept {
    switch (c) {
    case '\n':
        return Reject::requestLineBareLf;
    case '\r':
        return Reject::requestLineIncomplete;
    case '\t':
        return Reject::requestLineWhitespace;
    case '#':
        return Reject::requestTargetFragment;
    default:
        return otherwise;
    }
}

// [ path ] [ "?" query ], up to the SP behind the target
ParseResult parsePathAndQuery(Cursor& cursor, RequestHead& head) noexcept {
    head.path = cursor.take(CharClass::path);
    if (cursor.empty()) return needMore;
    if (cursor.front() == ' ') return parsed;
    if (cursor.front() != '?') return rejected(strayOctet(cursor.front(), Reject::requestTargetPath));
    ++cursor.at;
    head.query = cursor.take(CharClass::query);
    if (cursor.empty()) return needMore;
    if (cursor.front() == ' ') return parsed;
    return rejected(strayOctet(cursor.front(), Reject::requestTargetQuery));
}

// ( "http" / "https" ) "://", in any case
ParseResult parseScheme(Cursor& cursor) noexcept {
    for (const char expected : std::string_view("http://")) {
        if (cursor.empty()) return needMore;
        if (expected == ':' && (cursor.front() | 0x20) == 's') {
            ++cursor.at;
            if (cursor.empty()) return needMore;
        }
        const char c = expected >= 'a' ? static_cast<char>(cursor.front() | 0x20) : cursor.front();
        if (c != expected) return rejected(strayOctet(cursor.front(), Reject::requestTargetForm));
        ++cursor.at;
    }
    return parsed;
}

bool isAuthorityOctet(char c) noexcept {
    return isA(CharClass::regName, c) || c == ':' || c == '[' || c == ']';
}

// absolute-form = scheme "://" authority path-abempty [ "?" query ]. RFC 9110 section 4.2.4 deprecates a user
// name there, because it disguises the host.
ParseResult parseAbsolute(Cursor& cursor, RequestHead& head) noexcept {
    head.form = TargetForm::absolute;
    if (const auto step = parseScheme(cursor); step.outcome != Outcome::complete) return step;
    const char* const begin = cursor.at;
    while (!cursor.empty() && isAuthorityOctet(cursor.front())) ++cursor.at;
    if (cursor.empty()) return needMore;
    const char c = cursor.front();
    if (c == '@') return rejected(Reject::requestTargetUserinfo);
    if (c != '/' && c != '?' && c != ' ') return rejected(strayOctet(c, Reject::requestTargetAuthority));
    Authority authority;
    if (!parseAuthority(between(begin, cursor.at), authority) || authority.host.empty())
        return rejected(Reject::requestTargetAuthority);
    return parsePathAndQuery(cursor, head);
}

// authority-form = uri-host ":" port
ParseResult parseAuthorityForm(Cursor& cursor, RequestHead& head) noexcept {
    head.form = TargetForm::authority;
    const char* const begin = cursor.at;
    while (!cursor.empty() && isAuthorityOctet(cursor.front())) ++cursor.at;
    if (cursor.empty()) return needMore;
    if (cursor.front() != ' ') return rejected(strayOctet(cursor.front(), Reject::requestTargetAuthority));
    head.path = between(begin, cursor.at);
    Authority authority;
    if (!parseAuthority(head.path, authority) || authority.host.empty() || authority.port.empty())
        return rejected(Reject::requestTargetAuthority);
    return parsed;
}

// asterisk-form = "*". That it goes with OPTIONS only is judged behind the version: HTTP/2's preface is "PRI
// * HTTP/2.0", and its sender is helped more by a 505.
ParseResult parseAsterisk(Cursor& cursor, RequestHead& head) noexcept {
    head.form = TargetForm::asterisk;
    head.path = cursor.take(CharClass::path);
    if (head.path.size() > 1) return rejected(Reject::requestTargetForm);
    if (cursor.empty()) return needMore;
    if (cursor.front() != ' ') return rejected(strayOctet(cursor.front(), Reject::requestTargetForm));
    return parsed;
}

ParseResult parseForm(Cursor& cursor, RequestHead& head) noexcept {
    if (head.method == "CONNECT") return parseAuthorityForm(cursor, head);
    if (cursor.front() == '*') return parseAsterisk(cursor, head);
    if (cursor.front() != '/') return parseAbsolute(cursor, head);
    head.form = TargetForm::origin;
    return parsePathAndQuery(cursor, head);
}

} // namespace

ParseResult parseTarget(Cursor& cursor, RequestHead& head) noexcept {
    if (cursor.empty()) return needMore;
    if (isBlank(cursor.front())) return rejected(Reject::requestLineWhitespace);
    const char* const begin = cursor.at;
    head.query = {};
    const auto result = parseForm(cursor, head);
    head.target = between(begin, cursor.at);
    return result;
}

bool parseAuthority(std::string_view text, Authority& authority) noexcept {
    const char* const end = text.data() + text.size();
    const char* at = text.data();
    if (!text.empty() && text.front() == '[') {
        at = skipClass(CharClass::literal, at + 1, end);
        if (at == end || *at != ']' || at == text.data() + 1) return false;
        ++at;
    } else {
        at = skipClass(CharClass::regName, at, end);
    }
    authority.host = between(text.data(), at);
    authority.port = {};
    for (std::size_t i = 0; i < authority.host.size(); ++i) {
        if (authority.host[i] != '%') continue;
        const auto digits = authority.host.substr(i + 1, 2);
        if (digits.size() != 2 || !allAre(CharClass::hexDigit, digits)) return false;
    }
    if (at == end) return true;
    if (*at != ':') return false;
    authority.port = between(at + 1, end);
    return authority.port.size() <= 5 && allAre(CharClass::digit, authority.port);
}

} // namespace proxy::http
