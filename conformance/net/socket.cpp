#include "conformance/net/socket.h"

#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>

namespace conformance {
namespace {

// Above Linux' default range for clients (32768 to 60999).
constexpr unsigned firstPort = 61000;
constexpr unsigned ports = 4000;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// The socket interface takes every address by the same pointer type.
template <typename Address>
const sockaddr* general(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

// Until a target listens there, another suite on this machine must not take the port for
// free: it would take that target for its own. Names of abstract sockets are the machine's,
// as ports are, and go with the process.
bool claim(std::uint16_t port) {
    constexpr std::size_t kept = 64; // longer than a target takes to start
    static std::mutex mutex;
    static std::deque<Fd> claims;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "socket-proxy-conformance:" + std::to_string(port);
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd || ::bind(fd.get(), general(address), sizeof address) != 0) return false;
    const std::lock_guard lock(mutex);
    claims.push_back(std::move(fd));
    if (claims.size() > kept) claims.pop_front();
    return true;
}

} // namespace

Fd listenUnix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail(path);
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) fail("socket");
    ::unlink(path.c_str());
    if (::bind(fd.get(), general(address), sizeof address) != 0) fail("bind " + path);
    // As open as a daemon's: a target that became another user in the group of one daemon finds the next one so.
    if (::chmod(path.c_str(), 0660) != 0) fail("chmod " + path);
    if (::listen(fd.get(), 1024) != 0) fail("listen " + path);
    return fd;
}

std::optional<Fd> acceptFrom(const Fd& listener) {
    Fd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) return fd;
    if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) return std::nullopt;
    fail("accept");
}

void shutDown(const Fd& socket) noexcept {
    if (socket) ::shutdown(socket.get(), SHUT_RDWR);
}

std::optional<Fd> connectLoopback(std::uint16_t port) {
    const auto address = loopback(port);
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) fail("socket");
    // On loopback connecting never waits for a network; blocking keeps one state less.
    if (::connect(fd.get(), general(address), sizeof address) != 0) return std::nullopt;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
    return fd;
}

bool portIsTaken(std::uint16_t port) {
    const auto address = loopback(port);
    const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) fail("socket");
    const int on = 1; // what is left of closed connections does not count
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return ::bind(fd.get(), general(address), sizeof address) != 0;
}

std::uint16_t freePort() {
    // Several suites on one machine start at different places.
    static std::atomic<unsigned> next{static_cast<unsigned>(::getpid()) * 97U};
    for (unsigned tries = 0; tries < ports; ++tries) {
        const auto port = static_cast<std::uint16_t>(firstPort + next++ % ports);
        if (claim(port) && !portIsTaken(port)) return port;
    }
    errno = EADDRINUSE;
    fail("no free port on 127.0.0.1 from " + std::to_string(firstPort));
}

} // namespace conformance
