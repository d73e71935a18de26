// The keys of the objects a reader is in, to find one that comes twice, in memory of a fixed size.
//
// A table of hashes with linear probing. Keys go in the reverse order they came, object by object, so that
// emptying their places never breaks another's chain. Whoever chooses keys so that their hashes collide gets no
// time of ours: a chain longer than `longestChain` is a fault.
#pragma once

#include "proxy/json/fault.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::json {

class Keys {
public:
    static constexpr std::size_t capacity = 3072; ///< in all the objects that are open at once
    static constexpr std::size_t longestChain = 128;

    /// For a text that begins at `text`. Entries beyond size_ are never read.
    void start(const char* text) noexcept;

    [[nodiscard]] std::uint16_t size() const noexcept { return size_; }

    /// A key of the object whose keys begin at `first`: none, keys or duplicateKey. It stands in the text,
    /// between quotation marks.
    [[nodiscard]] Fault add(std::string_view key, bool escaped, std::uint16_t first) noexcept;

    /// Forgets those of the object that closes.
    void forget(std::uint16_t first) noexcept;

private:
    struct Entry {
        std::uint32_t begin; // from the text's
        std::uint32_t size;
        std::uint32_t hash;
    };

    static constexpr std::size_t slotCount = 8192;

    [[nodiscard]] std::string_view textOf(const Entry& entry) const noexcept {
        return {text_ + entry.begin, entry.size};
    }

    const char* text_ = nullptr;
    std::uint16_t size_ = 0;
    std::array<Entry, capacity> entries_;
    std::array<std::uint16_t, slotCount> slots_; // one more than the entry's index; 0 is empty
};

static_assert(sizeof(Keys) <= 56 * 1024);

} // namespace proxy::json
