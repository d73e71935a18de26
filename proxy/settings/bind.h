// BIND_CONFIG: where to listen, in the part of HAProxy's `bind` syntax that makes sense here.
//
//   listeners = listener *( "," listener )
//   listener  = tcp *( "v4v6" / "v6only" )
//             / unix *( "mode" octal / "user" name / "uid" n / "group" name / "gid" n )
//   tcp       = [ "ipv4@" / "ipv6@" ] [ address / "[" address "]" / "*" ] ":" port
//   unix      = [ "unix@" ] absolute-path
//
// As with HAProxy, `:2375` and `*:2375` are IPv4, `[::]:2375` is both on Linux unless v6only says otherwise, and
// what follows several addresses (`/a.sock,/b.sock mode 600`) holds for all that have nothing of their own.
#pragma once

#include "proxy/settings/settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace proxy::settings {

/// The longest path that sockaddr_un holds besides its terminating NUL.
inline constexpr std::size_t maxSocketPath = 107;

struct BindReading {
    std::vector<Listener> listeners;
    std::vector<std::string> mistakes; ///< sentences that follow "BIND_CONFIG="value": "
};

[[nodiscard]] BindReading readBind(std::string_view text, const Accounts& accounts);

/// Whether the kernel would refuse the second of the two, or the one's file would be the other's.
[[nodiscard]] bool clashes(const Listener& left, const Listener& right);

} // namespace proxy::settings
