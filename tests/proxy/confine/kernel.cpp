#include "tests/proxy/confine/kernel.h"

#include <cerrno>
#include <seccomp.h>
#include <sys/prctl.h>

namespace proxy::test {

const std::initializer_list<Refusal> noLandlock = {{"landlock_create_ruleset", ENOSYS}};
const std::initializer_list<Refusal> noSeccomp = {{"seccomp", EPERM}, {"prctl", EPERM, PR_SET_SECCOMP}};

bool refuse(std::initializer_list<Refusal> refusals) {
    const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
    bool done = filter != nullptr;
    for (const auto& [call, error, first] : refusals) {
        const scmp_arg_cmp condition{0, SCMP_CMP_MASKED_EQ, 0xffff'ffff, static_cast<scmp_datum_t>(first)};
        done = done && ::seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(static_cast<unsigned>(error)),
                                                ::seccomp_syscall_resolve_name(call), first < 0 ? 0 : 1,
                                                &condition) == 0;
    }
    done = done && ::seccomp_load(filter) == 0;
    ::seccomp_release(filter);
    return done;
}

} // namespace proxy::test
