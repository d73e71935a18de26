// The decision: may this request pass, by which rule, and what would allow it. Pure, immutable, no allocation, no I/O.
#pragma once

#include "proxy/policy/grants.h"
#include "proxy/policy/operation.h"
#include "proxy/policy/rule.h"

#include <string_view>

namespace proxy::policy {

struct Verdict {
    bool allowed = false;
    Rule rule{};                           ///< the rule that decided
    const Operation* operation = nullptr;  ///< the Engine API operation the daemon would route to; null when none
    Grants wouldAllow;                     ///< denied: the variables which, granted as well, allow it; empty when none can
};

class Policy {
public:
    explicit Policy(Grants grants) noexcept : grants_(grants) {}

    /// `path`: the target's path, percent-decoded once, without query. Case-sensitive, as the daemon's routes are.
    [[nodiscard]] Verdict decide(std::string_view method, std::string_view path) const noexcept;

private:
    Grants grants_;
};

} // namespace proxy::policy
