// A place in the bytes being parsed, and the steps that requests and responses share. Every step goes
// strictly from left to right and judges each octet when it comes to it: so the verdict on a message does not
// depend on how it was cut.
#pragma once

#include "proxy/http/characters.h"
#include "proxy/http/request.h"

#include <cstddef>
#include <string_view>

namespace proxy::http {

inline constexpr ParseResult parsed{Outcome::complete};
inline constexpr ParseResult needMore{Outcome::needMore};

[[nodiscard]] constexpr ParseResult rejected(Reject reason) noexcept {
    return {Outcome::rejected, reason};
}

struct Cursor {
    const char* at;
    const char* end;

    [[nodiscard]] bool empty() const noexcept { return at == end; }
    [[nodiscard]] char front() const noexcept { return *at; }

    /// The octets of a class from here on, stepped over.
    std::string_view take(CharClass which) noexcept {
        const char* const begin = at;
        at = skipClass(which, at, end);
        return {begin, static_cast<std::size_t>(at - begin)};
    }
};

/// What to say about a line that does not end as it should.
struct LineReasons {
    Reject bareCr;
    Reject bareLf;
    Reject other;
};

/// CRLF, exactly. RFC 9112 section 2.2 lets a recipient take LF alone; then a value with an LF is two lines
/// to one reader and one line to another.
[[nodiscard]] inline ParseResult parseLineEnd(Cursor& cursor, const LineReasons& reasons) noexcept {
    if (cursor.empty()) return needMore;
    if (cursor.front() == '\n') return rejected(reasons.bareLf);
    if (cursor.front() != '\r') return rejected(reasons.other);
    if (cursor.at + 1 == cursor.end) return needMore;
    if (cursor.at[1] != '\n') return rejected(reasons.bareCr);
    cursor.at += 2;
    return parsed;
}

[[nodiscard]] inline ParseResult parseLiteral(Cursor& cursor, std::string_view literal,
                                              Reject otherwise) noexcept {
    for (const char c : literal) {
        if (cursor.empty()) return needMore;
        if (cursor.front() != c) return rejected(otherwise);
        ++cursor.at;
    }
    return parsed;
}

/// HTTP-version = %s"HTTP/" DIGIT "." DIGIT
[[nodiscard]] inline ParseResult parseVersion(Cursor& cursor, Reject malformed, Reject unsupported,
                                              bool& http11) noexcept {
    if (const auto step = parseLiteral(cursor, "HTTP/", malformed); step.outcome != Outcome::complete)
        return step;
    if (cursor.empty()) return needMore;
    if (!isA(CharClass::digit, cursor.front())) return rejected(malformed);
    if (cursor.front() != '1') return rejected(unsupported);
    ++cursor.at;
    if (const auto step = parseLiteral(cursor, ".", malformed); step.outcome != Outcome::complete)
        return step;
    if (cursor.empty()) return needMore;
    if (!isA(CharClass::digit, cursor.front())) return rejected(malformed);
    if (cursor.front() > '1') return rejected(unsupported);
    http11 = cursor.front() == '1';
    ++cursor.at;
    return parsed;
}

} // namespace proxy::http
