// The decision: may this request pass, by which rule, and what would allow it.
// Pure and immutable, shared by threads; allocates nothing, does no I/O.
#pragma once

#include "proxy/policy/alternatives.h"
#include "proxy/policy/grants.h"
#include "proxy/policy/operation.h"
#include "proxy/policy/rule.h"

#include <string_view>

namespace proxy::policy {

struct Verdict {
    bool allowed = false;
    Rule rule{}; ///< the rule that decided
    /// The Engine API operation the daemon would route to; null when there is none.
    const Operation* operation = nullptr;
    /// Denied: the variables which, granted as well, allow it, the narrowest such set; empty when none can.
    Grants wouldAllow{};
    /// Denied: all such sets that are not more than another.
    Alternatives missing{};
};

class Policy {
public:
    explicit Policy(Grants grants) noexcept
        : grants_(grants) {}

    /// `path`: the target's path, percent-decoded once, without query; case-sensitive, as the daemon's routes
    /// are. The rules are those of rule.h in their order: the first that matches decides.
    [[nodiscard]] Verdict decide(std::string_view method, std::string_view path) const noexcept;

private:
    Grants grants_;
};

} // namespace proxy::policy
