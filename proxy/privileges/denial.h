// Why a socket may not be opened, and which flag changes that. Pure.
#pragma once

#include "proxy/privileges/access.h"

#include <string>

namespace proxy::privileges {

/// Continues "… may not be opened (permission denied)": by whom, whose it is, what to do.
[[nodiscard]] std::string explainDenial(const Identity& who, const Way& way);

} // namespace proxy::privileges
