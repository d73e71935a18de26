#include "conformance/play/connect.h"

#include <arpa/inet.h>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace conformance {
namespace {

// The socket interface takes every address by the same pointer type.
template <typename Address>
std::optional<Fd> connected(const Address& address) {
    Fd fd(::socket(reinterpret_cast<const sockaddr*>(&address)->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return std::nullopt;
    const int on = 1; // no effect on a unix socket
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    return fd;
}

std::optional<Fd> connectUnix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, path.data(), path.size());
    return connected(address);
}

} // namespace

std::optional<Fd> connectTo(const std::string& where) {
    const auto space = where.find(' ');
    if (space == std::string::npos) return std::nullopt;
    const std::string host = where.substr(0, space);
    const std::string rest = where.substr(space + 1);
    if (host == "unix") return connectUnix(rest);
    const auto port = htons(static_cast<std::uint16_t>(std::strtoul(rest.c_str(), nullptr, 10)));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = port;
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1) return connected(address);
    sockaddr_in6 address6{};
    address6.sin6_family = AF_INET6;
    address6.sin6_port = port;
    if (::inet_pton(AF_INET6, host.c_str(), &address6.sin6_addr) == 1) return connected(address6);
    return std::nullopt;
}

bool hasIpv6() {
    const Fd fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    return fd && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

} // namespace conformance
