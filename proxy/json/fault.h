// Why a text is not taken. One value a reason: the name is what logs and tests print.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::json {

/// The order is that of the table in fault.cpp, which holds each one's name and sentence.
enum class Fault : std::uint8_t {
    none,
    syntax,
    utf8,
    surrogate,
    control,
    depth,
    keys,
    duplicateKey,
    root,
    trailing,
    incomplete,
};

inline constexpr std::size_t faultCount = static_cast<std::size_t>(Fault::incomplete) + 1;

struct FaultInfo {
    std::string_view name;     ///< stable, dotted, lower case: "json.duplicate_key"
    std::string_view sentence; ///< for people, without trailing period
};

[[nodiscard]] const FaultInfo& describe(Fault fault) noexcept;

} // namespace proxy::json
