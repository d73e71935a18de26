// Serving: settings become sockets, and the process runs until a signal ends it.
#pragma once

#include "proxy/settings/settings.h"

namespace proxy::program {

/// Returns the exit status: 0 after a signal, exitConfig when the settings are wrong, exitUnavailable when a listener
/// cannot be opened. Why is logged, in the format that was asked for; mistakes on standard error.
[[nodiscard]] int serve(const settings::Reading& reading);

} // namespace proxy::program
