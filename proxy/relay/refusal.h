// What a guard's refusal says: to the client, and in the log. Pure.
#pragma once

#include "proxy/guard/guard.h"

#include <string>
#include <string_view>

namespace proxy::relay {

/// A sentence, below 1 KiB: "ContainerCreate is refused: HostConfig.PidMode = host: The host's processes are shared;
/// it would be allowed with GUARD_HOST=pid [guard.create.pid_mode]". `operation`: its id, empty where it has none.
[[nodiscard]] std::string refusalOf(const guard::Judgement& judgement, std::string_view operation);

/// "HostConfig.PidMode = host"; without the value where that may be a secret.
[[nodiscard]] std::string noteOf(const guard::Judgement& judgement);

} // namespace proxy::relay
