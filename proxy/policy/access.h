// All that decides about the requests of one client. A plain value, compiled into a Policy.
#pragma once

#include "proxy/policy/dialect.h"
#include "proxy/policy/grants.h"
#include "proxy/policy/operation_set.h"

namespace proxy::policy {

struct Access {
    Dialect dialect = Dialect::tecnativa;
    Grants grants = Grants::defaults(); ///< variables that the dialect does not have are of no effect
    OperationSet allowed{};             ///< ALLOW_OPERATIONS: whatever POST and the section say
    OperationSet denied{};              ///< DENY_OPERATIONS: whatever else is granted
    bool learn = false;                 ///< LEARN: what the grants would deny passes, and is told
    bool maskEnv = false;               ///< MASK_ENV: environments in answers are masked
};

} // namespace proxy::policy
