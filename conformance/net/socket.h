// The few socket calls of the suite: loopback and unix sockets, all close-on-exec.
// Errors are std::system_error, whose text says which call on which address.
#pragma once

#include "conformance/net/fd.h"

#include <cstdint>
#include <optional>
#include <string>

namespace conformance {

/// A non-blocking listener; a stale socket at `path` is replaced.
[[nodiscard]] Fd listenUnix(const std::string& path);

/// The next pending connection, non-blocking; nothing when there is none.
[[nodiscard]] std::optional<Fd> acceptFrom(const Fd& listener);

/// Ends both directions, or the listening, now. Closing alone would not where another thread has just forked: that
/// child holds the socket until it becomes another program, and the peer may use it meanwhile. Of none: nothing.
void shutDown(const Fd& socket) noexcept;

/// A connected, non-blocking socket with TCP_NODELAY; nothing when nobody accepts there.
[[nodiscard]] std::optional<Fd> connectLoopback(std::uint16_t port);

/// A port of 127.0.0.1 that was free a moment ago, outside the range the kernel hands to clients: no
/// connection of anybody's can take it in the meantime. Two callers, also in two suites, never get the same
/// one at a time.
[[nodiscard]] std::uint16_t freePort();

/// Whether somebody listens on this port of 127.0.0.1, or it cannot be bound for another reason.
[[nodiscard]] bool portIsTaken(std::uint16_t port);

} // namespace conformance
