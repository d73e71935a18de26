#include "proxy/confine/filter.h"

#include "proxy/confine/calls.h"

#include <array>
#include <cerrno>
#include <memory>
#include <seccomp.h>
#include <sys/syscall.h>
#include <type_traits>
#include <unistd.h>

namespace proxy::confine {

namespace {

struct Release {
    void operator()(scmp_filter_ctx filter) const noexcept { ::seccomp_release(filter); }
};
using Filter = std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, Release>;

// Before Linux 4.14 a thread may be killed only, which of a process with one thread is the same.
std::uint32_t killing() noexcept {
    const std::uint32_t wanted = SCMP_ACT_KILL_PROCESS;
    constexpr unsigned isActionAvailable = 2; // SECCOMP_GET_ACTION_AVAIL
    return ::syscall(SYS_seccomp, isActionAvailable, 0U, &wanted) == 0 ? wanted : SCMP_ACT_KILL_THREAD;
}

int allow(scmp_filter_ctx filter, const Call& call) noexcept {
    std::array<scmp_arg_cmp, 3> conditions{};
    unsigned count = 0;
    for (const Argument& argument : call.arguments)
        if (argument.mask != 0)
            conditions.at(count++) = {argument.index, SCMP_CMP_MASKED_EQ, argument.mask, argument.value};
    return ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, ::seccomp_syscall_resolve_name(call.name), count,
                                    conditions.data());
}

} // namespace

int installFilter() noexcept {
    const std::uint32_t kill = killing();
    const Filter filter(::seccomp_init(kill));
    if (!filter) return EINVAL;
    // Calls of another architecture, x86-64's 32-bit ones too; a tree, for kernels that remember no verdicts
    // (before 5.11) go through it at every call; the kernel's own errno.
    int error = ::seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, kill);
    if (error == 0) error = ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (error == 0) error = ::seccomp_attr_set(filter.get(), SCMP_FLTATR_API_SYSRAWRC, 1);
    for (const Call& call : calls())
        if (error == 0) error = allow(filter.get(), call);
    if (error == 0) error = ::seccomp_load(filter.get());
    return -error;
}

} // namespace proxy::confine
