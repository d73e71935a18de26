// Where a message's body ends, followed without changing it.
#pragma once

#include "proxy/http/chunked.h"
#include "proxy/http/message.h"

#include <cstdint>
#include <limits>
#include <string_view>

namespace proxy::relay {

class Body {
public:
    explicit Body(http::Framing framing) noexcept
        : framing_(framing) {}

    struct Part {
        std::size_t octets;                       ///< how many of the bytes belong to this body
        http::Reject reason = http::Reject::none; ///< set when the bytes are not a valid body
    };
    /// Follows the body through `bytes`.
    [[nodiscard]] Part take(std::string_view bytes) noexcept;

    /// Nothing of the body is outstanding. Never true of a body that only the connection's end ends.
    [[nodiscard]] bool complete() const noexcept { return complete_ || (isLength() && framing_.length == 0); }
    [[nodiscard]] bool endsWithConnection() const noexcept {
        return framing_.kind == http::Framing::Kind::untilClose;
    }
    /// From here on any bytes until the connection's end: what a hijacked connection carries.
    void becomeRaw() noexcept {
        framing_ = {http::Framing::Kind::untilClose, 0};
        complete_ = false;
    }
    /// At most this many octets may be read without reading into the next message.
    [[nodiscard]] std::uint64_t readable() const noexcept {
        return isLength() ? framing_.length : std::numeric_limits<std::uint64_t>::max();
    }

    /// At most this many octets may pass unseen: they are data, whatever they are. Call skip() with what did.
    [[nodiscard]] std::uint64_t opaque() const noexcept {
        return framing_.kind == http::Framing::Kind::chunked ? chunks_.dataRemaining() : readable();
    }
    void skip(std::uint64_t octets) noexcept {
        if (isLength()) framing_.length -= octets;
        if (framing_.kind == http::Framing::Kind::chunked) chunks_.skip(octets);
    }

private:
    [[nodiscard]] bool isLength() const noexcept {
        return framing_.kind == http::Framing::Kind::length || framing_.kind == http::Framing::Kind::none;
    }

    http::Framing framing_;
    bool complete_ = false;
    http::ChunkedScanner chunks_;
};

} // namespace proxy::relay
