#include "proxy/privileges/access.h"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace proxy::privileges {

namespace {

Owned owned(const struct stat& status) {
    return {status.st_uid, status.st_gid, status.st_mode & 07777U};
}

} // namespace

Way wayTo(const std::string& socketPath) {
    Way way;
    std::error_code ignored;
    const std::filesystem::path real = std::filesystem::weakly_canonical(socketPath, ignored);
    struct stat status {};
    std::filesystem::path folder;
    for (const auto& name : real.parent_path()) {
        folder /= name;
        if (::stat(folder.c_str(), &status) != 0) return way;
        way.folders.push_back(owned(status));
    }
    if (::stat(real.c_str(), &status) != 0) return way;
    way.end = S_ISSOCK(status.st_mode) ? Way::End::socket : Way::End::somethingElse;
    way.socket = owned(status);
    return way;
}

bool isMember(const Identity& who, gid_t gid) noexcept {
    return who.gid == gid || std::ranges::find(who.groups, gid) != who.groups.end();
}

bool may(const Identity& who, Access access, const Owned& file) noexcept {
    constexpr unsigned owner = 6;
    constexpr unsigned group = 3;
    const unsigned shift = who.uid == file.uid ? owner : isMember(who, file.gid) ? group : 0;
    return ((file.mode >> shift) & static_cast<mode_t>(access)) != 0;
}

bool mayConnect(const Identity& who, const Way& way) noexcept {
    return way.end == Way::End::socket && may(who, Access::write, way.socket) &&
           std::ranges::all_of(way.folders,
                               [&](const Owned& folder) { return may(who, Access::search, folder); });
}

std::string describe(const Identity& who) {
    std::string text = "uid " + std::to_string(who.uid) + " gid " + std::to_string(who.gid);
    std::string others;
    for (const gid_t group : who.groups)
        if (group != who.gid) others += " " + std::to_string(group);
    return others.empty() ? text : text + " groups" + others;
}

Identity ownIdentity() {
    Identity who{::geteuid(), ::getegid(), {}};
    const int count = ::getgroups(0, nullptr);
    if (count <= 0) return who;
    who.groups.resize(static_cast<std::size_t>(count));
    who.groups.resize(static_cast<std::size_t>(std::max(::getgroups(count, who.groups.data()), 0)));
    return who;
}

} // namespace proxy::privileges
