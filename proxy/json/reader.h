// Reads a JSON object (RFC 8259) that every reader takes for the same, one piece after the other.
//
// Where readers may differ the text is refused: a byte order mark, what is not UTF-8, half a surrogate pair,
// \u0000, a control character in a key, two equal keys in one object however they are escaped, anything but one
// object at the top and blanks behind it, more than 64 arrays and objects in each other.
//
// Own, and not simdjson's on-demand reader (Debian's 3.0.1 was measured). That takes 4.3 µs for a create of 2 KiB,
// copied behind its 64 octets of padding, and this one 5.8 µs; but its grammar is checked only as far as it is
// visited, so that whoever skips a value skips its faults, it leaves equal keys to its user, it indexes a
// body in 4 octets for each of the body's, which is more memory than a body may take, and the image grows by
// 200 KiB instead of 7. The grammar, of which it would have saved us the table, is one with the mask's.
//
// No recursion; memory is that of Keys, which the caller brings; O(octets) whatever they are. Views point into
// the text.
#pragma once

#include "proxy/json/fault.h"
#include "proxy/json/grammar.h"
#include "proxy/json/keys.h"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::json {

inline constexpr std::size_t maxDepth = 64;

enum class Kind : std::uint8_t {
    end,   ///< of the text, which is one object
    fault, ///< now and ever after; what it is about, where that is a key
    openObject,
    closeObject,
    openArray,
    closeArray,
    key, ///< its value comes next
    text,
    number,
    boolean,
    null,
};

struct Token {
    Kind kind = Kind::end;
    std::string_view
        raw{}; ///< of a key or text what is between the quotation marks, of a number or literal itself
};

class Reader {
public:
    /// `text` is of less than 4 GiB.
    Reader(std::string_view text, Keys& keys) noexcept;

    [[nodiscard]] Token next() noexcept;
    [[nodiscard]] Fault fault() const noexcept { return fault_; }

private:
    [[nodiscard]] Token act(Act act) noexcept;
    [[nodiscard]] Token open(bool object) noexcept;
    [[nodiscard]] Token close(bool object) noexcept;
    [[nodiscard]] Token number() noexcept;
    [[nodiscard]] Token literal() noexcept;
    [[nodiscard]] Token string(bool key) noexcept;
    [[nodiscard]] Fault escape(bool key) noexcept;
    [[nodiscard]] Fault utf8() noexcept;
    [[nodiscard]] bool unit(std::uint32_t& value) noexcept;
    [[nodiscard]] Token fail(Fault fault) noexcept;
    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    const char* at_;
    const char* end_;
    Keys& keys_;
    State state_ = State::value;
    Fault fault_ = Fault::none;
    std::size_t depth_ = 0;
    std::bitset<maxDepth> objects_;                 // which of those that are open are objects
    std::array<std::uint16_t, maxDepth> firstKeys_; // of each that is open, among Keys
};

} // namespace proxy::json
