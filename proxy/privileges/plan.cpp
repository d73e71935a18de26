#include "proxy/privileges/plan.h"

#include <array>

namespace proxy::privileges {

namespace {

constexpr std::array<std::string_view, 8> sentences{
    "the socket's group may open it",
    "everybody may open the socket",
    "only the socket's owner may open it",
    "the permissions of the socket and of its folders let nobody in who holds no capability",
    "the socket is not there yet, so its group is not known",
    "what is there is not a socket",
    "started as this user",
    "started without the capabilities to change user and group",
};

// Those that folders are only to be entered with.
std::vector<gid_t> groupsToEnter(const Way& way, uid_t uid, gid_t gid) {
    Identity who{uid, gid, {}};
    for (const Owned& folder : way.folders) {
        const Identity member{uid, folder.gid, {}};
        if (!may(who, Access::search, folder) && may(member, Access::search, folder))
            who.groups.push_back(folder.gid);
    }
    return who.groups;
}

} // namespace

std::string_view sentence(Reason reason) noexcept {
    return sentences[static_cast<std::size_t>(reason)];
}

Plan plan(const Started& started, const Way& way) {
    if (started.identity.uid != 0) return {started.identity, Reason::notRoot};
    if (!started.mayChange) return {started.identity, Reason::notAllowed};
    // Once it is there, root's own bits or a group given at start will most likely open it; nobody's never
    // would.
    if (way.end == Way::End::missing) return {started.identity, Reason::missing};
    if (way.end == Way::End::somethingElse) return {{nobody, nobody, {}}, Reason::notASocket};

    struct Candidate {
        uid_t uid;
        gid_t gid;
        Reason reason;
    };
    const std::array<Candidate, 3> candidates{{{nobody, way.socket.gid, Reason::group},
                                               {nobody, nobody, Reason::others},
                                               {way.socket.uid, way.socket.gid, Reason::owner}}};
    for (const Candidate& candidate : candidates) {
        const Identity who{candidate.uid, candidate.gid, groupsToEnter(way, candidate.uid, candidate.gid)};
        if (mayConnect(who, way)) return {who, candidate.reason};
    }
    return {{nobody, way.socket.gid, {}}, Reason::unreachable};
}

} // namespace proxy::privileges
