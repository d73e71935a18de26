#include "proxy/policy/path.h"

#include <algorithm>

namespace proxy::policy {
namespace {

// The daemon's "/v{version:[0-9.]+}", registered before every route: lower case, at most once. Its size; 0:
// there is none.
std::size_t sizeOfPrefix(std::string_view path) noexcept {
    if (!path.starts_with("/v")) return 0;
    const auto end = path.find_first_not_of("0123456789.", 2);
    return end == std::string_view::npos || end == 2 || path[end] != '/' ? 0 : end;
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

std::string_view firstSegment(std::string_view path) noexcept {
    if (!path.starts_with('/')) return {};
    path.remove_prefix(1);
    return path.substr(0, path.find('/'));
}

// One comparison a request: no two sections agree in length and in the character looked at.
constexpr std::optional<Variable> candidate(std::string_view segment) noexcept {
    using enum Variable;
    switch (segment.size()) {
    case 4:
        switch (segment[0]) {
        case 'a':
            return auth;
        case 'e':
            return exec;
        case 'g':
            return grpc;
        default:
            return info;
        }
    case 5:
        switch (segment[0]) {
        case '_':
            return ping;
        case 'b':
            return build;
        case 'n':
            return nodes;
        case 's':
            return swarm;
        default:
            return tasks;
        }
    case 6:
        switch (segment[0]) {
        case 'c':
            return commit;
        case 'e':
            return events;
        case 'i':
            return images;
        default:
            return system;
        }
    case 7:
        switch (segment[2]) {
        case 'n':
            return configs;
        case 'u':
            return plugins;
        case 'c':
            return secrets;
        case 's':
            return session;
        case 'r':
            return version;
        default:
            return volumes;
        }
    case 8:
        return segment[0] == 'n' ? networks : services;
    case 10:
        return containers;
    case 12:
        return distribution;
    default:
        return std::nullopt;
    }
}

static_assert(std::ranges::all_of(variables, [](const VariableFacts& each) {
    return each.section.empty() || candidate(each.section) == variableNamed(each.name);
}));

} // namespace

std::optional<Variable> sectionNamed(std::string_view segment) noexcept {
    const auto found = candidate(segment);
    return found && facts(*found).section == segment ? found : std::nullopt;
}

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
    Place place;
    const std::size_t prefix = sizeOfPrefix(path);
    if (prefix != 0) place.version = path.substr(2, prefix - 2);
    place.rest = path.substr(prefix);
    place.segment = firstSegment(place.rest);
    place.section = sectionNamed(place.segment);
    return place;
}

} // namespace proxy::policy
