#include "proxy/privileges/denial.h"

#include "proxy/privileges/plan.h"

#include <array>
#include <cstdio>

namespace proxy::privileges {

namespace {

std::string octal(mode_t mode) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%04o", mode);
    return text.data();
}

std::string remedy(const Identity& who, const Way& way) {
    if (way.end != Way::End::socket)
        return "a folder on the way to it may not be entered: mount the socket itself, with --volume PATH:"
               "/var/run/docker.sock, or run with a --user that may enter";
    if (mayConnect(who, way))
        return "these permissions would do, so a security module (SELinux, AppArmor) forbids it: run with "
               "--security-opt label=disable, or --privileged";
    const Identity member{nobody, way.socket.gid, {}};
    if (mayConnect(member, way))
        return "run with --user " + std::to_string(nobody) + ":" + std::to_string(way.socket.gid) +
               " (or as root: the group is then taken at start)";
    const Identity owner{way.socket.uid, way.socket.gid, {}};
    if (mayConnect(owner, way))
        return "run with --user " + std::to_string(owner.uid) + ":" + std::to_string(owner.gid);
    return "let the socket's group write to it (chmod g+w), and enter the folders above it";
}

} // namespace

std::string explainDenial(const Identity& who, const Way& way) {
    std::string text = "by " + describe(who);
    if (way.end == Way::End::socket)
        text += "; it belongs to " + describe(Identity{way.socket.uid, way.socket.gid, {}}) + ", mode " +
                octal(way.socket.mode);
    return text + ": " + remedy(who, way);
}

} // namespace proxy::privileges
