// Handlers of /networks: the predefined three, and evergreen names.
#pragma once

#include "mockdocker/routes/route.h"

namespace mockdocker {

void networkList(Call& call);
void networkInspect(Call& call);
void networkCreate(Call& call);
void networkConnect(Call& call);
void networkDelete(Call& call);

} // namespace mockdocker
