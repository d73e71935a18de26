// What a confined process may still do, what kills it, and what is said where the kernel does not play along. Each try is
// a child's.
#include "proxy/confine/calls.h"
#include "proxy/confine/confine.h"
#include "proxy/privileges/access.h"
#include "proxy/privileges/diagnosis.h"
#include "tests/proxy/privileges/child.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <new>
#include <set>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proxy::confine {
namespace {

// How a child has ended that tries this when it is confined: 0 where it lived, else the signal.
template <class Try>
int endOf(Try attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
        (void)confine({});
        attempt();
        ::syscall(SYS_exit_group, 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

struct Attempt {
    const char* id;
    void (*make)();
};
void PrintTo(const Attempt& row, std::ostream* out) {
    *out << row.id;
}

template <class... Arguments>
void call(long number, Arguments... arguments) {
    ::syscall(number, arguments...);
}

constexpr int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

// ---- What kills ----------------------------------------------------------------------------------

// Each is what an intruder would do next. Descriptors are none: the filter stands before anything looks at them.
const Attempt forbidden[] = {
    {"execve", [] { call(SYS_execve, "/bin/true", nullptr, nullptr); }},
    {"execveat", [] { call(SYS_execveat, -1, "/bin/true", nullptr, nullptr, 0); }},
    {"fork", [] { call(SYS_clone, SIGCHLD, 0, 0, 0, 0); }},
    {"clone3", [] { call(SYS_clone3, nullptr, 0); }},
    {"ptrace", [] { call(SYS_ptrace, 0, 0, 0, 0); }},
    {"read-another-process", [] { call(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0); }},
    {"open-to-read", [] { call(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY); }},
    {"open-to-write", [] { call(SYS_openat, AT_FDCWD, "/tmp/x", O_WRONLY | O_CREAT, 0600); }},
    {"openat2", [] { call(SYS_openat2, AT_FDCWD, "/etc/passwd", nullptr, 0); }},
    {"list-a-folder", [] { call(SYS_getdents64, 0, nullptr, 0); }},
    {"make-a-folder", [] { call(SYS_mkdirat, AT_FDCWD, "/tmp/x", 0700); }},
    {"rename", [] { call(SYS_renameat2, AT_FDCWD, "/tmp/x", AT_FDCWD, "/tmp/y", 0); }},
    {"chmod", [] { call(SYS_fchmodat, AT_FDCWD, "/tmp/x", 0777); }},
    {"remove-a-folder", [] { call(SYS_unlinkat, AT_FDCWD, "/tmp/x", AT_REMOVEDIR); }},
    {"mount", [] { call(SYS_mount, nullptr, "/", nullptr, 0, nullptr); }},
    {"memfd", [] { call(SYS_memfd_create, "x", 0); }},
    {"code-in-memory",
     [] { call(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }},
    {"a-file-in-memory", [] { call(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, 0, 0); }},
    {"memory-becomes-code", [] { call(SYS_mprotect, 0, 4096, PROT_READ | PROT_EXEC); }},
    {"memory-moves-onto-other", [] { call(SYS_mremap, 0, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, 4096); }},
    {"another-advice", [] { call(SYS_madvise, 0, 4096, MADV_DONTNEED); }},
    {"a-pipe-to-hand-on", [] { call(SYS_pipe2, nullptr, 0); }},
    {"inet-socket", [] { call(SYS_socket, AF_INET, SOCK_STREAM | flags, 0); }},
    {"inet6-socket", [] { call(SYS_socket, AF_INET6, SOCK_STREAM | flags, 0); }},
    {"netlink-socket", [] { call(SYS_socket, AF_NETLINK, SOCK_RAW | flags, 0); }},
    {"packet-socket", [] { call(SYS_socket, AF_PACKET, SOCK_RAW | flags, 0); }},
    {"datagram-socket", [] { call(SYS_socket, AF_UNIX, SOCK_DGRAM | flags, 0); }},
    {"socketpair", [] { call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, nullptr); }},
    {"bind", [] { call(SYS_bind, 0, nullptr, 0); }},
    {"listen", [] { call(SYS_listen, 0, 1); }},
    {"accept-what-is-inherited", [] { call(SYS_accept4, 0, nullptr, nullptr, 0); }},
    {"pass-descriptors", [] { call(SYS_sendmsg, 0, nullptr, 0); }},
    {"take-descriptors", [] { call(SYS_recvmsg, 0, nullptr, 0); }},
    {"duplicate", [] { call(SYS_dup, 0); }},
    {"fcntl-flags", [] { call(SYS_fcntl, 0, F_SETFL, 0); }},
    {"type-into-a-terminal", [] { call(SYS_ioctl, 0, TIOCSTI, "x"); }},
    {"another-option", [] { call(SYS_setsockopt, 0, SOL_SOCKET, SO_ATTACH_FILTER, nullptr, 0); }},
    {"option-of-another-level", [] { call(SYS_getsockopt, 0, IPPROTO_TCP, SO_ERROR, nullptr, nullptr); }},
    {"kill", [] { call(SYS_kill, 0, SIGTERM); }},
    {"tgkill-another-signal", [] { call(SYS_tgkill, ::getpid(), ::getpid(), SIGKILL); }},
    {"handle-signals", [] { call(SYS_rt_sigaction, SIGUSR1, nullptr, nullptr, 8); }},
    {"write-many-elsewhere", [] { call(SYS_writev, 1, nullptr, 0); }},
    {"become-root", [] { call(SYS_setresuid, 0, 0, 0); }},
    {"capabilities", [] { call(SYS_capset, nullptr, nullptr); }},
    {"prctl", [] { call(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }},
    {"limits", [] { call(SYS_prlimit64, 0, RLIMIT_CORE, nullptr, nullptr); }},
    {"namespaces", [] { call(SYS_unshare, 0); }},
    {"keys", [] { call(SYS_keyctl, 0, 0); }},
    {"bpf", [] { call(SYS_bpf, 0, nullptr, 0); }},
    {"io-uring", [] { call(SYS_io_uring_setup, 1, nullptr); }},
    {"userfaultfd", [] { call(SYS_userfaultfd, 0); }},
    {"perf", [] { call(SYS_perf_event_open, nullptr, 0, -1, -1, 0); }},
    {"modules", [] { call(SYS_finit_module, -1, "", 0); }},
    {"wait-on-an-address",
     [] { call(SYS_futex, nullptr, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, nullptr, nullptr, 0); }},
#ifdef __x86_64__
    {"x32", [] { call(SYS_getpid | 0x40000000); }},
#endif
    {"a-call-that-is-not-there", [] { call(1'000'000); }},
};

class Forbidden : public testing::TestWithParam<Attempt> {};

TEST_P(Forbidden, Kills) {
#ifdef DSP_INSTRUMENTED
    GTEST_SKIP() << "an instrumented build is not confined";
#endif
    EXPECT_EQ(endOf(GetParam().make), SIGSYS);
}

INSTANTIATE_TEST_SUITE_P(Rows, Forbidden, testing::ValuesIn(forbidden), tests::byId);

// ---- What serving needs besides what the suite makes it do ---------------------------------------------

const Attempt allowed[] = {
    {"the-first-exception",
     [] {
         try {
             throw std::bad_alloc();
         } catch (const std::exception&) { // NOLINT: that it comes here is all
         }
     }},
    {"much-memory-that-grows-and-goes",
     [] {
         void* memory = nullptr;
         for (std::size_t size = 4096; size < std::size_t{64} << 20; size *= 2)
             memory = std::realloc(memory, size);
         std::free(memory);
     }},
    {"the-clock-without-the-kernel-s-page", [] { call(SYS_clock_gettime, CLOCK_MONOTONIC, nullptr); }},
    {"large-pages", [] { call(SYS_madvise, 0, 4096, MADV_HUGEPAGE); }},
    {"a-diagnosis", [] { (void)privileges::diagnose("/run/no-such/docker.sock", ENOENT); }},
    {"a-diagnosis-of-a-link", [] { (void)privileges::diagnose("/proc/self/exe", ECONNREFUSED); }},
    {"a-local-time",
     [] {
         const time_t now = 0;
         std::tm utc{};
         std::array<char, 32> text{};
         ::gmtime_r(&now, &utc);
         (void)std::strftime(text.data(), text.size(), "%FT%T", &utc);
     }},
};

class Allowed : public testing::TestWithParam<Attempt> {};

TEST_P(Allowed, DoesNotKill) {
    EXPECT_EQ(endOf(GetParam().make), 0);
}

INSTANTIATE_TEST_SUITE_P(Rows, Allowed, testing::ValuesIn(allowed), tests::byId);

// In a user namespace files may be of ids that it does not hold: which it holds is not looked up in /proc any more.
TEST(Confine, ADiagnosisOfWhatIsNobodysOpensNothing) {
    const std::string path = testing::TempDir() + "confine-nobody-" + std::to_string(::getpid());
    ::close(privileges::bindTo(path, 0600));
    if (::chown(path.c_str(), 65534, 65534) != 0) GTEST_SKIP() << "only root gives files away";
    privileges::rememberIds();
    EXPECT_EQ(endOf([] { (void)privileges::diagnose("/nowhere", ENOENT); }), 0);
    static std::string socket;
    socket = path;
    EXPECT_EQ(endOf([] { (void)privileges::diagnose(socket, EACCES); }), 0);
    ::unlink(path.c_str());
}

// What has broken an invariant is told from what was forbidden.
TEST(Confine, AnAbortIsAnAbort) {
    EXPECT_EQ(endOf([] { std::abort(); }), SIGABRT);
}

TEST(Confine, EveryCallStandsThereOnceAWay) {
    std::set<std::string> seen;
    for (const Call& call : calls()) {
        std::string row = call.name;
        for (const Argument& argument : call.arguments)
            row += " " + std::to_string(argument.index) + ":" + std::to_string(argument.mask) + "=" +
                   std::to_string(argument.value);
        EXPECT_TRUE(seen.insert(row).second) << row;
    }
}

} // namespace
} // namespace proxy::confine
