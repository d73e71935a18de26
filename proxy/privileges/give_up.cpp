#include "proxy/privileges/give_up.h"

#include "proxy/privileges/plan.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace proxy::privileges {

namespace {

// capget(2) and capset(2) have no wrapper in the C library, and libcap would be one more file to ship.
using Capabilities = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

__user_cap_header_struct header() {
    return {_LINUX_CAPABILITY_VERSION_3, 0};
}

Capabilities capabilities() {
    Capabilities sets{};
    __user_cap_header_struct version = header();
    if (::syscall(SYS_capget, &version, sets.data()) != 0) return {};
    return sets;
}

bool holds(const Capabilities& sets, unsigned capability) {
    return (sets.at(CAP_TO_INDEX(capability)).effective & CAP_TO_MASK(capability)) != 0;
}

class Giving {
public:
    // The first refusal of a kind says enough.
    bool done(const char* what, bool succeeded) {
        if (!succeeded)
            outcome.warnings.push_back(std::string("cannot ") + what + ": " + std::strerror(errno));
        return succeeded;
    }

    Outcome outcome;
};

// First of all: it needs a capability. Without that one, what the set still holds is out of reach of a
// process that has no_new_privs, so nothing is said.
void emptyBoundingSet() {
    for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
        if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return;
}

void become(Giving& giving, const Identity& who) {
    if (who == ownIdentity()) return;
    if (giving.done("leave the groups of root", ::setgroups(who.groups.size(), who.groups.data()) == 0) &&
        giving.done("take the group of the Docker daemon's socket",
                    ::setresgid(who.gid, who.gid, who.gid) == 0))
        giving.done("become another user", ::setresuid(who.uid, who.uid, who.uid) == 0);
}

void emptyOtherSets(Giving& giving) {
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); // a kernel without it has no such set
    const Capabilities none{};
    __user_cap_header_struct version = header();
    giving.done("drop the capabilities", ::syscall(SYS_capset, &version, none.data()) == 0);
}

bool holdsAny(const Capabilities& sets) {
    for (const auto& set : sets)
        if ((set.permitted | set.effective | set.inheritable) != 0) return true;
    return false;
}

} // namespace

Outcome giveUp(const std::string& socketPath) {
    rememberIds(); // who is confined can open no file
    const Capabilities held = capabilities();
    const Plan plan = privileges::plan({ownIdentity(), holds(held, CAP_SETUID) && holds(held, CAP_SETGID)},
                                       wayTo(socketPath));
    Giving giving;
    emptyBoundingSet();
    become(giving, plan.identity);
    emptyOtherSets(giving);
    giving.done("set no_new_privs", ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    giving.outcome.became =
        describe(ownIdentity()) + (holdsAny(capabilities()) ? ", with capabilities" : ", no capabilities");
    giving.outcome.why = sentence(plan.reason);
    if (plan.reason == Reason::missing)
        giving.outcome.warnings.push_back("the Docker daemon's socket " + socketPath +
                                          " is not there yet, so its group could not be taken: once it is "
                                          "there, start this again, unless " +
                                          describe(ownIdentity()) + " may open it");
    return giving.outcome;
}

} // namespace proxy::privileges
