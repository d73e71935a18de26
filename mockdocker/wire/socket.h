// Plain Linux sockets, owned. Failures to create one are std::system_error with the path or port in the text.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace mockdocker {

/// Owns one file descriptor.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd)
        : fd_(fd) {}
    Fd(Fd&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~Fd() { reset(); }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool valid() const { return fd_ >= 0; }
    void reset();

private:
    int fd_ = -1;
};

/// Listens on a unix socket; a stale file at `path` is removed first.
[[nodiscard]] Fd listenUnix(const std::string& path);
/// Listens on 127.0.0.1; `port` 0 is replaced by the port the kernel chose.
[[nodiscard]] Fd listenLoopback(std::uint16_t& port);
[[nodiscard]] Fd connectUnix(const std::string& path);

/// Wakes a thread that polls: an eventfd. wake() may be called from any thread.
class Wakeup {
public:
    Wakeup();
    void wake() const;
    void clear() const;
    [[nodiscard]] int fd() const { return fd_.get(); }

private:
    Fd fd_;
};

} // namespace mockdocker
