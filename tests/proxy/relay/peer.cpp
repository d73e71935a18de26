#include "tests/proxy/relay/peer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace proxy::test {

namespace {

constexpr int patience = 20'000; // milliseconds, until a test has failed
constexpr int stuck = 400;       // milliseconds without room: nobody is making any
constexpr std::size_t step = 65536;

bool ready(int fd, short events, int milliseconds) {
    pollfd poll{fd, events, 0};
    return ::poll(&poll, 1, milliseconds) == 1;
}

} // namespace

Peer::Peer(net::Fd fd)
    : fd_(std::move(fd)) {}

void Peer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!ready(number(), POLLOUT, patience)) {
            ADD_FAILURE() << bytes.size() << " octets are not taken";
            return;
        }
        const ssize_t sent = ::send(number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) continue;
        if (sent < 0) {
            ADD_FAILURE() << "cannot send: " << std::strerror(errno);
            return;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::size_t Peer::sendUntilStuck(std::string_view bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size() && ready(number(), POLLOUT, stuck)) {
        const ssize_t sent =
            ::send(number(), bytes.data() + taken, bytes.size() - taken, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN) break;
        if (sent > 0) taken += static_cast<std::size_t>(sent);
    }
    return taken;
}

bool Peer::sendingFails() {
    for (int i = 0; i < 10'000; ++i) {
        if (!ready(number(), POLLOUT, patience)) return false;
        if (::send(number(), "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return errno != EAGAIN;
    }
    return false;
}

bool Peer::fill() {
    if (end_ != End::silent) return false; // the kernel tells of a reset only once, then of an end
    if (!ready(number(), POLLIN, patience)) {
        end_ = End::silent;
        return false;
    }
    const std::size_t before = unread_.size();
    unread_.resize(before + step);
    const ssize_t got = ::recv(number(), unread_.data() + before, step, 0);
    unread_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got <= 0) end_ = got == 0 ? End::closed : End::reset;
    return got > 0;
}

std::string Peer::read(std::size_t size) {
    while (unread_.size() < size && fill()) {
    }
    std::string taken = unread_.substr(0, size);
    unread_.erase(0, taken.size());
    return taken;
}

std::string Peer::readUntil(std::string_view end) {
    std::size_t from = 0;
    std::size_t at = std::string::npos;
    while ((at = unread_.find(end, from)) == std::string::npos) {
        from = unread_.size() - std::min(unread_.size(), end.size());
        if (!fill()) return std::exchange(unread_, {});
    }
    return read(at + end.size());
}

std::string Peer::rest() {
    while (fill()) {
    }
    return std::exchange(unread_, {});
}

Peer::End Peer::end() {
    (void)rest();
    return end_;
}

bool Peer::quiet() {
    return unread_.empty() && !ready(number(), POLLIN, 0);
}

void Peer::halfClose() {
    ::shutdown(number(), SHUT_WR);
}
void Peer::stopReading() {
    ::shutdown(number(), SHUT_RD);
}
void Peer::close() {
    fd_.reset();
}
void Peer::reset() {
    const linger abort{1, 0};
    ::setsockopt(number(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    close();
}

Answer readAnswer(Peer& peer, bool toHead) {
    Answer answer;
    answer.head = peer.readHead();
    if (answer.head.rfind("HTTP/1.1 ", 0) == 0)
        answer.status = std::atoi(answer.head.c_str() + 9); // NOLINT: checked
    const std::string field = "\r\nContent-Length: ";
    const auto at = answer.head.find(field);
    if (at == std::string::npos) {
        ADD_FAILURE() << "no answer of the proxy's: " << answer.head;
        return answer;
    }
    if (!toHead) answer.body = peer.read(std::stoul(answer.head.substr(at + field.size())));
    return answer;
}

// ---- The daemon ----------------------------------------------------------------------------------

RawDaemon::RawDaemon() {
    folder_ = (std::filesystem::temp_directory_path() / "relay-XXXXXX").string();
    if (::mkdtemp(folder_.data()) == nullptr) ADD_FAILURE() << std::strerror(errno);
    path_ = folder_ + "/docker.sock";
    start();
}

RawDaemon::~RawDaemon() {
    stop();
    std::filesystem::remove_all(folder_);
}

void RawDaemon::start(int backlog) {
    remove();
    listener_ = net::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.number(), backlog), 0);
}

void RawDaemon::remove() {
    stop();
    std::filesystem::remove_all(path_);
}

void RawDaemon::replaceByFile() {
    remove();
    std::ofstream(path_) << "no socket\n";
}

void RawDaemon::replaceByFolder() {
    remove();
    std::filesystem::create_directory(path_);
}

Peer RawDaemon::accept() {
    if (!ready(listener_.number(), POLLIN, patience)) {
        ADD_FAILURE() << "no connection arrives at the daemon";
        return Peer(net::Fd{});
    }
    return Peer(net::Fd(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC)));
}

bool RawDaemon::nothing() const {
    return !ready(listener_.number(), POLLIN, 0);
}

std::size_t openDescriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint64_t state = 88172645463325252U; // xorshift
    for (char& octet : bytes) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        octet = static_cast<char>(state >> 32);
    }
    return bytes;
}

} // namespace proxy::test
