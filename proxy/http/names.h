// The field names that this folder acts on; all others pass as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::http {

enum class FieldName : std::uint8_t {
    other,
    connection,
    contentLength,
    contentType,
    expect,
    /// About this connection only, and nothing but that: Keep-Alive, Proxy-Connection, TE, HTTP2-Settings.
    hopByHop,
    host,
    /// A framing field's name with another octet for its hyphen: Transfer_Encoding, Content.Length.
    lookalike,
    restricted, ///< an ordinary field that must not come as a trailer
    transferEncoding,
    upgrade,
};

/// Ignores case. `name` is a token.
[[nodiscard]] FieldName classify(std::string_view name) noexcept;

/// RFC 9110 section 6.5.1: framing, routing, authentication, request modifiers and content format
/// have no place in a trailer; a reader that merges trailers into the head would be told another
/// story than the one that was filtered.
[[nodiscard]] constexpr bool forbiddenInTrailer(FieldName name) noexcept {
    return name != FieldName::other;
}

/// No name that classify() knows is longer.
inline constexpr std::size_t longestKnownName = 19;

} // namespace proxy::http
