// Whom to become: the least privileged identity that still reaches the daemon's socket. Pure.
//
// First that reaches it: nobody in the socket's group (the usual root:docker 0660), nobody in no group
// (0666), the socket's owner (0600). Nobody comes first even where the group is root's: uid 0 may write much
// of /proc/sys without any capability, gid 0 next to nothing. Groups that folders on the way ask for are
// added, all others are left. Without a socket: nobody in the groups it was started with. Uid 0 stays only
// where the socket's owner leaves no other way, or the ids cannot be changed.
#pragma once

#include "proxy/privileges/access.h"

#include <cstdint>
#include <string_view>

namespace proxy::privileges {

inline constexpr uid_t nobody = 65534;

struct Started {
    Identity identity;
    bool mayChange = false; ///< holds CAP_SETUID and CAP_SETGID
};

enum class Reason : std::uint8_t {
    group,       ///< nobody, in the socket's group
    others,      ///< nobody, for everybody may open the socket
    owner,       ///< the socket's owner, for nobody else may open it
    unreachable, ///< nobody, in the socket's group: without capabilities none of them reaches it
    missing,     ///< nobody, in the groups it was started with: whose the socket will be is not known
    notASocket,  ///< nobody: what is mounted there will not become a socket
    notRoot,     ///< as started: the caller chose
    notAllowed,  ///< as started: root without CAP_SETUID or CAP_SETGID
};

/// For people: "the socket's group may open it".
[[nodiscard]] std::string_view sentence(Reason reason) noexcept;

struct Plan {
    Identity identity;
    Reason reason;
};

[[nodiscard]] Plan plan(const Started& started, const Way& way);

} // namespace proxy::privileges
