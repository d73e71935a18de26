// Serving: settings become sockets, and the process runs until a signal ends it.
#pragma once

#include "proxy/settings/settings.h"

namespace proxy::program {

/// Returns the exit status: 0 after a signal, exitUnavailable when a listener cannot be opened.
[[nodiscard]] int serve(const settings::Reading& reading);

} // namespace proxy::program
