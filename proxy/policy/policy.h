// The decision: may this request pass, by which rule, and what would allow it.
// Pure and immutable, shared by threads; allocates nothing, does no I/O.
#pragma once

#include "proxy/policy/access.h"
#include "proxy/policy/alternatives.h"
#include "proxy/policy/masking.h"
#include "proxy/policy/operation.h"
#include "proxy/policy/rule.h"

#include <concepts>
#include <string_view>

namespace proxy::policy {

struct Verdict {
    bool allowed = false;
    /// Allowed for learning only: what follows is said as of the denial that it would be.
    bool learned = false;
    Rule rule{}; ///< the rule that decided
    /// The Engine API operation the daemon would route to; null when there is none, as for Podman's own.
    const Operation* operation = nullptr;
    bool hijack = false;             ///< the exchange can end in a tunnel
    Masking masking = Masking::none; ///< allowed: what is to be done with the answer
    /// Denied: ALLOW_OPERATIONS could name the operation, and then it would be allowed.
    bool byName = false;
    /// Denied: the variables which, granted as well, allow it, the narrowest such set; empty when none can.
    Grants wouldAllow{};
    /// Denied: all such sets that are not more than another.
    Alternatives missing{};
};

class Policy {
public:
    /// A template so that `Policy({})` means grants.
    explicit Policy(const std::same_as<Access> auto& access) noexcept
        : access_(access) {}
    /// Of dialect tecnativa.
    explicit Policy(Grants grants) noexcept
        : Policy(Access{.grants = grants}) {}

    /// `path`: the target's path, percent-decoded once, without query; case-sensitive, as the daemon's routes
    /// are. The rules are those of docs/rules.md in their order: the first that matches decides.
    [[nodiscard]] Verdict decide(std::string_view method, std::string_view path) const noexcept;

    [[nodiscard]] const Access& access() const noexcept { return access_; }

private:
    Access access_;
};

/// Denied operations whose path passes behind /libpod: Podman's twins have no names to deny them by, only
/// their section's variable and ALLOW_*. None in dialect tecnativa. Allocates.
[[nodiscard]] OperationSet openTwins(const Access& access);

} // namespace proxy::policy
