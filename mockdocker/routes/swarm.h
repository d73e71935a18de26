// Handlers of /swarm and of what a swarm's manager keeps: services, nodes, tasks, secrets, configs. Nothing
// is kept here: evergreen names and the ids that create requests answer exist, no others.
#pragma once

#include "mockdocker/routes/route.h"

namespace mockdocker {

/// False when this is no manager, which has been answered then.
[[nodiscard]] bool requireManager(Call& call);
void swarmInit(Call& call);
void swarmJoin(Call& call);
void swarmLeave(Call& call);
void swarmUnlock(Call& call);
void swarmUpdate(Call& call);
void serviceCreate(Call& call);
void serviceUpdate(Call& call);
void swarmLogs(Call& call);
void nodeUpdate(Call& call);
void secretCreate(Call& call);
void secretUpdate(Call& call);
void noSuchObject(Call& call);

} // namespace mockdocker
