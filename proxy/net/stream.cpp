#include "proxy/net/stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace proxy::net {

namespace {

bool blocked(int error) {
    return error == EAGAIN;
} // Linux: EWOULDBLOCK is the same

} // namespace

Io Stream::receive(Buffer& buffer, std::size_t limit, std::size_t least) {
    if (!is(canReceive)) return {Io::Kind::wouldBlock};
    const auto space = buffer.space(least);
    const auto room = std::min(space.size(), limit);
    ssize_t got = 0;
    do got = ::recv(number(), space.data(), room, 0);
    while (got < 0 && errno == EINTR);
    const int error = errno;
    if (got > 0) {
        if (static_cast<std::size_t>(got) < room) clear(readable);
        buffer.added(static_cast<std::size_t>(got));
        return {Io::Kind::done, static_cast<std::size_t>(got)};
    }
    if (buffer.empty()) buffer.release();
    clear(readable);
    if (got == 0) return {Io::Kind::ended};
    return blocked(error) ? Io{Io::Kind::wouldBlock} : Io{Io::Kind::failed, 0, error};
}

Io Stream::send(std::string_view bytes) noexcept {
    if (!is(canSend)) return {Io::Kind::wouldBlock};
    ssize_t sent = 0;
    do sent = ::send(number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && !blocked(errno)) return {Io::Kind::failed, 0, errno};
    const std::size_t octets = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    if (octets < bytes.size()) awaitRoom();
    return octets == 0 ? Io{Io::Kind::wouldBlock} : Io{Io::Kind::done, octets};
}

void Stream::shutdownWrite() noexcept {
    if (::shutdown(number(), SHUT_WR) != 0) giveUp(); // ENOTCONN: nobody is there
}

void Stream::resetOnClose() noexcept {
    const linger abort{1, 0};
    ::setsockopt(number(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

bool Stream::quiet() noexcept {
    if (is(readClosed | closed)) return false;
    char octet = 0;
    if (::recv(number(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || !blocked(errno)) return false;
    clear(readable);
    return true;
}

bool Stream::atEnd() noexcept {
    char octet = 0;
    return is(readClosed | closed) && ::recv(number(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

std::size_t Stream::untaken() const noexcept {
    int octets = 0;
    return ::ioctl(number(), SIOCOUTQ, &octets) == 0 && octets > 0 ? static_cast<std::size_t>(octets) : 0;
}

int Stream::takeError() noexcept {
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(number(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Dialled dialUnix(const std::string& path) noexcept {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return {Fd{}, ENAMETOOLONG};
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd.valid()) return {Fd{}, errno};
    int refused = 0;
    do refused = ::connect(fd.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    while (refused != 0 && errno == EINTR);
    if (refused != 0) return {Fd{}, errno};
    return {std::move(fd), 0};
}

} // namespace proxy::net
