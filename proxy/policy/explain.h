// Verdicts in words: the body of a 403, and what `--explain` prints.
#pragma once

#include "proxy/policy/policy.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace proxy::policy {

/// Enough for every denial: what the client chose, its method and target, is cut to length.
inline constexpr std::size_t maxDenialSize = 1024;

/// The body that answers a denial: {"message":"…"}, the daemon's error schema, which command lines and SDKs
/// print. Names the operation, what would grant it and the rule. `target` is the one sent; what is not
/// printable ASCII is shown percent-encoded. Never fails, never allocates; the view is into `out`.
[[nodiscard]] std::string_view writeDenial(const Verdict& verdict, std::string_view method,
                                           std::string_view target,
                                           std::span<char, maxDenialSize> out) noexcept;

/// All ways to grant what was denied, or passes for learning only: "POST=1 and one of CONTAINERS=1,
/// ALLOW_START=1, or with ALLOW_OPERATIONS=ContainerStart"; empty when nothing can. Verdict::wouldAllow holds
/// but the narrowest.
[[nodiscard]] std::string alternatives(const Verdict& verdict);

/// Several lines: the verdict, the operation, the rule, whether it passes for learning only, and what would
/// allow it. Ends with a newline.
[[nodiscard]] std::string explain(const Verdict& verdict, std::string_view method, std::string_view target);

} // namespace proxy::policy
