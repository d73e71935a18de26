// What request and response heads share: fields, body framing, limits. RFC 9112 sections 5 and 6.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace proxy::http {

/// Largest head we take, in octets, request line and field lines together.
/// X-Registry-Config alone can exceed 16 KiB.
inline constexpr std::size_t maxHeadSize = std::size_t{128} * 1024;
inline constexpr std::size_t maxFields = 256;

/// One field line; views into the bytes parsed, the value without its surrounding whitespace.
struct Field {
    std::string_view name;
    std::string_view value;
};

/// The fields of a head in the order received. Fixed capacity, so that parsing allocates nothing. Those that
/// end at this proxy (RFC 9110 section 7.6.1) are marked: the writers leave them out.
class Fields {
public:
    [[nodiscard]] std::span<const Field> all() const noexcept { return {fields_.data(), size_}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// false when full
    bool add(Field field) noexcept {
        if (size_ == maxFields) return false;
        fields_[size_++] = field;
        return true;
    }
    void clear() noexcept {
        size_ = 0;
        hopByHop_.reset();
    }

    void markHopByHop(std::size_t index, bool hopByHop) noexcept { hopByHop_[index] = hopByHop; }
    [[nodiscard]] bool isHopByHop(std::size_t index) const noexcept { return hopByHop_[index]; }
    [[nodiscard]] bool anyHopByHop() const noexcept { return hopByHop_.any(); }

private:
    std::array<Field, maxFields> fields_;
    std::size_t size_ = 0;
    std::bitset<maxFields> hopByHop_;
};

/// How the end of a body is found. RFC 9112 section 6.3.
struct Framing {
    enum class Kind : std::uint8_t { none, length, chunked, untilClose };
    Kind kind = Kind::none;
    std::uint64_t length = 0; ///< octets; only with Kind::length
};

} // namespace proxy::http
