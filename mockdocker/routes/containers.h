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
/// The container of call.name(), or 404 answered (behind `complaint`) and null. Takes the
/// world's lock for the look-up only.
[[nodiscard]] std::shared_ptr<Container> requireContainer(Call& call, const std::string& complaint = {});
[[nodiscard]] std::shared_ptr<Container> requireContainerNamed(Call& call, const std::string& name,
                                                               const std::string& complaint = {});
/// The JSON body, or the daemon's complaint answered and null. `viaRunconfig`: read by runconfig's decoder
/// (create, update), which had other words and a 500 before 23.0.
[[nodiscard]] Poco::JSON::Object::Ptr requireJson(Call& call, bool viaRunconfig = false);

} // namespace mockdocker
