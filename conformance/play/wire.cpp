#include "conformance/play/wire.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace conformance {
namespace {

constexpr std::size_t mostKept = 4096;

} // namespace

void Wire::send(std::string_view bytes) {
    sent_.append(bytes.substr(0, mostKept - std::min(mostKept, sent_.size())));
    out_.append(bytes);
    flush();
}

void Wire::sendBytewise(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) send(bytes.substr(i, 1));
}

void Wire::endOutput() {
    ending_ = true;
    flush();
}

void Wire::close() {
    fd_.reset();
    ended_ = gone_ = true;
}

void Wire::reset() {
    const linger at{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at, sizeof at);
    close();
}

void Wire::forget(std::size_t count) {
    in_.erase(taken_, count);
}

short Wire::interest() const {
    if (!fd_ || gone_) return 0;
    const bool writes = flushed_ < out_.size();
    return static_cast<short>((ended_ ? 0 : POLLIN) | (writes ? POLLOUT : 0));
}

void Wire::ready(short events) {
    if ((events & POLLOUT) != 0) flush();
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && !ended_) receive();
    // Both directions are shut: on a unix socket the peer has closed, on TCP it was reset or all is over.
    if ((events & (POLLHUP | POLLERR)) != 0 && ended_) gone_ = true;
}

void Wire::receive() {
    std::array<char, 65536> bytes;
    for (;;) {
        const auto count = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
        if (count > 0) {
            in_.append(bytes.data(), static_cast<std::size_t>(count));
            continue;
        }
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        ended_ = true;
        if (count < 0) gone_ = true;
        return;
    }
}

void Wire::flush() {
    while (fd_ && flushed_ < out_.size()) {
        const auto count = ::send(fd_.get(), out_.data() + flushed_, out_.size() - flushed_, MSG_NOSIGNAL);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count < 0) { // broken: the next receive says how
            flushed_ = out_.size();
            break;
        }
        flushed_ += static_cast<std::size_t>(count);
    }
    if (ending_ && fd_) {
        ::shutdown(fd_.get(), SHUT_WR);
        ending_ = false;
    }
}

} // namespace conformance
