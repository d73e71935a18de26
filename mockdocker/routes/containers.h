// Handlers of /containers and /exec, the streams excepted.
#pragma once

#include "mockdocker/routes/route.h"

#include <memory>

namespace mockdocker {

void containerCreate(Call& call);
void containerList(Call& call);
void containerInspect(Call& call);
void containerStart(Call& call);
void containerStop(Call& call);
void containerRestart(Call& call);
void containerKill(Call& call);
void containerPause(Call& call);
void containerUnpause(Call& call);
void containerRename(Call& call);
void containerResize(Call& call);
void containerTop(Call& call);
void containerDelete(Call& call);
void containerPrune(Call& call);
void containerExec(Call& call);
void execInspect(Call& call);
void execResize(Call& call);
/// For routes whose canned answer holds for every container there is: 404 otherwise. The canned answer is in
/// `call`'s route, so these only check.
[[nodiscard]] bool containerExists(Call& call);

/// The container of call.name(), or 404 answered and null. Takes the world's lock for the look-up only.
[[nodiscard]] std::shared_ptr<Container> requireContainer(Call& call);
/// The JSON body, or the daemon's complaint answered and null.
[[nodiscard]] Poco::JSON::Object::Ptr requireJson(Call& call);

} // namespace mockdocker
