#include "proxy/confine/calls.h"

#include <csignal>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace proxy::confine {

namespace {

// Of an int the kernel takes the low half only, whatever stands above it.
constexpr Argument is(unsigned index, std::uint32_t value) {
    return {index, 0xffff'ffff, value};
}

constexpr Argument hasAll(unsigned index, std::uint64_t bits) {
    return {index, bits, bits};
}

constexpr Argument hasNone(unsigned index, std::uint64_t bits) {
    return {index, bits, 0};
}

constexpr std::uint32_t socketFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;

// A name behind another's is the same call on another architecture, of 32 bits or without the older one.
constexpr auto table = std::to_array<Call>({
    // Waiting, and telling the kernel for what.
    {"epoll_wait"},
    {"epoll_pwait"},
    {"epoll_ctl"},

    // Relaying.
    {"accept4", {is(3, socketFlags)}},
    {"recvfrom"},
    {"recv"},
    {"sendto"}, // to the log as well, where that is a socket
    {"send"},
    {"splice"},                                 // a long body, through a pipe
    {"pipe2", {is(1, O_NONBLOCK | O_CLOEXEC)}}, // that pipe
    {"fcntl", {is(1, F_SETPIPE_SZ)}},           // its size
    {"fcntl64", {is(1, F_SETPIPE_SZ)}},
    {"shutdown"},                                            // a half-closed stream is passed on
    {"ioctl", {is(1, SIOCOUTQ)}},                            // what a peer has not taken yet
    {"setsockopt", {is(1, SOL_SOCKET), is(2, SO_LINGER)}},   // a reset is passed on
    {"getsockopt", {is(1, SOL_SOCKET), is(2, SO_ERROR)}},    // why a connection has ended
    {"getsockopt", {is(1, SOL_SOCKET), is(2, SO_PEERCRED)}}, // who came to a unix listener, for the log
    {"close"},

    // The daemon. No socket of another family, so none that leads out of this machine, and no bind(2).
    {"socket", {is(0, AF_UNIX), is(1, SOCK_STREAM | socketFlags), is(2, 0)}},
    {"connect"},

    // Why the daemon cannot be reached (proxy/privileges/diagnosis.h). Nothing is opened: no open(2) is here.
    {"newfstatat"},
    {"fstatat64"},
    {"statx"},
    {"readlink"}, // where links on the way to the socket lead
    {"readlinkat"},
    {"access"}, // whether this is a container
    {"faccessat"},
    {"getpid"},
    {"geteuid"},
    {"geteuid32"},
    {"getegid"},
    {"getegid32"},
    {"getgroups"},
    {"getgroups32"},

    // The log and the signals.
    {"write"},
    {"read"},

    // Memory of our own; never any that runs, and none that is a file's.
    {"brk"},
    {"mmap", {hasNone(2, PROT_EXEC), hasAll(3, MAP_ANONYMOUS)}},
    {"mmap2", {hasNone(2, PROT_EXEC), hasAll(3, MAP_ANONYMOUS)}},
    {"munmap"},
    {"mremap", {is(3, MREMAP_MAYMOVE)}},
    {"madvise", {is(2, MADV_HUGEPAGE)}}, // where GLIBC_TUNABLES asks malloc(3) for large pages

    // The C library's: the clock where the kernel's page with it cannot be used; pthread_once(3), with which the first
    // exception that is thrown begins, wakes whether somebody waits or not.
    {"clock_gettime"},
    {"clock_gettime64"},
    {"futex", {Argument{1, 0xffff'ffff & ~std::uint64_t{FUTEX_PRIVATE_FLAG}, FUTEX_WAKE}}},

    // The end: listeners' sockets are removed.
    {"unlink"},
    {"unlinkat", {is(2, 0)}},
    {"exit_group"},

    // The other end: what has broken an invariant says so and aborts, in place of being killed without a word.
    {"writev", {is(0, STDERR_FILENO)}},
    {"rt_sigprocmask"},
    {"gettid"},
    {"tgkill", {is(2, SIGABRT)}},
});

} // namespace

std::span<const Call> calls() noexcept {
    return table;
}

} // namespace proxy::confine
