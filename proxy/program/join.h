// What the settings and the rooms call by the same names: the rooms do not know the settings.
#pragma once

#include "proxy/log/log.h"
#include "proxy/net/listener.h"
#include "proxy/settings/settings.h"

namespace proxy::program {

[[nodiscard]] log::Level join(settings::LogLevel level) noexcept;
[[nodiscard]] log::Format join(settings::LogFormat format) noexcept;
[[nodiscard]] net::TcpPlace::Family join(settings::TcpListener::Family family) noexcept;

} // namespace proxy::program
