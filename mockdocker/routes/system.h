// Handlers of /_ping, /version, /info, OPTIONS, /build/…, /debug and of containers' archives.
#pragma once

#include "mockdocker/routes/route.h"

namespace mockdocker {

void ping(Call& call);
void options(Call& call);
void systemVersion(Call& call);
void systemInfo(Call& call);
void buildCancel(Call& call);
void buildPrune(Call& call);
void debugPprof(Call& call);
void diskUsage(Call& call);
void archiveGet(Call& call);
void archiveHead(Call& call);
void archivePut(Call& call);
void containerChanges(Call& call);
void containerUpdate(Call& call);
void containerExport(Call& call);
void removedCopy(Call& call);

} // namespace mockdocker
