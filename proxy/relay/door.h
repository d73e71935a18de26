// Where clients come in, as far as it concerns what they may do: one policy, one guard, and the name that the log tells it by.
// Listeners lead to doors, several to the same one if need be; a connection belongs to the door that it came by.
#pragma once

#include "proxy/guard/guard.h"
#include "proxy/policy/policy.h"

#include <string>

namespace proxy::relay {

struct Door {
    std::string name; ///< empty: the one without a name, of which the log tells nothing
    policy::Policy policy;
    guard::Guard guard{{}};
};

} // namespace proxy::relay
