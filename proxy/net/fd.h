// Sole owner of a file descriptor.
#pragma once

#include <unistd.h>
#include <utility>

namespace proxy::net {

class Fd {
public:
    Fd() = default;
    explicit Fd(int number) noexcept
        : number_(number) {}
    Fd(Fd&& other) noexcept
        : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = std::exchange(other.number_, -1);
        }
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] bool valid() const noexcept { return number_ >= 0; }
    void reset() noexcept {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }

private:
    int number_ = -1;
};

} // namespace proxy::net
