// Makes one call of the proxy's fail: the n-th of all system calls and allocations that it makes. The linker puts the
// functions of inject.cpp in the place of the C library's (CMakeLists.txt lists them), in this program only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace faults {

enum class Call : std::uint8_t {
    accept4,
    recv,
    send,
    splice,
    pipe2,
    fcntl,
    socket,
    connect,
    epoll_ctl,
    epoll_wait,
    write,
    getsockopt,
    setsockopt,
    ioctl,
    shutdown,
    stat,
    allocation
};

/// `error`: the errno; 0: it is done, but for one octet only.
struct Fault {
    int error = 0;
    bool lasting = false; ///< every further call of this kind fails as well
};

/// Counts from here on; nothing fails.
void count() noexcept;
/// The calls since, in order.
[[nodiscard]] std::span<const Call> calls() noexcept;
/// Counts from here on; the call of that index fails.
void fail(std::size_t index, Fault fault) noexcept;
/// Nothing fails any more.
void stop() noexcept;
/// What failed, for people; "nothing" as long as nothing has.
[[nodiscard]] std::string struck();

/// Only what the proxy does is counted, and can fail.
void entered(bool in) noexcept;

/// What can be done to a call.
[[nodiscard]] std::span<const Fault> faultsOf(Call call) noexcept;

/// Allocations that have not been freed.
[[nodiscard]] std::ptrdiff_t living() noexcept;

} // namespace faults
