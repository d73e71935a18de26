// Field sections of requests and responses: lines, and what they say about framing and connection. RFC 9110
// section 5, RFC 9112 sections 5 and 6.
#pragma once

#include "proxy/http/cursor.h"
#include "proxy/http/message.h"
#include "proxy/http/names.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::http {

enum class Side : std::uint8_t { request, response };

/// What the fields of a head say, besides themselves.
struct FieldFacts {
    bool http11 = true; ///< set before the fields are read
    bool hasLength = false;
    bool hasCoding = false;
    bool hasHost = false;
    bool hasUpgrade = false;   ///< a protocol is offered: an empty Upgrade is none
    bool hasExpect = false;    ///< 100-continue
    bool close = false;        ///< Connection: close
    bool wantsUpgrade = false; ///< Connection: upgrade
    std::uint16_t contentTypes = 0;
    std::uint16_t nominated = 0; ///< options of Connection that are neither ours nor known fields
    std::uint64_t length = 0;
    std::string_view contentType{}; ///< the last of them

    [[nodiscard]] Framing framing() const noexcept {
        if (hasCoding) return {Framing::Kind::chunked};
        if (hasLength) return {Framing::Kind::length, length};
        return {};
    }
};

/// From behind the first line through the empty line. Hop-by-hop fields are marked in `fields`, Upgrade among
/// them. Fields that are lists may have empty elements and several lines (RFC 9110 sections 5.3, 5.6.1), but
/// for those that frame the body.
[[nodiscard]] ParseResult parseFields(Cursor& cursor, Side side, Fields& fields, FieldFacts& facts) noexcept;

/// Marks every line of Upgrade that offers a protocol. An empty one stays hop-by-hop: the daemon looks at
/// nothing but whether the field is there, and would take it for an offer.
void markUpgrade(Fields& fields, bool hopByHop) noexcept;

enum class LengthFault : std::uint8_t { none, invalid, overflow };

/// Content-Length = 1*DIGIT, at most 2^63-1.
[[nodiscard]] LengthFault parseLength(std::string_view value, std::uint64_t& length) noexcept;

} // namespace proxy::http
