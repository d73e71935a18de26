#include "proxy/relay/service.h"

namespace proxy::relay {

Service::Service(net::Loop& events, std::string socketPath, const Times& times, std::size_t mostPipes,
                 std::size_t mostOfBodies, log::Log& destination)
    : loop(events)
    , pools(mostPipes)
    , daemon(events, std::move(socketPath), times.pooled)
    , log(destination)
    , idleTime(events, times.idle)
    , headTime(events, times.head)
    , lingerTime(events, times.linger)
    , retryTime(events, times.retry)
    , mostInspected(mostOfBodies) {}

} // namespace proxy::relay
