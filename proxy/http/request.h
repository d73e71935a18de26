// Request heads. RFC 9112 sections 3, 5, 6; stricter than the RFC wherever
// leniency has let requests be smuggled.
#pragma once

#include "proxy/http/message.h"
#include "proxy/http/reject.h"

namespace proxy::http {

/// RFC 9112 section 3.2.
enum class TargetForm : std::uint8_t { origin, absolute, authority, asterisk };

/// A parsed request head; every view points into the bytes given to parseRequest.
struct RequestHead {
    std::string_view method;
    std::string_view target; ///< exactly as sent
    TargetForm form = TargetForm::origin;
    std::string_view path; ///< of origin and absolute form, still percent-encoded; otherwise the whole target
    std::string_view query; ///< behind '?', without it; empty when none
    bool http11 = true;     ///< false: HTTP/1.0
    Fields fields;
    Framing framing;       ///< none, length or chunked
    bool keepAlive = true; ///< may the client's connection serve another request (version and Connection)
    bool expectContinue = false;
    bool upgrade = false;  ///< an Upgrade field that Connection nominates
    std::size_t size = 0;  ///< octets of the head, the empty line (and one leading CRLF, if any) included
    std::string_view text; ///< as sent, from the method to the empty line: what writeRequest copies from
};

struct ParseResult {
    Outcome outcome;
    Reject reason = Reject::none;
};

/// Parses the head at the beginning of `input`. `head` is meaningful only when complete.
/// Rejects as soon as the bytes so far cannot become valid, at the latest at the line's end.
[[nodiscard]] ParseResult parseRequest(std::string_view input, RequestHead& head) noexcept;

/// Of a head that was incomplete with the first `seen` octets of `input`: is it worth parsing anew? Only a line's
/// end can complete or spoil what was fine so far, so a head that drips in octet by octet is not parsed for each.
[[nodiscard]] bool bringsNews(std::string_view input, std::size_t seen) noexcept;

/// Percent-decodes `path` once, as the daemon's net/url does, into `storage` (at least path.size() octets).
/// Rejects bad escapes and decoded control octets (docs/rules.md, S6). `decoded` is a view of `storage`.
[[nodiscard]] Reject decodePath(std::string_view path, std::span<char> storage,
                                std::string_view& decoded) noexcept;

/// Takes the offered upgrade off the head: nothing of it is written. Where the answer could not be judged.
void withdrawUpgrade(RequestHead& head) noexcept;

/// Likewise the expectation of a 100 (Continue). Where the body is here already.
void withdrawExpect(RequestHead& head) noexcept;

/// Writes the head as it is forwarded: request line and end-to-end fields as sent, in order and case,
/// hop-by-hop fields (RFC 9110 section 7.6.1) left out, `Connection: Upgrade` written anew behind them when
/// head.upgrade. `out` has at least head.size + 64 octets. Returns the octets written.
[[nodiscard]] std::size_t writeRequest(const RequestHead& head, std::span<char> out) noexcept;

} // namespace proxy::http
