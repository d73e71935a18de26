#include "tests/faults/inject.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <new>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace faults {

namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
constexpr std::array names{"accept4",    "recv",    "send",      "splice",     "pipe2",        "fcntl",
                           "socket",     "connect", "epoll_ctl", "epoll_wait", "write",        "getsockopt",
                           "setsockopt", "ioctl",   "shutdown",  "stat",       "an allocation"};

std::array<Call, 65536> sequence;
std::size_t size = 0;
std::size_t wanted = never;
Fault fault;
bool inside = false;
bool hasStruck = false;
Call what{};
std::ptrdiff_t alive = 0;

bool strikes(Call call) noexcept {
    if (!inside) return false;
    const std::size_t index = size;
    if (size < sequence.size()) sequence[size++] = call;
    if (index != wanted && !(hasStruck && fault.lasting && call == what)) return false;
    hasStruck = true;
    what = call;
    return true;
}

// What a socket is watched for. An edge that a fault has swallowed comes again, as it does where the rest of what was
// sent arrives a little later.
std::array<epoll_event, 1024> watched;
int watcher = -1;

} // namespace

void count() noexcept {
    fail(never, {});
}

void fail(std::size_t index, Fault how) noexcept {
    size = 0;
    wanted = index;
    fault = how;
    hasStruck = false;
}

void stop() noexcept {
    count();
}

std::span<const Call> calls() noexcept {
    return {sequence.data(), size};
}

std::string struck() {
    if (!hasStruck) return "nothing";
    return std::string(names[static_cast<std::size_t>(what)]) + " number " + std::to_string(wanted) +
           " of all calls, " + (fault.error == 0 ? "of one octet" : std::strerror(fault.error)) +
           (fault.lasting ? ", and all after it" : "");
}

void entered(bool in) noexcept {
    inside = in;
}

std::ptrdiff_t living() noexcept {
    return alive;
}

std::span<const Fault> faultsOf(Call call) noexcept {
    static constexpr Fault accepting[] = {{EINTR},  {ECONNABORTED}, {EPROTO}, {EMFILE},
                                          {ENFILE}, {ENOBUFS},      {ENOMEM}};
    static constexpr Fault receiving[] = {{0}, {EINTR}, {EAGAIN}, {ECONNRESET}, {ENOMEM}, {ENOBUFS}};
    static constexpr Fault sending[] = {{0}, {EINTR}, {EAGAIN}, {EPIPE}, {ECONNRESET}, {ENOMEM}, {ENOBUFS}};
    static constexpr Fault splicing[] = {{0}, {EINTR}, {EAGAIN}, {EPIPE}, {ECONNRESET}, {ENOMEM}};
    static constexpr Fault opening[] = {{EMFILE}, {ENFILE}, {ENOMEM}};
    static constexpr Fault sizing[] = {{EPERM}, {EBUSY}, {ENOMEM}};
    static constexpr Fault dialling[] = {{EMFILE}, {ENFILE}, {ENOMEM}, {ENOBUFS}, {EACCES}};
    static constexpr Fault connecting[] = {{EINTR},  {EAGAIN},  {ECONNREFUSED}, {ENOENT},  {EACCES},
                                           {ENOMEM}, {ENOTDIR}, {EAGAIN, true}, {ENOTSOCK}};
    static constexpr Fault watching[] = {{ENOMEM}, {ENOSPC}, {ENOSPC, true}};
    static constexpr Fault waiting[] = {{EINTR}};
    static constexpr Fault writing[] = {{0},     {EINTR},        {EAGAIN},       {ENOSPC},     {EIO},
                                        {EPIPE}, {EAGAIN, true}, {ENOSPC, true}, {EPIPE, true}};
    static constexpr Fault asking[] = {{ENOMEM}, {ENOBUFS}};
    static constexpr Fault ending[] = {{ENOTCONN}};
    static constexpr Fault looking[] = {{EACCES}, {ENOMEM}, {ELOOP}};
    static constexpr Fault allocating[] = {{ENOMEM}, {ENOMEM, true}};
    switch (call) {
    case Call::accept4:
        return accepting;
    case Call::recv:
        return receiving;
    case Call::send:
        return sending;
    case Call::splice:
        return splicing;
    case Call::pipe2:
        return opening;
    case Call::fcntl:
        return sizing;
    case Call::socket:
        return dialling;
    case Call::connect:
        return connecting;
    case Call::epoll_ctl:
        return watching;
    case Call::epoll_wait:
        return waiting;
    case Call::write:
        return writing;
    case Call::getsockopt:
    case Call::setsockopt:
    case Call::ioctl:
        return asking;
    case Call::shutdown:
        return ending;
    case Call::stat:
        return looking;
    case Call::allocation:
        return allocating;
    }
    return {};
}

} // namespace faults

// ---- In the place of the C library's -----------------------------------------------------------------

// NOLINTBEGIN: the linker's names
#define REAL(result, name, ...)                                                                              \
    extern "C" result __real_##name(__VA_ARGS__);                                                            \
    extern "C" result __wrap_##name(__VA_ARGS__)

using namespace faults;

namespace {

int failed() noexcept {
    errno = fault.error;
    return -1;
}

} // namespace

REAL(int, epoll_ctl, int epoll, int operation, int fd, epoll_event* event) {
    if (strikes(Call::epoll_ctl)) return failed();
    if (event != nullptr && static_cast<std::size_t>(fd) < watched.size())
        watched[static_cast<std::size_t>(fd)] = *event;
    watcher = epoll;
    return __real_epoll_ctl(epoll, operation, fd, event);
}

