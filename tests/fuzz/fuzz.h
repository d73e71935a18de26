// A fuzz target is one LLVMFuzzerTestOneInput. A property that does not hold ends the program, under
// libFuzzer (which then keeps the input) as under the replaying main.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

inline void require(bool holds, std::string_view property) {
    if (holds) return;
    std::fprintf(stderr, "property violated: %.*s\n", static_cast<int>(property.size()), property.data());
    std::abort();
}

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// An exact copy on the heap, so that a sanitizer sees every read beyond it.
class Copy {
public:
    explicit Copy(std::string_view bytes)
        : size_(bytes.size())
        , bytes_(new char[bytes.size()]) {
        bytes.copy(bytes_, size_);
    }
    ~Copy() { delete[] bytes_; }
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;

    [[nodiscard]] std::string_view view() const { return {bytes_, size_}; }

private:
    std::size_t size_;
    char* bytes_;
};

} // namespace fuzz
