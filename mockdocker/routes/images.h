// Handlers of /images, /build, /commit and /volumes that change something.
#pragma once

#include "mockdocker/routes/route.h"

namespace mockdocker {

void imageCreate(Call& call);
void imageList(Call& call);
void imageInspect(Call& call);
void imageHistory(Call& call);
void imageTag(Call& call);
void imageGet(Call& call);
void imagePush(Call& call);
void imageDelete(Call& call);
void imageLoad(Call& call);
void imageBuild(Call& call);
void imageCommit(Call& call);
void volumeCreate(Call& call);
void volumeList(Call& call);
void volumeInspect(Call& call);
void volumeDelete(Call& call);
void volumeUpdate(Call& call);

} // namespace mockdocker
