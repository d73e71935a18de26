// Why the daemon's socket cannot be reached, for people: by errno, by what stands at its path, by who we are, and by
// whether the remedy is a flag of `docker run` or something to be done here.
#pragma once

#include "proxy/privileges/access.h"

#include <string>

namespace proxy::privileges {

/// All that there is to be seen after connect(2) has failed.
struct Finding {
    int error = 0;
    Way way;
    Identity who;
    bool inContainer = false;
};

/// A sentence that begins with the socket's path and ends with what to do. Pure.
[[nodiscard]] std::string diagnose(const std::string& socketPath, const Finding& finding);

/// The same, of what is to be seen now.
[[nodiscard]] std::string diagnose(const std::string& socketPath, int error);

/// Whether this process runs in a container of Docker, Podman or Kubernetes.
[[nodiscard]] bool inContainer();

} // namespace proxy::privileges
