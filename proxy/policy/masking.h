// Which answers may hold environments, and in which form: what MASK_ENV goes by. Pure; the reasons are in
// docs/rules.md, section "Masking".
#pragma once

#include <cstdint>

namespace proxy::policy {

struct Operation;
struct Place;

enum class Masking : std::uint8_t {
    none,      ///< it holds none, and passes as it is
    document,  ///< in one JSON document
    documents, ///< in JSON documents, any number of them one behind the other
    withheld,  ///< in a form that cannot be masked
};

/// Of the answer to a request which the daemon routes to `operation`; null: it may be Podman that answers.
[[nodiscard]] Masking maskingOf(const Operation* operation, const Place& place) noexcept;

} // namespace proxy::policy
