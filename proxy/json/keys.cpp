#include "proxy/json/keys.h"

#include "proxy/json/text.h"

namespace proxy::json {
namespace {

// FNV-1a. The high half takes in every octet, and is folded onto the low one, of which the place is made.
constexpr std::uint64_t basis = 0xcbf29ce484222325U;
constexpr std::uint64_t prime = 0x100000001b3U;

std::uint32_t hashOf(std::string_view key, bool escaped) noexcept {
    std::uint64_t hash = basis;
    if (escaped) {
        Octets octets(key);
        for (int octet = octets.next(); octet >= 0; octet = octets.next())
            hash = (hash ^ static_cast<unsigned>(octet)) * prime;
    } else {
        for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * prime;
    }
    return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
}

} // namespace

void Keys::start(const char* text) noexcept {
    text_ = text;
    size_ = 0;
    slots_.fill(0);
}

Fault Keys::add(std::string_view key, bool escaped, std::uint16_t first) noexcept {
    if (size_ == capacity) return Fault::keys;
    const Entry entry{static_cast<std::uint32_t>(key.data() - text_), static_cast<std::uint32_t>(key.size()),
                      hashOf(key, escaped)};
    std::size_t slot = entry.hash % slotCount;
    for (std::size_t i = 0; i < longestChain; ++i, slot = (slot + 1) % slotCount) {
        if (slots_[slot] == 0) {
            entries_[size_++] = entry;
            slots_[slot] = size_;
            return Fault::none;
        }
        const Entry& other = entries_[slots_[slot] - 1U];
        if (other.hash == entry.hash && slots_[slot] > first && same(textOf(other), key))
            return Fault::duplicateKey;
    }
    return Fault::keys;
}

void Keys::forget(std::uint16_t first) noexcept {
    for (; size_ > first; --size_) {
        std::size_t slot = entries_[size_ - 1U].hash % slotCount;
        while (slots_[slot] != size_) slot = (slot + 1) % slotCount;
        slots_[slot] = 0;
    }
}

} // namespace proxy::json
