// `--healthcheck`: asks the proxy's own listener for /_ping, so that an image without
// shell or curl has a HEALTHCHECK.
#pragma once

#include "proxy/settings/settings.h"

#include <iosfwd>

namespace proxy::program {

/// 0: the proxy answers at every door, and the daemon behind it, too (or PING is revoked, and the proxy says
/// so). 1 otherwise; why is printed, behind a door's name where it has one. The listeners' addresses are taken
/// from the settings: `localhost`, whatever it may mean, is not involved.
[[nodiscard]] int healthcheck(const settings::Settings& settings, std::ostream& out);

} // namespace proxy::program
