// What the log calls a client that came over TCP: its address and port.
#pragma once

#include <string>
#include <sys/socket.h>

namespace proxy::relay {

/// "192.0.2.1:80", "[2001:db8::1]:80": as accept4(2) has it. Asks nobody: a confined process may not.
[[nodiscard]] std::string nameOf(const sockaddr_storage& address, socklen_t size);

} // namespace proxy::relay
