// What the tests of this folder share: ways to sockets as they are met with.
#pragma once

#include "proxy/privileges/access.h"

#include <string>
#include <string_view>

namespace proxy::privileges {

inline const Owned open{0, 0, 0755}; // "/", "/run"

inline Way socketOf(uid_t uid, gid_t gid, mode_t mode, std::vector<Owned> folders = {open, open}) {
    return {std::move(folders), Way::End::socket, {uid, gid, mode}};
}

} // namespace proxy::privileges
