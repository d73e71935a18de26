// The websocket attach: RFC 6455 version 13 as golang.org/x/net/websocket serves it; never multiplexed.
#pragma once

#include "mockdocker/routes/route.h"

namespace mockdocker {

void serveWebsocket(Call& call, Stdio& stdio);

/// RFC 6455 section 4.2.2: base64 of SHA-1 of the key and the protocol's GUID.
[[nodiscard]] std::string websocketAccept(const std::string& key);

} // namespace mockdocker
