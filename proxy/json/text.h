// What a JSON string says, of the octets between its quotation marks. Only for strings that the reader took:
// nothing is checked here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace proxy::json {

/// The string's octets in UTF-8, one after the other.
class Octets {
public:
    explicit Octets(std::string_view raw) noexcept
        : at_(raw.data())
        , end_(raw.data() + raw.size()) {}

    /// From 0 to 255; -1 behind the last.
    [[nodiscard]] int next() noexcept {
        if (waiting_ != 0) return static_cast<unsigned char>(encoded_[size_ - waiting_--]);
        if (at_ == end_) return -1;
        return *at_ == '\\' ? escape() : static_cast<unsigned char>(*at_++);
    }

private:
    [[nodiscard]] int escape() noexcept;
    [[nodiscard]] std::uint32_t unit() noexcept;

    const char* at_;
    const char* end_;
    std::array<char, 4> encoded_{}; // of an escape
    std::size_t size_ = 0;
    std::size_t waiting_ = 0;
};

/// Whether both say the same, however they are escaped.
[[nodiscard]] bool same(std::string_view left, std::string_view right) noexcept;

/// The string unescaped into `room`, or as it stands when it has no escape; none when there is not room enough.
[[nodiscard]] std::optional<std::string_view> unescaped(std::string_view raw, std::span<char> room) noexcept;

} // namespace proxy::json
