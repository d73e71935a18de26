#include "proxy/confine/confine.h"

#include "proxy/confine/filter.h"
#include "proxy/confine/landlock.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace proxy::confine {

namespace {

#ifdef DSP_INSTRUMENTED
constexpr bool instrumented =
    true; // its runtime opens /proc/self/maps, writes files and starts threads, at any time
#else
constexpr bool instrumented = false;
#endif

// A core holds clients' requests, and so does the memory that a debugger of the same user reads.
void keepMemory(Outcome& outcome) {
    // A service's manager may refuse the first, and need not grant it: the second is enough.
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        outcome.warnings.push_back(std::string("cannot keep this process's memory to itself: ") +
                                   std::strerror(errno));
}

std::string holding(const Landlock& landlock) {
    if (landlock.error == 0) return "Landlock ABI " + std::to_string(landlock.abi);
    const bool missing = landlock.error == ENOSYS || landlock.error == EOPNOTSUPP;
    return std::string("no Landlock (") + (missing ? "not in this kernel" : std::strerror(landlock.error)) +
           ")";
}

} // namespace

Outcome confine(const std::vector<std::string>& folders) {
    if (instrumented) return {"nothing, for this build is instrumented", {}};
    Outcome outcome;
    ::tzset(); // strftime(3), in the log, would open /etc/localtime later
    keepMemory(outcome);
    const std::string landlock = holding(restrictFiles(folders));
    const int refusal = installFilter();
    if (refusal != 0)
        outcome.warnings.push_back(std::string("the kernel takes no filter of system calls (") +
                                   std::strerror(refusal) +
                                   "): let it, or say with CONFINE=0 that this is meant");
    outcome.holds = (refusal == 0 ? "seccomp, " : "no seccomp, ") + landlock;
    return outcome;
}

} // namespace proxy::confine
