#include "proxy/relay/service.h"

namespace proxy::relay {

Service::Service(net::Loop& events, policy::Policy rules, std::string socketPath, const Times& times,
                 log::Log& destination)
    : loop(events)
    , policy(rules)
    , daemon(events, std::move(socketPath))
    , log(destination)
    , idleTime(events, times.idle)
    , headTime(events, times.head)
    , lingerTime(events, times.linger)
    , retryTime(events, times.retry) {}

} // namespace proxy::relay
