#include "proxy/guard/settings.h"

#include "proxy/guard/values.h"

#include <array>
#include <utility>

namespace proxy::guard {

bool isWithin(std::string_view path, std::string_view folder) noexcept {
    if (folder == "/") return true;
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::optional<Bind> readBind(std::string_view text) {
    const bool readOnly = text.ends_with(":ro");
    if (readOnly) text.remove_suffix(3);
    if (!isCleanPath(text)) return std::nullopt;
    return Bind{std::string(text), readOnly};
}

bool readHost(std::string_view word, Host& host) noexcept {
    static constexpr std::array<std::pair<std::string_view, bool Host::*>, 7> words{{
        {"network", &Host::network},
        {"pid", &Host::pid},
        {"ipc", &Host::ipc},
        {"uts", &Host::uts},
        {"userns", &Host::userns},
        {"cgroup", &Host::cgroup},
        {"container", &Host::container},
    }};
    for (const auto& [name, member] : words) {
        if (name != word) continue;
        host.*member = true;
        return true;
    }
    return false;
}

std::optional<std::string_view> readCap(std::string_view text) noexcept {
    return capabilityNamed(text);
}

bool isDevice(std::string_view text) noexcept {
    return isCleanPath(text);
}

bool isNetwork(std::string_view text) noexcept {
    return isName(text);
}

} // namespace proxy::guard
