#include "proxy/http/characters.h"
#include "proxy/http/fields.h"

namespace proxy::http {

LengthFault parseLength(std::string_view value, std::uint64_t& length) noexcept {
    // Go, and so the daemon, keeps lengths in an int64.
    constexpr std::uint64_t most = INT64_MAX;
    if (value.empty() || !allAre(CharClass::digit, value)) return LengthFault::invalid;
    length = 0;
    for (const char c : value) {
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (length > (most - digit) / 10) return LengthFault::overflow;
        length = length * 10 + digit;
    }
    return LengthFault::none;
}

} // namespace proxy::http
