// Answers of our own, as octets: a status line, the fields that frame it, and the daemon's error schema as
// body, which command lines and SDKs print. Pure.
#pragma once

#include "proxy/net/buffer.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace proxy::relay {

inline constexpr std::string_view jsonType = "application/json";

struct Answer {
    int status = 0;
    std::string_view body;
    bool toHead = false; ///< it answers a HEAD: the same head, and no body (RFC 9110 section 9.3.2)
    bool closes = false; ///< no further request is read on this connection
    std::string_view type = jsonType;
};

/// Appends the answer to `out`. Returns how many octets of it are body.
std::size_t write(const Answer& answer, net::Buffer& out);

/// {"message":"docker-socket-proxy: …"} and a newline.
[[nodiscard]] std::string messageBody(std::string_view sentence);

/// Does `input`, of which the parser has refused the whole or not seen the end, begin as a HEAD request does? A
/// body behind the answer would be read as the next answer.
[[nodiscard]] bool beginsWithHead(std::string_view input) noexcept;

} // namespace proxy::relay
