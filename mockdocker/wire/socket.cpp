#include "mockdocker/wire/socket.h"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace mockdocker {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_un unixAddress(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail("unix socket " + path);
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

// The BSD socket calls take every kind of address through one pointer type.
template <class Address>
const sockaddr* generic(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

// Thousands of idle streams are dialled at once; the kernel caps it at somaxconn.
constexpr int backlog = 4096;

} // namespace

void Fd::reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

Fd listenUnix(const std::string& path) {
    const sockaddr_un address = unixAddress(path);
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd.valid()) fail("socket");
    ::unlink(path.c_str());
    // As open as the daemon's: whoever is told apart by its group must find it so, whatever the umask.
    if (::bind(fd.get(), generic(address), sizeof address) != 0 || ::chmod(path.c_str(), 0660) != 0 ||
        ::listen(fd.get(), backlog) != 0) {
        fail("listen on " + path);
    }
    return fd;
}

Fd listenLoopback(std::uint16_t& port) {
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // inherited by what is accepted
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t size = sizeof address;
    if (::bind(fd.get(), generic(address), size) != 0 || ::listen(fd.get(), backlog) != 0 ||
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        fail("listen on 127.0.0.1:" + std::to_string(port));
    }
    port = ntohs(address.sin_port);
    return fd;
}

Fd connectUnix(const std::string& path) {
    const sockaddr_un address = unixAddress(path);
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd.valid() || ::connect(fd.get(), generic(address), sizeof address) != 0) fail("connect to " + path);
    return fd;
}

Wakeup::Wakeup()
    : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!fd_.valid()) fail("eventfd");
}

void Wakeup::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(fd_.get(), &one, sizeof one); // full counter: already awake
}

void Wakeup::clear() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(fd_.get(), &count, sizeof count);
}

} // namespace mockdocker
