#include "tests/conformance/mutants/wire.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace mutants {
namespace {

template <typename Address>
const sockaddr* general(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address); // NOLINT: the sockets API's own way
}

pollfd interestOf(const Wire& wire) {
    short events = 0;
    if (!wire.ended && wire.in.size() < Wire::most) events |= POLLIN;
    if (!wire.out.empty() && !wire.broken && !wire.held) events |= POLLOUT;
    return {wire.gone ? -1 : wire.fd.get(), events, 0};
}

void act(Wire& wire, short events) {
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && !wire.ended) wire.receive();
    if ((events & POLLOUT) != 0) wire.flush();
    if ((events & (POLLHUP | POLLERR)) != 0 && wire.ended) wire.gone = wire.broken = true;
}

} // namespace

void Wire::receive() {
    std::array<char, 65536> bytes; // NOLINT: recv fills it
    const auto count = ::recv(fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) in.append(bytes.data(), static_cast<std::size_t>(count));
    if (count == 0) ended = true;
    if (count < 0 && errno != EAGAIN && errno != EINTR) ended = broken = gone = true;
}

bool Wire::flush() {
    if (broken) out.clear();
    if (out.empty() || held) return false;
    const auto count = ::send(fd.get(), out.data(), out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) out.erase(0, static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR) broken = true;
    return count > 0 || broken;
}

void Wire::shutDown() {
    if (!shut) ::shutdown(fd.get(), SHUT_WR);
    shut = true;
}

void Wire::resetOnClose() const {
    const linger now{1, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

bool pump(Wire& one, Wire* other, int milliseconds) {
    const bool wrote = one.flush();
    const bool alsoWrote = other != nullptr && other->flush();
    const bool progress = wrote || alsoWrote;
    std::array<pollfd, 2> all{interestOf(one), other != nullptr ? interestOf(*other) : pollfd{-1, 0, 0}};
    const int ready = ::poll(all.data(), all.size(), progress ? 0 : milliseconds);
    if (ready < 0) return errno == EINTR;
    act(one, all[0].revents);
    if (other != nullptr) act(*other, all[1].revents);
    return progress || ready > 0;
}

Fd dialUnix(const std::string& path) {
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(fd.get(), general(address), sizeof address) == 0) return fd;
    const int error = errno;
    fd.reset();
    errno = error;
    return fd;
}

Fd listenOnUnix(const std::string& bind) {
    const std::string path = bind.substr(0, bind.find(' '));
    const auto mode = bind.find(" mode ");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ::unlink(path.c_str()); // of a target that was here before
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto wanted =
        mode == std::string::npos ? 0660UL : std::strtoul(bind.c_str() + mode + 6, nullptr, 8);
    const auto before = ::umask(0777U & ~static_cast<mode_t>(wanted));
    const bool bound =
        ::bind(fd.get(), general(address), sizeof address) == 0 && ::listen(fd.get(), 256) == 0;
    ::umask(before);
    if (!bound) throw std::runtime_error("cannot listen on " + path + ": " + std::strerror(errno));
    return fd;
}

Fd listenOn(const std::string& bind) {
    if (bind.find('/') != std::string::npos)
        return listenOnUnix(bind.substr(bind.starts_with("unix@") ? 5 : 0));
    const auto colon = bind.rfind(':');
    const std::string host = colon == std::string::npos ? "" : bind.substr(0, colon);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    const auto port = std::strtoul(bind.c_str() + (colon == std::string::npos ? 0 : colon + 1), nullptr, 10);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (port == 0 || (!host.empty() && ::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1))
        throw std::runtime_error("BIND_CONFIG=" + bind + ": it takes ADDRESS:PORT or :PORT");
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // accepted ones inherit it
    if (::bind(fd.get(), general(address), sizeof address) != 0 || ::listen(fd.get(), 256) != 0)
        throw std::runtime_error("cannot listen on " + bind + ": " + std::strerror(errno));
    return fd;
}

} // namespace mutants
