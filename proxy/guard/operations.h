// What a guarded door does with each operation of the Engine API. Three tables, and every operation is in
// exactly one: those that are judged, those that are harmless, each with the reason why, and those that are
// refused. What is in none, a new operation, is refused.
#pragma once

#include "proxy/guard/keys.h"
#include "proxy/guard/rule.h"
#include "proxy/guard/settings.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace proxy::guard {

enum class BodyKind : std::uint8_t {
    unread,   ///< judged by its query; the body is empty or opaque, but must not be a form
    object,   ///< one JSON object
    optional, ///< one JSON object, null or nothing
};

/// Judged by its API version, query, body and path.
struct Judged {
    std::string_view id;
    BodyKind body;
    Object root;
    bool Settings::*needs; ///< what must be set besides, or null
    Rule otherwise;        ///< what it is refused with when it is not
    std::string_view reason;
};

/// Passed on as it is.
struct Harmless {
    std::string_view id;
    std::string_view reason;
};

/// Refused; or passed on as it is where the setting says so.
struct Refused {
    std::string_view id;
    Rule rule;
    bool Settings::*unless; ///< or null
};

/// A parameter of a judged operation's query; `judge` of a value that is not empty, or null.
struct Parameter {
    std::string_view id;
    std::string_view name;
    Judge judge;
    std::uint8_t since;
    std::string_view reason;
};

[[nodiscard]] std::span<const Judged> judgedOperations() noexcept;
[[nodiscard]] std::span<const Harmless> harmlessOperations() noexcept;
[[nodiscard]] std::span<const Refused> refusedOperations() noexcept;
[[nodiscard]] std::span<const Parameter> parameters() noexcept;

[[nodiscard]] const Judged* findJudged(std::string_view id) noexcept;
[[nodiscard]] const Refused* findRefused(std::string_view id) noexcept;
[[nodiscard]] bool isHarmless(std::string_view id) noexcept;
/// Of one of judgedOperations().
[[nodiscard]] std::span<const Parameter> parametersOf(const Judged& operation) noexcept;

} // namespace proxy::guard
