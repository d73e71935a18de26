// Where a script's client may connect: "127.0.0.1 2375", "::1 2375", "unix /path".
#pragma once

#include "conformance/net/fd.h"

#include <optional>
#include <string>

namespace conformance {

/// A connected, non-blocking socket; nothing when nobody accepts there, or the text names no address.
[[nodiscard]] std::optional<Fd> connectTo(const std::string& where);

[[nodiscard]] bool hasIpv6(); ///< whether [::1] can be bound

} // namespace conformance
