// Follows a chunked body (RFC 9112 section 7.1) without changing it: bytes are forwarded as received, framing,
// extensions and trailers included, and only as far as they have been found valid.
#pragma once

#include "proxy/http/reject.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::http {

class ChunkedScanner {
public:
    struct Result {
        Outcome outcome;           ///< needMore: all of `input` belongs to the body and it goes on
        std::size_t size;          ///< octets of `input` that belong to this body and are valid
        Reject reason = Reject::none;
    };
    [[nodiscard]] Result scan(std::string_view input) noexcept;

    /// Octets of the current chunk's data that may pass unseen: lets a caller splice them. Call skip() with what did.
    [[nodiscard]] std::uint64_t dataRemaining() const noexcept;
    void skip(std::uint64_t octets) noexcept;
};

} // namespace proxy::http
