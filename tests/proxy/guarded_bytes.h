// Bytes flush against an unreadable page, for whatever reads or changes what it is given.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace proxy {

/// Memory that ends where reading one octet more is a crash.
class GuardedBytes {
public:
    explicit GuardedBytes(std::size_t capacity);
    ~GuardedBytes();
    GuardedBytes(const GuardedBytes&) = delete;
    GuardedBytes& operator=(const GuardedBytes&) = delete;

    /// A copy of `bytes`, its last octet the last that can be read.
    std::string_view place(std::string_view bytes);
    /// `size` octets to write into, the last the last that can be written.
    std::span<char> room(std::size_t size);

private:
    std::size_t readable_;
    char* pages_;
};

} // namespace proxy
