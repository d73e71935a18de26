// Listening sockets, opened through Poco::Net: TCP over IPv4 and IPv6, unix sockets with mode and owner.
// Errors are thrown as Poco::Exception whose displayText() says where, why and what to do.
#pragma once

#include "proxy/net/fd.h"

#include <Poco/Net/ServerSocket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace proxy::net {

struct TcpPlace {
    std::string address; ///< numeric; empty: every address
    std::uint16_t port = 0;
    enum class Family : std::uint8_t { any, v4, v6only } family = Family::any;
};

struct UnixPlace {
    std::string path;
    std::optional<mode_t> mode;
    std::optional<uid_t> uid;
    std::optional<gid_t> gid;
};

/// A bound, listening, non-blocking socket. A unix socket's file is removed again when its listener dies.
class Listener {
public:
    /// Connections the kernel holds for us; it cuts this to net.core.somaxconn.
    static constexpr int backlog = 4096;

    /// TCP_NODELAY and keep-alive probing are set here, once: accepted sockets inherit them.
    explicit Listener(const TcpPlace& place);
    /// A socket file nobody listens on any more is replaced; one in use is an error.
    explicit Listener(const UnixPlace& place);
    Listener(Listener&& other) noexcept;
    Listener& operator=(Listener&&) = delete;
    Listener(const Listener&) = delete;
    ~Listener();

    [[nodiscard]] int number() const noexcept { return fd_.number(); }
    /// Gives the socket to whoever waits on it; name and file stay with this object.
    [[nodiscard]] Fd take() noexcept { return std::move(fd_); }
    [[nodiscard]] bool isUnix() const noexcept { return !path_.empty(); }
    /// "127.0.0.1:2375" with the port the kernel chose, or the path.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Set when IPv6 was wanted and the kernel has none: what was done instead.
    [[nodiscard]] const std::string& warning() const noexcept { return warning_; }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    void own(const Poco::Net::ServerSocket& socket);

    Fd fd_;
    std::string path_;
    std::string name_;
    std::string warning_;
    std::uint16_t port_ = 0;
};

} // namespace proxy::net
