#include "proxy/privileges/access.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace proxy::privileges {

namespace {

// /proc/self/uid_map of whoever is in no user namespace: all ids, as they are.
bool holdsEveryId(const char* map) {
    std::ifstream in(map);
    std::uint64_t inside = 0;
    std::uint64_t outside = 0;
    std::uint64_t count = 0;
    if (!(in >> inside >> outside >> count)) return true; // a kernel without user namespaces
    return inside == 0 && outside == 0 && count == std::numeric_limits<std::uint32_t>::max();
}

struct Ids {
    bool everyUser = holdsEveryId("/proc/self/uid_map");
    bool everyGroup = holdsEveryId("/proc/self/gid_map");
};
std::optional<Ids> remembered; // NOLINT: of this process, which changes them once at most

Owned owned(const struct stat& status, std::string path = {}) {
    constexpr uid_t overflow = 65534; // /proc/sys/kernel/overflowuid, which nobody changes
    const bool userMatters = status.st_uid == overflow;
    const bool groupMatters = status.st_gid == overflow;
    const Ids ids = remembered ? *remembered : userMatters || groupMatters ? Ids{} : Ids{true, true};
    const bool noUser = userMatters && !ids.everyUser;
    const bool noGroup = groupMatters && !ids.everyGroup;
    return {noUser ? unmapped : status.st_uid, noGroup ? unmapped : status.st_gid, status.st_mode & 07777U,
            std::move(path)};
}

Way::End endOf(mode_t mode) {
    return S_ISSOCK(mode) ? Way::End::socket : S_ISDIR(mode) ? Way::End::folder : Way::End::file;
}

} // namespace

void rememberIds() {
    remembered.emplace();
}

Way wayTo(const std::string& socketPath) {
    Way way;
    std::error_code hidden;
    std::filesystem::path real = std::filesystem::weakly_canonical(socketPath, hidden);
    if (hidden) real = socketPath; // links on it are followed all the same, but not looked behind
    struct stat status {};
    std::filesystem::path folder;
    for (const auto& name : real.parent_path()) {
        folder /= name;
        if (::stat(folder.c_str(), &status) != 0) break;
        way.folders.push_back(owned(status, folder));
        way.stale = status.st_nlink == 0;
    }
    if (::stat(real.c_str(), &status) != 0) {
        if (errno == EACCES) way.end = Way::End::hidden;
        if (::lstat(socketPath.c_str(), &status) == 0 && S_ISLNK(status.st_mode))
            way.link = std::filesystem::read_symlink(socketPath, hidden);
        return way;
    }
    way.end = endOf(status.st_mode);
    way.socket = owned(status);
    way.stale = status.st_nlink == 0;
    return way;
}

bool isMember(const Identity& who, gid_t gid) noexcept {
    return who.gid == gid || std::ranges::find(who.groups, gid) != who.groups.end();
}

bool may(const Identity& who, Access access, const Owned& file) noexcept {
    constexpr unsigned owner = 6;
    constexpr unsigned group = 3;
    const bool owns = file.uid != unmapped && who.uid == file.uid;
    const bool belongs = file.gid != unmapped && isMember(who, file.gid);
    const unsigned shift = owns ? owner : belongs ? group : 0;
    return ((file.mode >> shift) & static_cast<mode_t>(access)) != 0;
}

bool mayConnect(const Identity& who, const Way& way) noexcept {
    return way.end == Way::End::socket && may(who, Access::write, way.socket) &&
           std::ranges::all_of(way.folders,
                               [&](const Owned& folder) { return may(who, Access::search, folder); });
}

std::string describe(const Identity& who) {
    const auto number = [](uid_t id) { return id == unmapped ? "?" : std::to_string(id); };
    std::string text = "uid " + number(who.uid) + " gid " + number(who.gid);
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
