// Just enough HTTP/1 to find where a message ends and which case it belongs to, on both sides of the target.
// The suite writes one side of every exchange itself, so this is a reader of well-formed messages, not a
// judge: what hostile bytes do is the business of other case families.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace conformance {

/// Names the case in every request and in the origin's answer to it.
inline constexpr std::string_view caseField = "X-Conformance-Case";

struct Head {
    std::string_view startLine;
    std::size_t length = 0; ///< of the head, with the empty line
    std::optional<std::size_t> contentLength;
    bool chunked = false;
    bool close = false;
    std::optional<std::uint32_t> caseNumber;
};

/// Nothing until the whole head is there.
[[nodiscard]] std::optional<Head> readHead(std::string_view bytes);

/// The three digits of a status line, or 0.
[[nodiscard]] int statusOf(const Head& head);

/// Length of a chunked body with its trailers, or nothing until it is complete.
[[nodiscard]] std::optional<std::size_t> chunkedLength(std::string_view bytes);

} // namespace conformance