namespace {

int failedFor(int fd) noexcept {
    if (static_cast<std::size_t>(fd) < watched.size() && (fault.error == 0 || fault.error == EAGAIN))
        __real_epoll_ctl(watcher, EPOLL_CTL_MOD, fd, &watched[static_cast<std::size_t>(fd)]);
    return failed();
}

} // namespace

REAL(int, accept4, int fd, sockaddr* address, socklen_t* length, int flags) {
    return strikes(Call::accept4) ? failed() : __real_accept4(fd, address, length, flags);
}

REAL(ssize_t, recv, int fd, void* to, size_t length, int flags) {
    if (!strikes(Call::recv)) return __real_recv(fd, to, length, flags);
    if (fault.error != 0) return failedFor(fd);
    const ssize_t got = __real_recv(fd, to, std::min<size_t>(length, 1), flags);
    const int error = errno;
    failedFor(fd);
    errno = error;
    return got;
}

REAL(ssize_t, send, int fd, const void* from, size_t length, int flags) {
    if (!strikes(Call::send)) return __real_send(fd, from, length, flags);
    if (fault.error != 0) return failedFor(fd);
    const ssize_t sent = __real_send(fd, from, std::min<size_t>(length, 1), flags);
    const int error = errno;
    failedFor(fd);
    errno = error;
    return sent;
}

REAL(ssize_t, splice, int from, off64_t* fromAt, int to, off64_t* toAt, size_t length, unsigned flags) {
    if (!strikes(Call::splice)) return __real_splice(from, fromAt, to, toAt, length, flags);
    if (fault.error == 0) return __real_splice(from, fromAt, to, toAt, std::min<size_t>(length, 1), flags);
    failedFor(from);
    return failedFor(to);
}

REAL(int, pipe2, int* ends, int flags) {
    return strikes(Call::pipe2) ? failed() : __real_pipe2(ends, flags);
}

// Under either of its names, as everywhere else where a file's size may be told.
#define REAL_FCNTL(name)                                                                                     \
    extern "C" int __real_##name(int fd, int command, ...);                                                  \
    extern "C" int __wrap_##name(int fd, int command, ...) {                                                 \
        va_list arguments;                                                                                   \
        va_start(arguments, command);                                                                        \
        const long argument = va_arg(arguments, long);                                                       \
        va_end(arguments);                                                                                   \
        return strikes(Call::fcntl) ? failed() : __real_##name(fd, command, argument);                       \
    }
REAL_FCNTL(fcntl)
REAL_FCNTL(fcntl64)

extern "C" int __real_ioctl(int fd, unsigned long request, ...);
extern "C" int __wrap_ioctl(int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    return strikes(Call::ioctl) ? failed() : __real_ioctl(fd, request, argument);
}

REAL(int, socket, int domain, int type, int protocol) {
    return strikes(Call::socket) ? failed() : __real_socket(domain, type, protocol);
}

REAL(int, connect, int fd, const sockaddr* address, socklen_t length) {
    return strikes(Call::connect) ? failed() : __real_connect(fd, address, length);
}

REAL(int, epoll_wait, int epoll, epoll_event* events, int most, int milliseconds) {
    return strikes(Call::epoll_wait) ? failed() : __real_epoll_wait(epoll, events, most, milliseconds);
}

REAL(ssize_t, write, int fd, const void* from, size_t length) {
    if (!strikes(Call::write)) return __real_write(fd, from, length);
    return fault.error == 0 ? __real_write(fd, from, std::min<size_t>(length, 1)) : failed();
}

REAL(int, getsockopt, int fd, int level, int name, void* value, socklen_t* length) {
    return strikes(Call::getsockopt) ? failed() : __real_getsockopt(fd, level, name, value, length);
}

REAL(int, setsockopt, int fd, int level, int name, const void* value, socklen_t length) {
    return strikes(Call::setsockopt) ? failed() : __real_setsockopt(fd, level, name, value, length);
}

REAL(int, shutdown, int fd, int how) {
    return strikes(Call::shutdown) ? failed() : __real_shutdown(fd, how);
}

#define REAL_STAT(name)                                                                                      \
    REAL(int, name, const char* path, void* status) {                                                        \
        return strikes(Call::stat) ? failed() : __real_##name(path, status);                                 \
    }
REAL_STAT(stat)
REAL_STAT(stat64)
REAL_STAT(lstat)
REAL_STAT(lstat64)
// NOLINTEND

// ---- Memory ------------------------------------------------------------------------------------------

namespace {

void* taken(std::size_t size, std::size_t alignment) {
    if (strikes(Call::allocation)) throw std::bad_alloc();
    const std::size_t rounded = (std::max<std::size_t>(size, 1) + alignment - 1) / alignment * alignment;
    void* const memory = std::aligned_alloc(alignment, rounded);
    if (memory == nullptr) throw std::bad_alloc();
    ++alive;
    return memory;
}

void freed(void* memory) noexcept {
    if (memory != nullptr) --alive;
    std::free(memory);
}

} // namespace

void* operator new(std::size_t size) {
    return taken(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size) {
    return taken(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return taken(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return taken(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
    freed(memory);
}
void operator delete[](void* memory) noexcept {
    freed(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    freed(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    freed(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    freed(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
    freed(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    freed(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    freed(memory);
}
