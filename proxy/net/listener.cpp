#include "proxy/net/listener.h"

#include "proxy/net/stream.h"

#include <Poco/Exception.h>
#include <Poco/Format.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace proxy::net {

namespace {

// Seconds. An orphaned half-closed peer and a vanished host look alike, silence; only probing tells them from
// a quiet stream, and a live peer answers probes however long its stream is silent.
constexpr int keepAliveIdle = 30;
constexpr int keepAliveInterval = 10;
constexpr int keepAliveProbes = 3;

bool kernelHasIPv6() {
    const Fd probe(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!probe.valid()) return false;
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    // ipv6.disable_ipv6=1 leaves the family but no address: only bind tells.
    return ::bind(probe.number(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0 ||
           (errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT);
}

void setOption(int fd, int level, int name, int value) {
    if (::setsockopt(fd, level, name, &value, sizeof value) != 0)
        throw Poco::SystemException("setsockopt", errno);
}

[[noreturn]] void cannotListen(const std::string& where, const std::string& why) {
    throw Poco::IOException("cannot listen on " + where, why);
}

// Of what a kernel says to bind(2), what people run into, and what helps.
std::string whyNotTcp(const TcpPlace& place, const Poco::Exception& e) {
    switch (e.code()) {
    case EADDRINUSE:
        return "the port is in use: stop who listens there, or choose another";
    case EADDRNOTAVAIL:
        return "this machine has no such address: use one that it has (ip address), or :" +
               std::to_string(place.port) + " for all";
    case EACCES:
        return "permission denied: ports below 1024 are root's; choose a higher one";
    case EAFNOSUPPORT:
        return "this kernel has no IPv6: use an IPv4 address";
    default:
        return e.displayText();
    }
}

std::string whyNotUnix(const UnixPlace& place, const Poco::Exception& e) {
    const std::string folder = std::filesystem::path(place.path).parent_path();
    switch (e.code()) {
    case ENOENT:
        return "the folder " + folder + " does not exist: make it, or mount it";
    case ENOTDIR:
        return folder + " is not a folder: choose another path";
    case EACCES:
        return "no file may be made in " + folder + " (permission denied) by uid " +
               std::to_string(::geteuid()) + " gid " + std::to_string(::getegid()) +
               ": let it (chown, chmod), or choose another path";
    case EROFS:
        return folder + " may not be written to: mount a folder there, or choose another path";
    case EPERM:
        return "its owner cannot be set: only root gives files away; leave user and uid out, and use a group "
               "that "
               "this process is in";
    default:
        return e.displayText();
    }
}

class Umask {
public:
    explicit Umask(mode_t mask) noexcept
        : before_(::umask(mask)) {}
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    ~Umask() { ::umask(before_); }

private:
    mode_t before_;
};

void giveTo(const UnixPlace& place) {
    const uid_t uid = place.uid.value_or(static_cast<uid_t>(-1));
    const gid_t gid = place.gid.value_or(static_cast<gid_t>(-1));
    if ((place.uid || place.gid) && ::chown(place.path.c_str(), uid, gid) != 0)
        throw Poco::SystemException("chown", errno);
    if (place.mode && ::chmod(place.path.c_str(), *place.mode) != 0)
        throw Poco::SystemException("chmod", errno);
}

void removeStale(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return;
    if (!S_ISSOCK(status.st_mode))
        cannotListen(path, "something that is not a socket is there; remove it or choose another path");
    const Dialled peer = dialUnix(path);
    if (peer.fd.valid() || peer.error == EAGAIN)
        cannotListen(path, "another process listens there; stop it or choose another path");
    // Only this tells that nobody is there; a socket of another type, a syslog's say, may be in use.
    if (peer.error != ECONNREFUSED)
        cannotListen(path, std::string("there is a socket that may be in use (") + std::strerror(peer.error) +
                               "); remove it or choose another path");
    if (::unlink(path.c_str()) != 0)
        cannotListen(path, std::string("the socket left there cannot be removed: ") + std::strerror(errno));
}

Poco::Net::ServerSocket openTcp(const Poco::Net::SocketAddress& place, bool v6only) {
    Poco::Net::ServerSocket socket;
    if (place.family() == Poco::Net::SocketAddress::IPv6)
        socket.bind6(place, true, false, v6only);
    else
        socket.bind(place, true, false);
    socket.listen(Listener::backlog);
    return socket;
}

bool isIPv6(const TcpPlace& place) {
    return place.family != TcpPlace::Family::v4 &&
           (place.address.empty() || place.address.find(':') != std::string::npos);
}

std::string written(const TcpPlace& place) {
    const bool brackets = place.address.find(':') != std::string::npos;
    return (brackets ? "[" + place.address + "]" : place.address) + ":" + std::to_string(place.port);
}

} // namespace

Listener::Listener(const TcpPlace& place) {
    const bool everywhere = place.address.empty() || place.address == "::";
    const bool fallsBack =
        isIPv6(place) && everywhere && place.family == TcpPlace::Family::any && !kernelHasIPv6();
    if (fallsBack)
        warning_ = "this kernel has no IPv6: listening on IPv4 only; DISABLE_IPV6=1 says that this is meant";
    try {
        const bool v6 = isIPv6(place) && !fallsBack;
        // Not by the text "::": POCO asks the resolver for it, which knows no IPv6 on a network that has none.
        const auto family = v6 ? Poco::Net::SocketAddress::IPv6 : Poco::Net::SocketAddress::IPv4;
        const Poco::Net::SocketAddress where = everywhere
                                                   ? Poco::Net::SocketAddress(family, place.port)
                                                   : Poco::Net::SocketAddress(place.address, place.port);
        Poco::Net::ServerSocket socket = openTcp(where, place.family == TcpPlace::Family::v6only);
        name_ = socket.address().toString();
        port_ = socket.address().port();
        own(socket);
    } catch (const Poco::Exception& e) {
        cannotListen(written(place), whyNotTcp(place, e));
    }
    setOption(number(), IPPROTO_TCP, TCP_NODELAY, 1);
    setOption(number(), SOL_SOCKET, SO_KEEPALIVE, 1);
    setOption(number(), IPPROTO_TCP, TCP_KEEPIDLE, keepAliveIdle);
    setOption(number(), IPPROTO_TCP, TCP_KEEPINTVL, keepAliveInterval);
    setOption(number(), IPPROTO_TCP, TCP_KEEPCNT, keepAliveProbes);
}

Listener::Listener(const UnixPlace& place)
    : name_(place.path) {
    removeStale(place.path);
    // The file must never be more open than asked for, not even between bind and chmod.
    const Umask narrow(place.mode ? static_cast<mode_t>(~*place.mode & 0777) : 0077);
    try {
        Poco::Net::ServerSocket socket;
        socket.bind(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, place.path), false);
        path_ = place.path;
        giveTo(place);
        socket.listen(backlog);
        own(socket);
    } catch (const Poco::Exception& e) {
        if (!path_.empty()) ::unlink(path_.c_str());
        cannotListen(place.path, whyNotUnix(place, e));
    }
}

Listener::Listener(Listener&& other) noexcept
    : fd_(std::move(other.fd_))
    , path_(std::exchange(other.path_, {}))
    , name_(std::move(other.name_))
    , warning_(std::move(other.warning_))
    , port_(other.port_) {}

Listener::~Listener() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

// POCO opens sockets without CLOEXEC and cannot let go of one: from here on the descriptor is ours.
void Listener::own(const Poco::Net::ServerSocket& socket) {
    fd_ = Fd(::fcntl(socket.impl()->sockfd(), F_DUPFD_CLOEXEC, 3));
    if (!fd_.valid() || ::fcntl(number(), F_SETFL, ::fcntl(number(), F_GETFL) | O_NONBLOCK) != 0)
        throw Poco::SystemException("fcntl", errno);
}

} // namespace proxy::net
