#include "mockdocker/wire/connection.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace mockdocker {

void Connection::releaseHeld() {
    if (!held_) return;
    char byte = 0;
    [[maybe_unused]] const auto got = ::recv(fd_.get(), &byte, 1, 0);
    held_ = false;
}

bool Connection::fill() {
    releaseHeld();
    std::array<char, 65536> block; // NOLINT(*-member-init): recv fills it
    const bool hold = holdLast_;
    ssize_t got = 0;
    do {
        got = ::recv(fd_.get(), block.data(), block.size(), hold ? MSG_PEEK : 0);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        end_ = got == 0 ? PeerEnd::eof : PeerEnd::reset;
        return false;
    }
    const auto size = static_cast<std::size_t>(got);
    if (hold) {
        if (size > 1 && ::recv(fd_.get(), block.data(), size - 1, 0) < 0) return false;
        held_ = true;
    }
    buffer_.append(block.data(), size);
    return true;
}

bool Connection::fillWithin(int milliseconds) {
    releaseHeld();
    pollfd waiting{fd_.get(), POLLIN, 0};
    return ::poll(&waiting, 1, milliseconds) > 0 && fill();
}

void Connection::consume(std::size_t bytes) {
    start_ += bytes;
    if (start_ == buffer_.size()) {
        buffer_.clear();
        start_ = 0;
    } else if (start_ > 1U << 20) {
        buffer_.erase(0, start_);
        start_ = 0;
    }
}

bool Connection::sendNow(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool Connection::send(std::string_view bytes) {
    while (!bytes.empty() && !stopped_) {
        const Valve::Verdict verdict =
            valve_ != nullptr ? valve_->admit(bytes) : Valve::Verdict{bytes.size()};
        if (!sendNow(bytes.substr(0, verdict.bytes)) || verdict.stop) stop(verdict.reset);
        bytes.remove_prefix(verdict.bytes);
    }
    return !stopped_;
}

void Connection::closeWrite() {
    ::shutdown(fd_.get(), SHUT_WR);
}

void Connection::stop(bool reset) {
    stopped_ = true;
    if (!reset) return;
    const linger now{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now); // TCP: close() then sends a reset
}

void Connection::interrupt() {
    ::shutdown(fd_.get(), SHUT_RDWR);
}

bool Connection::peerSending() const {
    pollfd look{fd_.get(), POLLRDHUP, 0};
    return ::poll(&look, 1, 0) == 0;
}

} // namespace mockdocker
