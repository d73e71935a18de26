// Where clients come in, as far as it concerns what they may do: one policy, one guard, and the name that the log
// tells it by. Listeners lead to doors, several to the same one if need be; a connection belongs to the door that
// it came by.
#pragma once

#include "proxy/guard/guard.h"
#include "proxy/metrics/exposition.h"
#include "proxy/policy/policy.h"

#include <string>
#include <vector>

namespace proxy::relay {

/// A guard, and what it does with each operation, found by the operation's place in the table and not by its name:
/// on a guarded door what is not judged costs what it costs on any other.
class DoorGuard {
public:
    DoorGuard() = default;         ///< none: everything passes
    DoorGuard(guard::Guard guard); // NOLINT: what else would a door's guard be made of

    [[nodiscard]] bool on() const noexcept { return !treatments_.empty(); }
    /// On a door that is guarded. `operation` is null where there is none.
    [[nodiscard]] guard::Treatment treatmentOf(const policy::Operation* operation,
                                               std::string_view method) const noexcept {
        if (operation == nullptr) return guard_.treatmentOf({}, method);
        return treatments_[static_cast<std::size_t>(operation - policy::operations().data())];
    }
    const guard::Guard* operator->() const noexcept { return &guard_; }

private:
    guard::Guard guard_{{}};
    std::vector<guard::Treatment> treatments_; ///< in the order of policy::operations()
};

struct Door {
    std::string name; ///< empty: the one without a name, of which the log tells nothing
    policy::Policy policy;
    DoorGuard guard{};
    metrics::Counters* counters =
        nullptr; ///< where what comes by here is counted; null: nowhere. Outlives the door
    /// Null, but for the door to which METRICS_BIND leads: whoever comes by there is told these, and nothing else.
    const metrics::Metrics* metrics = nullptr;
};

} // namespace proxy::relay
