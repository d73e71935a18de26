#include "proxy/settings/names.h"

#include "proxy/policy/distance.h"
#include "proxy/settings/table.h"
#include "proxy/settings/text.h"

#include <algorithm>
#include <array>

namespace proxy::settings {
namespace {

// Found in ordinary environments, and within reach of a known name: HOST and PORT are one edit from POST;
// Podman and systemd set `container` for whatever runs in one.
constexpr std::array<std::string_view, 4> ordinary{"HOST", "PORT", "OAUTH", "container"};

struct Advice {
    std::string_view name; // a trailing '*' stands for any text
    std::string_view text;
};

// What other proxies take, and what their users bring along.
constexpr std::array<Advice, 12> foreign{{
    {"GET", "GET and HEAD always follow the section's variable"},
    {"HEAD", "GET and HEAD always follow the section's variable"},
    {"PUT", "POST=1 is for all methods other than GET and HEAD"},
    {"DELETE", "POST=1 is for all methods other than GET and HEAD"},
    {"PATCH", "POST=1 is for all methods other than GET and HEAD"},
    {"PORTS", "BIND_CONFIG says where to listen"},
    {"LISTEN", "BIND_CONFIG says where to listen"},
    {"ALLOWED_PATHS", "access is granted by section, CONTAINERS=1, or by operation, ALLOW_OPERATIONS"},
    {"ALLOW_KILL", "ALLOW_OPERATIONS=ContainerKill grants it"},
    {"ALLOW_EXEC", "ALLOW_OPERATIONS=\"ContainerExec ExecStart\" grants it"},
    {"SP_ALLOW*", "access is granted by section, CONTAINERS=1, or by operation, ALLOW_OPERATIONS"},
    {"CETUSGUARD_*", "access is granted by section, CONTAINERS=1, or by operation, ALLOW_OPERATIONS"},
}};

// What is done here, where a door's dialect does not have the variable.
constexpr std::array<Advice, 8> instead{{
    {"ALLOW_PAUSE", "ALLOW_OPERATIONS=ContainerPause grants pausing"},
    {"ALLOW_UNPAUSE", "ALLOW_OPERATIONS=ContainerUnpause grants unpausing"},
    {"ALLOW_ARCHIVE", "CONTAINERS=1 opens archive as well; DENY_OPERATIONS=\"ContainerArchive* "
                      "PutContainerArchive\" closes it"},
    {"ALLOW_CHANGES", "CONTAINERS=1 opens changes as well; DENY_OPERATIONS=ContainerChanges closes it"},
    {"ALLOW_EXPORT", "CONTAINERS=1 opens export as well; DENY_OPERATIONS=ContainerExport closes it"},
    {"ALLOW_LOGS", "CONTAINERS=1 opens logs as well; DENY_OPERATIONS=ContainerLogs closes it"},
    {"ALLOW_TOP", "CONTAINERS=1 opens top as well; DENY_OPERATIONS=ContainerTop closes it"},
    {"LIBPOD_*", "Podman's own API is proxied in DIALECT=linuxserver"},
}};

// Null: none is about it.
template <std::size_t size>
const Advice* adviceOf(const std::array<Advice, size>& all, std::string_view name) {
    const auto isAbout = [&](const Advice& each) {
        return each.name.ends_with('*') ? name.starts_with(each.name.substr(0, each.name.size() - 1))
                                        : name == each.name;
    };
    const auto* const found = std::ranges::find_if(all, isAbout);
    return found == all.end() ? nullptr : found;
}

// A short name is soon one edit from an innocent word; a long one is not.
std::size_t tolerance(std::string_view known) {
    return known.size() < 7 ? 1 : 2;
}

} // namespace

std::string_view nearest(std::string_view name) {
    const std::string meant = upper(name); // `containers=1` is a slip as well
    std::string_view found;
    std::size_t edits = std::string_view::npos;
    for (const Row& row : table()) {
        const std::size_t needed = policy::distance(meant, row.name);
        if (needed > tolerance(row.name) || needed >= edits) continue;
        found = row.name;
        edits = needed;
    }
    return found;
}

std::optional<std::string> warnOf(std::string_view name) {
    if (rowNamed(name) != nullptr || std::ranges::find(ordinary, name) != ordinary.end()) return std::nullopt;
    const std::string unknown = std::string(name).append(" is not known here and has no effect: ");
    if (const Advice* const other = adviceOf(foreign, upper(name))) return unknown + std::string(other->text);
    const std::string_view near = nearest(name);
    if (near.empty()) return std::nullopt;
    return unknown + "is " + std::string(near) + " meant?";
}

std::string_view insteadOf(std::string_view name) {
    const Advice* const found = adviceOf(instead, name);
    return found != nullptr ? found->text : "the other dialect has it";
}

} // namespace proxy::settings
