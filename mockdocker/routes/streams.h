// Handlers that keep a connection busy: hijacks, and answers that go on.
#pragma once

#include "mockdocker/routes/route.h"

namespace mockdocker {

void containerAttach(Call& call);
void containerAttachWebsocket(Call& call);
void execStart(Call& call);
void containerLogs(Call& call);
void containerWait(Call& call);
void containerStats(Call& call);
void systemEvents(Call& call);
void session(Call& call);
void serveGrpc(Call& call);

} // namespace mockdocker
