#include "proxy/log/probe.h"

namespace proxy::log {

Level levelOf(Level usual, const Access& access) noexcept {
    if (access.target != probeTarget || access.method != "GET") return usual;
    const bool answered = access.verdict == "allow" && access.status == 200;
    const bool revoked =
        access.verdict == "deny" && access.status == 403; // PING=0: the proxy answers, and that will do
    const bool plain = access.received == 0 && access.note.empty();
    return (answered || revoked) && plain ? Level::debug : usual;
}

} // namespace proxy::log
