#include "proxy/settings/names.h"

#include "proxy/settings/table.h"
#include "proxy/settings/text.h"

#include <algorithm>
#include <array>

namespace proxy::settings {
namespace {

// Found in ordinary environments, and within reach of a known name: HOST and PORT are one edit from POST;
// Podman and systemd set `container` for whatever runs in one.
constexpr std::array<std::string_view, 4> ordinary{"HOST", "PORT", "OAUTH", "container"};

struct Foreign {
    std::string_view name; // a trailing '*' stands for any text
    std::string_view advice;
};

// What other proxies take, and what their users bring along.
constexpr std::array<Foreign, 20> foreign{{
    {"GET", "GET and HEAD always follow the section's variable"},
    {"HEAD", "GET and HEAD always follow the section's variable"},
    {"PUT", "POST=1 is for all methods other than GET and HEAD"},
    {"DELETE", "POST=1 is for all methods other than GET and HEAD"},
    {"PATCH", "POST=1 is for all methods other than GET and HEAD"},
    {"PORTS", "BIND_CONFIG says where to listen"},
    {"LISTEN", "BIND_CONFIG says where to listen"},
    {"ALLOWED_PATHS", "access is granted by section: CONTAINERS=1, IMAGES=1, ..."},
    {"ALLOW_PAUSE", "pausing needs CONTAINERS=1 and POST=1"},
    {"ALLOW_UNPAUSE", "unpausing needs CONTAINERS=1 and POST=1"},
    {"ALLOW_KILL", "ALLOW_RESTARTS=1 and POST=1 grant stop, restart and kill"},
    {"ALLOW_EXEC", "creating an exec needs CONTAINERS=1 and POST=1, starting it EXEC=1 and POST=1"},
    {"ALLOW_ARCHIVE", "CONTAINERS=1 opens archive as well, nothing here closes it"},
    {"ALLOW_CHANGES", "CONTAINERS=1 opens changes as well, nothing here closes it"},
    {"ALLOW_EXPORT", "CONTAINERS=1 opens export as well, nothing here closes it"},
    {"ALLOW_LOGS", "CONTAINERS=1 opens logs as well, nothing here closes it"},
    {"ALLOW_TOP", "CONTAINERS=1 opens top as well, nothing here closes it"},
    {"LIBPOD_*", "Podman's own API is not proxied"},
    {"SP_ALLOW*", "access is granted by section: CONTAINERS=1, IMAGES=1, ..."},
    {"CETUSGUARD_*", "access is granted by section: CONTAINERS=1, IMAGES=1, ..."},
}};

bool isNamed(const Foreign& each, std::string_view name) {
    return each.name.ends_with('*') ? name.starts_with(each.name.substr(0, each.name.size() - 1))
                                    : name == each.name;
}

// A short name is soon one edit from an innocent word; a long one is not.
std::size_t tolerance(std::string_view known) {
    return known.size() < 7 ? 1 : 2;
}

} // namespace

bool isKnown(std::string_view name) {
    return std::ranges::find(table(), name, &Row::name) != table().end();
}

std::optional<std::string> warnOf(std::string_view name) {
    if (isKnown(name) || std::ranges::find(ordinary, name) != ordinary.end()) return std::nullopt;
    const std::string meant = upper(name); // `containers=1` is a slip as well
    const auto other =
        std::ranges::find_if(foreign, [&](const Foreign& each) { return isNamed(each, meant); });
    if (other != foreign.end())
        return std::string(name).append(" is not known here and has no effect: ").append(other->advice);
    std::string_view nearest;
    std::size_t edits = std::string_view::npos;
    for (const Row& row : table()) {
        const std::size_t needed = distance(meant, row.name);
        if (needed > tolerance(row.name) || needed >= edits) continue;
        nearest = row.name;
        edits = needed;
    }
    if (nearest.empty()) return std::nullopt;
    return std::string(name)
        .append(" is not known here and has no effect: is ")
        .append(nearest)
        .append(" meant?");
}

} // namespace proxy::settings
