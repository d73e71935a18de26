// What a guarded door refuses, in words: for --check and --explain.
#pragma once

#include "proxy/guard/guard.h"
#include "proxy/policy/policy.h"
#include "proxy/settings/settings.h"

#include <iosfwd>
#include <string_view>

namespace proxy::program {

/// The profile, and which of the operations that the door grants are refused whatever a request says, by the
/// variable that would allow them: a line each. Nothing where the door is not guarded.
void printGuard(std::ostream& out, const settings::Door& door);

/// In the layout of policy::explain, of a request that the grants allow. Exit status 0, or 1 when it is refused.
int printJudgement(std::ostream& out, const guard::Guard& guard, const guard::Request& request,
                   const policy::Verdict& verdict, std::string_view target);

} // namespace proxy::program
