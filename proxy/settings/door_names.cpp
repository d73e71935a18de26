#include "proxy/settings/door_names.h"

#include <algorithm>

namespace proxy::settings {
namespace {

constexpr std::string_view separator = "__";

constexpr bool isUpper(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}

} // namespace

bool isDoorName(std::string_view name) noexcept {
    const auto fits = [](char c) { return isUpper(c) || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && isUpper(name.front()) && !name.ends_with('_') &&
           name.find(separator) == std::string_view::npos && std::ranges::all_of(name, fits);
}

std::optional<DoorVariable> doorVariable(std::string_view name) noexcept {
    const auto last = name.rfind(separator);
    if (last == std::string_view::npos) return std::nullopt;
    const std::string_view behind = name.substr(last + separator.size());
    if (const Row* const row = rowNamed(behind)) return DoorVariable{name.substr(0, last), behind, row};
    const auto first = name.find(separator);
    const DoorVariable unknown{name.substr(0, first), name.substr(first + separator.size())};
    return isDoorName(unknown.door) ? std::optional(unknown) : std::nullopt;
}

} // namespace proxy::settings
