#include "proxy/privileges/diagnosis.h"

#include "proxy/privileges/plan.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace proxy::privileges {

namespace {

std::string octal(mode_t mode) {
    std::array<char, 8> text{};
    (void)std::snprintf(text.data(), text.size(), "%04o", mode);
    return text.data();
}

std::string ofUser(const Identity& who, bool inContainer) {
    const std::string uid = std::to_string(who.uid);
    const std::string gid = std::to_string(who.gid);
    if (inContainer) return "run with --user " + uid + ":" + gid;
    if (who.uid != nobody) return "run it as uid " + uid + " (in a systemd unit: User=" + uid + ")";
    return "run it as a member of group " + gid + " (in a systemd unit: SupplementaryGroups=" + gid + ")";
}

// What makes whoever is asked become `wanted`.
std::string become(const Identity& wanted, const Finding& finding) {
    const std::string user = ofUser(wanted, finding.inContainer);
    if (finding.who.uid != 0) return user + ", or start it again as root: it takes these ids at its start";
    return user + (finding.inContainer ? ", or add --cap-add SETUID --cap-add SETGID: it takes these ids then"
                                       : ", or let it keep CAP_SETUID and CAP_SETGID at its start");
}

std::string remedy(const Finding& finding) {
    const Way& way = finding.way;
    const Identity member{nobody, way.socket.gid, {}};
    const Identity owner{way.socket.uid, way.socket.gid, {}};
    if (mayConnect(finding.who, way))
        return std::string(
                   "these permissions would do, so a security module (SELinux, AppArmor) forbids it: ") +
               (finding.inContainer
                    ? "run with --security-opt label=disable, or with --security-opt apparmor=unconfined"
                    : "the kernel's log names the rule (journalctl --dmesg --grep denied)");
    if (way.socket.uid == unmapped || way.socket.gid == unmapped)
        return std::string("that is nobody in this user namespace, whose ids are not the host's: ") +
               (finding.inContainer
                    ? "run with --userns=host; a rootless engine reaches the sockets of its own user only"
                    : "run it outside of it");
    if (mayConnect(member, way)) return become(member, finding);
    if (mayConnect(owner, way)) return become(owner, finding);
    return "let the socket's group write to it (chmod g+w), and enter the folders above it";
}

// The folder that ends the way: none may be entered without the permission to search it.
const Owned* shutFolder(const Finding& finding) {
    const auto& folders = finding.way.folders;
    const auto shut = std::ranges::find_if(
        folders, [&](const Owned& folder) { return !may(finding.who, Access::search, folder); });
    if (shut != folders.end()) return &*shut;
    return finding.way.end == Way::End::hidden && !folders.empty() ? &folders.back() : nullptr;
}

std::string whose(const Owned& file) {
    return describe(Identity{file.uid, file.gid, {}}) + ", mode " + octal(file.mode);
}

std::string denial(const Finding& finding) {
    std::string by = " may not be opened (permission denied) by " + describe(finding.who);
    if (const Owned* const folder = shutFolder(finding))
        return by + ": the folder " + folder->path + " may not be entered (" + whose(*folder) + "): " +
               (finding.inContainer
                    ? "mount the socket itself, with --volume PATH:/var/run/docker.sock, or run "
                      "with a --user that may enter"
                    : "run it as a user, or in a group, that may enter");
    if (finding.way.end != Way::End::socket) return by;
    return by + "; it belongs to " + whose(finding.way.socket) + ": " + remedy(finding);
}

std::string notASocket(const Finding& finding) {
    const bool folder = finding.way.end == Way::End::folder;
    const std::string text = std::string(" is not a socket but a ") + (folder ? "folder" : "file");
    if (!finding.inContainer) return text + ": set SOCKET_PATH to the daemon's socket";
    return text + ": mount the daemon's socket there, or set SOCKET_PATH" +
           (folder ? " (Docker makes a folder of a mount whose source is missing)" : "");
}

std::string missing(const Finding& finding) {
    if (!finding.way.link.empty())
        return " is a link to " + finding.way.link + ", which does not exist" +
               (finding.inContainer
                    ? " in this container: mount the daemon's socket itself, or set SOCKET_PATH"
                    : ": start the daemon, or set SOCKET_PATH");
    return std::string(" does not exist: ") +
           (finding.inContainer ? "start the daemon, mount its socket there, or set SOCKET_PATH"
                                : "start the daemon, or set SOCKET_PATH");
}

std::string stale(const Finding& finding) {
    return std::string(
               " was mounted from what its owner has removed since, as a daemon does that starts again: ") +
           (finding.inContainer ? "restart this container, or mount the folder that the socket is in"
                                : "mount it again, or mount the folder that the socket is in");
}

// What follows the socket's path.
std::string fault(const Finding& finding) {
    const int error = finding.error;
    const Way& way = finding.way;
    if (way.stale && (error == ECONNREFUSED || error == ENOENT)) return stale(finding);
    // To whom may write there, what is no socket refuses like a socket without a daemon; to anybody else, like
    // one of somebody else.
    if ((way.end == Way::End::folder || way.end == Way::End::file) &&
        (error == ECONNREFUSED || error == EACCES || error == EPERM))
        return notASocket(finding);
    switch (error) {
    case ENOENT:
        return missing(finding);
    case ECONNREFUSED:
        return " exists, but nothing listens on it (connection refused): is the daemon running?";
    case EACCES:
    case EPERM:
        return denial(finding);
    case EAGAIN:
        return " took no connection for 10 seconds: its accept queue is full";
    case ENOTSOCK:
    case ENAMETOOLONG:
    case ENOTDIR:
    case EPROTOTYPE:
        return std::string(" is not one (") + std::strerror(error) +
               "): set SOCKET_PATH to the daemon's unix socket";
    default:
        return std::string(" cannot be reached: ") + std::strerror(error);
    }
}

} // namespace

std::string diagnose(const std::string& socketPath, const Finding& finding) {
    if (finding.error == EMFILE || finding.error == ENFILE)
        return std::string("no file descriptor is left to reach the Docker daemon (") +
               std::strerror(finding.error) + "): raise the limit (ulimit -n) or lower MAX_CONNECTIONS";
    return "the Docker daemon's socket " + socketPath + fault(finding);
}

std::string diagnose(const std::string& socketPath, int error) {
    return diagnose(socketPath, Finding{error, wayTo(socketPath), ownIdentity(), inContainer()});
}

bool inContainer() {
    // Kubernetes leaves no mark, but there we are what it started first.
    return ::getpid() == 1 || ::access("/.dockerenv", F_OK) == 0 || ::access("/run/.containerenv", F_OK) == 0;
}

} // namespace proxy::privileges
