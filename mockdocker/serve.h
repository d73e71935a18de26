// One connection from its first byte to its end: heads read, faults applied,
// routes asked, everything recorded.
#pragma once

#include "mockdocker/faults/script.h"
#include "mockdocker/recorder.h"
#include "mockdocker/routes/identity.h"
#include "mockdocker/state/world.h"
#include "mockdocker/wire/connection.h"

#include <functional>
#include <memory>

namespace mockdocker {

struct Services {
    Recorder& recorder;
    FaultScript& script;
    World& world;
    const Identity& identity;
    std::function<void()> die; ///< what FaultKind::die calls; it must not wait for this thread
};

void serve(Connection& connection, const std::shared_ptr<RecordedConnection>& record,
           const Services& services);

} // namespace mockdocker
