// The elements of the guard's lists, as operators write them. Pure. What a client may then ask for is
// decided in proxy/guard.
#pragma once

#include "proxy/guard/settings.h"

#include <string>
#include <string_view>

namespace proxy::settings {

/// Each takes one element in, or says what is wrong with it and what to do: words that follow the element.
[[nodiscard]] std::string takeBind(guard::Settings& settings, std::string_view element);
[[nodiscard]] std::string takeHost(guard::Settings& settings, std::string_view element);
[[nodiscard]] std::string takeCap(guard::Settings& settings, std::string_view element);
[[nodiscard]] std::string takeDevice(guard::Settings& settings, std::string_view element);
[[nodiscard]] std::string takeNetwork(guard::Settings& settings, std::string_view element);

/// The whole list, as it would be set.
[[nodiscard]] std::string showBinds(const guard::Settings& settings);
[[nodiscard]] std::string showHost(const guard::Settings& settings);
[[nodiscard]] std::string showCaps(const guard::Settings& settings);
[[nodiscard]] std::string showDevices(const guard::Settings& settings);
[[nodiscard]] std::string showNetworks(const guard::Settings& settings);

} // namespace proxy::settings
