// Who may connect to a unix socket, judged by owners and modes alone: unix(7) asks for search permission on
// every folder and write permission on the socket. Capabilities, ACLs and security modules are left out on
// purpose: the first are given up, the others only the kernel can judge.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace proxy::privileges {

struct Identity {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups; ///< supplementary
    bool operator==(const Identity&) const = default;
};

/// No user, no group: of a file whose owner the user namespace of this process does not hold. The kernel shows
/// all of them as one id, which is nobody's there, and which must not be taken for the one of that number.
inline constexpr uid_t unmapped = static_cast<uid_t>(-1);

/// A file's owner and permission bits.
struct Owned {
    uid_t uid = 0;
    gid_t gid = 0;
    mode_t mode = 0;
    std::string path = {}; ///< of a folder: its name, links followed
};

/// What is found on the way to a socket, links followed.
struct Way {
    enum class End : std::uint8_t {
        missing,
        hidden, ///< it may not be looked at
        socket,
        folder,
        file ///< or a device, or a pipe
    };
    std::vector<Owned> folders; ///< from "/" down; one that cannot be looked at ends the list
    End end = End::missing;
    Owned socket;          ///< when there is one
    bool stale = false;    ///< a mount, and what was mounted has been removed where it came from
    std::string link = {}; ///< when a link is all that is there: where to
};

/// Which ids this process's user namespace holds is read now, and not by wayTo() any more, which then opens no file.
void rememberIds();

/// Looks.
[[nodiscard]] Way wayTo(const std::string& socketPath);

[[nodiscard]] bool isMember(const Identity& who, gid_t gid) noexcept;

/// What permission bits ask about, as in the last octal digit of a mode.
enum class Access : mode_t { search = 1, write = 2 };

/// One class of bits decides, the first that fits: the owner's, the group's, the others'.
[[nodiscard]] bool may(const Identity& who, Access access, const Owned& file) noexcept;

[[nodiscard]] bool mayConnect(const Identity& who, const Way& way) noexcept;

/// "uid 65534 gid 999", and " groups 20 44" when there are others; "uid ? gid ?" of one that is unmapped.
[[nodiscard]] std::string describe(const Identity& who);

/// The ids that this process has now.
[[nodiscard]] Identity ownIdentity();

} // namespace proxy::privileges
