// Response heads from the daemon. RFC 9112 sections 4 to 6. A daemon is trusted to route, not to frame:
// whatever would let two readers disagree on where a response ends is refused.
#pragma once

#include "proxy/http/message.h"
#include "proxy/http/reject.h"
#include "proxy/http/request.h"

namespace proxy::http {

/// A parsed response head; every view points into the bytes given to parseResponse.
struct ResponseHead {
    int status = 0;
    std::string_view reason; ///< the reason phrase as sent; may be empty
    bool http11 = true;
    Fields fields;
    Framing framing;       ///< none for 1xx, 204, 304 and answers to HEAD; untilClose where nothing tells
    bool keepAlive = true; ///< may the daemon's connection serve another request
    bool upgrade = false;  ///< status 101
    /// 200, a Docker stream's type, neither length nor coding: a connection hijacked for attach or exec start.
    bool rawStream = false;
    std::size_t size = 0;  ///< octets of the head, the empty line included
    std::string_view text; ///< the head as sent, `size` octets: what writeResponse copies from
};

/// What of the request decides how its response is framed.
struct RequestFacts {
    bool head = false;    ///< the method was HEAD
    bool upgrade = false; ///< an Upgrade was forwarded; without it a 101 is refused
};

[[nodiscard]] ParseResult parseResponse(std::string_view input, RequestFacts request,
                                        ResponseHead& head) noexcept;

/// Writes the head as it is forwarded: status line (as HTTP/1.1, RFC 9112 section 2.3; reason as sent),
/// end-to-end fields in order and case, hop-by-hop fields left out; `Connection: Upgrade` for a 101,
/// `Connection: close` when `close`. `out` has at least head.size + 64 octets. Returns the octets written.
[[nodiscard]] std::size_t writeResponse(const ResponseHead& head, bool close, std::span<char> out) noexcept;

} // namespace proxy::http
