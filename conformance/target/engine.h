// Between the suite and an engine: that containers can be started, reached, and see the daemon's socket is tried before anything is
// judged. The suite may be in a container itself, and what it was not given would otherwise look like the proxy's fault.
#pragma once

#include "conformance/target/adapter.h"

#include <iosfwd>
#include <string>

namespace conformance {

/// The image that containers are started of: that of the adapter, or of the word image:NAME in its command. Empty: there is none.
[[nodiscard]] std::string imageOf(const Adapter& adapter);

/// Starts one container and ends it, having brought its image to the engine where it was not there, which is told to `out`. Where there
/// is no image: nothing. Throws TargetError, whose text ends with what to do. To be called before there is another thread.
void tryEngine(const Adapter& adapter, std::ostream& out);

} // namespace conformance
