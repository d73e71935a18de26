#include "proxy/relay/service.h"

namespace proxy::relay {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

} // namespace

Service::Service(net::Loop& events, policy::Policy rules, std::string socketPath, log::Log& destination)
    : loop(events)
    , policy(rules)
    , daemon(events, std::move(socketPath))
    , log(destination)
    , idleTime(events, hours(1))
    , headTime(events, seconds(10))
    , lingerTime(events, seconds(2))
    , retryTime(events, milliseconds(20)) {}

} // namespace proxy::relay
