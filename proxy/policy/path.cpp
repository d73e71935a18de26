#include "proxy/policy/path.h"

#include <algorithm>

namespace proxy::policy {
namespace {

// The daemon's "/v{version:[0-9.]+}", registered before every route: lower case, at most
// once. Its size; 0: there is none.
std::size_t sizeOfPrefix(std::string_view path) noexcept {
    if (!path.starts_with("/v")) return 0;
    const auto isOfVersion = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    std::size_t end = 2;
    while (end < path.size() && isOfVersion(path[end])) ++end;
    return end == 2 || end == path.size() || path[end] != '/' ? 0 : end;
}

// The number at the beginning of `version`, which is taken off with the dot behind it.
unsigned takeNumber(std::string_view& version) noexcept {
    constexpr std::size_t mostDigits = 9;
    const std::string_view digits = version.substr(0, version.find('.'));
    version.remove_prefix(std::min(digits.size() + 1, version.size()));
    unsigned number = 0;
    if (digits.size() <= mostDigits)
        for (const char digit : digits) number = number * 10 + static_cast<unsigned>(digit - '0');
    return number;
}

// Without the slashes around it; nothing where `path` does not begin with one.
std::string_view firstSegment(std::string_view path) noexcept {
    if (!path.starts_with('/')) return {};
    path.remove_prefix(1);
    return path.substr(0, path.find('/'));
}

Place withoutVersion(std::string_view path) noexcept {
    Place place;
    const std::size_t prefix = sizeOfPrefix(path);
    if (prefix != 0) place.version = path.substr(2, prefix - 2);
    place.rest = path.substr(prefix);
    return place;
}

} // namespace

bool isContainerName(std::string_view text) noexcept {
    const auto isOfName = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '.' || c == '-';
    };
    return !text.empty() && std::ranges::all_of(text, isOfName);
}

bool isOlderThan124(std::string_view version) noexcept {
    const unsigned major = takeNumber(version);
    const unsigned minor = takeNumber(version);
    return major < 1 || (major == 1 && minor < 24);
}

Place locate(std::string_view path) noexcept {
    Place place = withoutVersion(path);
    place.section = sectionNamed(firstSegment(place.rest));
    return place;
}

Place locateWithLibpod(std::string_view path) noexcept {
    constexpr std::string_view libpod = "/libpod";
    Place place = withoutVersion(path);
    std::string_view segment = firstSegment(place.rest);
    if (segment == libpod.substr(1)) {
        const std::string_view behind = firstSegment(place.rest.substr(libpod.size()));
        if (!behind.empty()) segment = place.rest.substr(1, libpod.size() + behind.size());
    }
    place.section = sectionNamed(segment);
    return place;
}

Member memberAt(const Place& place) noexcept {
    if (!place.section) return {};
    const std::size_t before = facts(*place.section).path.size() + 2; // and the slashes around it
    if (place.rest.size() <= before) return {};
    const std::string_view text = place.rest.substr(before);
    const auto end = text.find('/');
    return end == std::string_view::npos ? Member{} : Member{text.substr(0, end), text.substr(end + 1)};
}

} // namespace proxy::policy
