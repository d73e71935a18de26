#include "proxy/json/text.h"

namespace proxy::json {
namespace {

constexpr std::uint32_t digit(char c) noexcept {
    const auto octet = static_cast<unsigned char>(c);
    return c <= '9' ? octet - std::uint32_t{'0'} : (octet | 0x20U) - std::uint32_t{'a'} + 10;
}

std::size_t encode(std::uint32_t point, std::array<char, 4>& out) noexcept {
    const auto put = [&out](std::size_t at, std::uint32_t octet) { out[at] = static_cast<char>(octet); };
    const auto tail = [point](unsigned shift) { return 0x80U | ((point >> shift) & 0x3FU); };
    if (point < 0x80) return put(0, point), 1;
    if (point < 0x800) return put(0, 0xC0U | (point >> 6U)), put(1, tail(0)), 2;
    if (point < 0x10000) return put(0, 0xE0U | (point >> 12U)), put(1, tail(6)), put(2, tail(0)), 3;
    return put(0, 0xF0U | (point >> 18U)), put(1, tail(12)), put(2, tail(6)), put(3, tail(0)), 4;
}

} // namespace

std::uint32_t Octets::unit() noexcept {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 4U | digit(*at_++);
    return value;
}

int Octets::escape() noexcept {
    const char which = at_[1];
    at_ += 2;
    switch (which) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u':
        break;
    default: // %x22 / %x5C / %x2F stand for themselves
        return static_cast<unsigned char>(which);
    }
    std::uint32_t point = unit();
    if (point >= 0xD800 && point < 0xDC00) {
        at_ += 2; // the "\u" of its other half
        point = 0x10000 + ((point - 0xD800) << 10U) + (unit() - 0xDC00);
    }
    size_ = encode(point, encoded_);
    waiting_ = size_ - 1;
    return static_cast<unsigned char>(encoded_[0]);
}

bool same(std::string_view left, std::string_view right) noexcept {
    Octets a(left);
    Octets b(right);
    while (true) {
        const int octet = a.next();
        if (octet != b.next()) return false;
        if (octet < 0) return true;
    }
}

std::optional<std::string_view> unescaped(std::string_view raw, std::span<char> room) noexcept {
    if (raw.find('\\') == std::string_view::npos) return raw;
    Octets octets(raw);
    std::size_t size = 0;
    for (int octet = octets.next(); octet >= 0; octet = octets.next()) {
        if (size == room.size()) return std::nullopt;
        room[size++] = static_cast<char>(octet);
    }
    return std::string_view(room.data(), size);
}

} // namespace proxy::json
