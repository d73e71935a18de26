// Handlers of what an engine asks a registry: logins, searches, manifests, plugins. Every registry but the
// unreachable one is content with everything; there is no plugin but those with evergreen names.
#pragma once

#include "mockdocker/routes/route.h"

namespace mockdocker {

void systemAuth(Call& call);
void imageSearch(Call& call);
void distributionInspect(Call& call);
void pluginPrivileges(Call& call);
void pluginCreate(Call& call);
void pluginPull(Call& call);
void pluginUpgrade(Call& call);
void pluginEnable(Call& call);
void pluginSet(Call& call);
void noSuchPlugin(Call& call);

} // namespace mockdocker
