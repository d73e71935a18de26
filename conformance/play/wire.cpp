#include "conformance/play/wire.h"

#include "conformance/net/socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace conformance {
namespace {

constexpr std::size_t mostKept = 4096;
constexpr std::size_t floodAtOnce = std::size_t{64} * 1024;

} // namespace

void Wire::send(std::string_view bytes) {
    sent_.append(bytes.substr(0, mostKept - std::min(mostKept, sent_.size())));
    out_.append(bytes);
    flush();
}

void Wire::sendBytewise(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) send(bytes.substr(i, 1));
}

void Wire::flood(std::string_view bytes) {
    while (flood_.size() < floodAtOnce) flood_.append(bytes);
    const int little = floodAtOnce; // what the kernel keeps is not yet taken
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    counted = true;
    flush();
}

void Wire::endOutput() {
    ending_ = true;
    flush();
}

void Wire::close() {
    shutDown(fd_);
    drop();
}

void Wire::drop() {
    fd_.reset();
    ended_ = gone_ = true;
}

void Wire::closeWhenSent() {
    closing_ = true;
    flush();
}

void Wire::reset() {
    const linger at{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at, sizeof at);
    drop();
}

void Wire::forget(std::size_t count) {
    in_.erase(taken_, count);
}

short Wire::interest() const {
    if (!fd_ || gone_) return 0;
    const bool writes = flushed_ < out_.size() || !flood_.empty();
    return static_cast<short>((ended_ || !reads ? 0 : POLLIN) | (writes ? POLLOUT : 0));
}

void Wire::ready(short events) {
    if ((events & POLLOUT) != 0) flush();
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && !ended_ && reads) receive();
    // Both directions are shut: on a unix socket the peer has closed, on TCP it was reset or all is over.
    if ((events & (POLLHUP | POLLERR)) != 0 && ended_) gone_ = true;
}

void Wire::receive() {
    std::array<char, 65536> bytes;
    for (;;) {
        const auto count = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
        if (count > 0) {
            if (!flood_.empty()) return; // the others have their turn before the next
            in_.append(bytes.data(), static_cast<std::size_t>(count));
            continue;
        }
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        ended_ = true;
        if (count < 0) gone_ = reset_ = true;
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
    if (fd_ && !flood_.empty()) {
        const auto count =
            ::send(fd_.get(), flood_.data() + floodAt_, flood_.size() - floodAt_, MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN && errno != EINTR) flood_.clear();
        if (count > 0) {
            floodSent_ += static_cast<std::size_t>(count);
            floodAt_ = (floodAt_ + static_cast<std::size_t>(count)) % flood_.size();
        }
    }
    if (ending_ && fd_) {
        ::shutdown(fd_.get(), SHUT_WR);
        ending_ = false;
    }
    if (closing_ && flushed_ == out_.size()) close();
}

} // namespace conformance
