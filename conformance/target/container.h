// A target that is an image: what `docker` has to be told, by the command line of that name in the PATH.
//
// The suite holds `docker run`, which passes signals on and ends with the container; but where that has to be
// killed the container would live on, and what is to be seen of the proxy's process is the container's.
#pragma once

#include "conformance/target/adapter.h"

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace conformance {

struct Container {
    std::string name;       ///< unique on the engine
    std::string socketPath; ///< the daemon's, outside
    std::uint16_t port = 0; ///< of 127.0.0.1, outside
    unsigned openFiles = 0; ///< limit; 0: the engine's default
};

/// A name that no other run of the suite uses.
[[nodiscard]] std::string newContainerName();

/// `docker run …`: `environment` is the container's.
[[nodiscard]] std::vector<std::string> runCommand(const Adapter& adapter, const Container& container,
                                                  const Environment& environment);

/// The process id of the container's program as it is called here, or -1: the engine may run elsewhere, or this program in a
/// container.
[[nodiscard]] pid_t processOf(const std::string& name);

/// Ends and removes them, whatever state they are in; none of a name is as well.
void removeContainers(const std::vector<std::string>& names);

} // namespace conformance
