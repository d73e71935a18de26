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

// With the groups that folders are only to be entered with.
Identity entering(Identity who, const Way& way) {
    for (const Owned& folder : way.folders) {
        const Identity member{who.uid, folder.gid, {}};
        if (!may(who, Access::search, folder) && may(member, Access::search, folder))
            who.groups.push_back(folder.gid);
    }
    return who;
}

} // namespace

std::string_view sentence(Reason reason) noexcept {
    return sentences[static_cast<std::size_t>(reason)];
}

Plan plan(const Started& started, const Way& way) {
    if (started.identity.uid != 0) return {started.identity, Reason::notRoot};
    if (!started.mayChange) return {started.identity, Reason::notAllowed};
    // Whose the socket will be is not known. The groups it was started with, those of --group-add among them,
    // may open it then; uid 0, which nothing takes away later, is kept for no guess.
    if (way.end == Way::End::missing || way.end == Way::End::hidden)
        return {entering({nobody, started.identity.gid, started.identity.groups}, way), Reason::missing};
    if (way.end != Way::End::socket) return {{nobody, nobody, {}}, Reason::notASocket};

    const gid_t group = way.socket.gid == unmapped ? nobody : way.socket.gid;
    struct Candidate {
        uid_t uid;
        gid_t gid;
        Reason reason;
    };
    const std::array<Candidate, 3> candidates{{{nobody, group, Reason::group},
                                               {nobody, nobody, Reason::others},
                                               {way.socket.uid, group, Reason::owner}}};
    for (const Candidate& candidate : candidates) {
        const Identity who = entering({candidate.uid, candidate.gid, {}}, way);
        if (mayConnect(who, way)) return {who, candidate.reason};
    }
    return {{nobody, group, {}}, Reason::unreachable};
}

} // namespace proxy::privileges
