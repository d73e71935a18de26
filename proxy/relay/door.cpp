#include "proxy/relay/door.h"

namespace proxy::relay {

DoorGuard::DoorGuard(guard::Guard guard)
    : guard_(std::move(guard)) {
    if (!guard_.on()) return;
    treatments_.reserve(policy::operations().size());
    for (const policy::Operation& operation : policy::operations())
        treatments_.push_back(guard_.treatmentOf(operation.id, operation.method));
}

} // namespace proxy::relay
