#include "proxy/policy/dialect_rules.h"

#include "proxy/policy/alternatives.h"

#include <algorithm>
#include <array>

namespace proxy::policy {
namespace {

using enum Variable;

constexpr Holders containersOnly{Section::containers};
constexpr Holders podmansContainers{Section::libpodContainers};
constexpr Holders podmansPods{Section::libpodPods};
constexpr Holders all{Section::containers, Section::pods, Section::libpodContainers, Section::libpodPods};

template <std::size_t size>
constexpr std::array<Action, size> withBreadth(std::array<Action, size> actions) noexcept {
    for (Action& each : actions)
        for (const Action& other : actions)
            if (other.opener == each.opener)
                each.breadth = static_cast<std::uint8_t>(each.breadth + other.of.size());
    return actions;
}

constexpr auto tecnativaActions = withBreadth(std::to_array<Action>({
    {allowRestarts, Rule::allowRestarts, "stop", containersOnly},
    {allowRestarts, Rule::allowRestarts, "restart", containersOnly},
    {allowRestarts, Rule::allowRestarts, "kill", containersOnly},
    {allowStart, Rule::allowStart, "start", containersOnly},
    {allowStop, Rule::allowStop, "stop", containersOnly},
}));

constexpr auto linuxserverActions = withBreadth(std::to_array<Action>({
    {allowRestarts, Rule::linuxserverAction, "stop", all},
    {allowRestarts, Rule::linuxserverAction, "restart", all},
    {allowRestarts, Rule::linuxserverAction, "kill", all},
    {allowStart, Rule::linuxserverAction, "start", all},
    {allowStop, Rule::linuxserverAction, "stop", all},
    {allowPause, Rule::linuxserverAction, "pause", all},
    {allowUnpause, Rule::linuxserverAction, "unpause", all},
    {libpodAllowRestarts, Rule::linuxserverAction, "stop", podmansContainers},
    {libpodAllowRestarts, Rule::linuxserverAction, "restart", podmansContainers},
    {libpodAllowRestarts, Rule::linuxserverAction, "kill", podmansContainers},
    {libpodAllowStart, Rule::linuxserverAction, "start", podmansContainers},
    {libpodAllowStop, Rule::linuxserverAction, "stop", podmansContainers},
    {libpodAllowPause, Rule::linuxserverAction, "pause", podmansContainers},
    {libpodAllowUnpause, Rule::linuxserverAction, "unpause", podmansContainers},
    {libpodAllowPodRestarts, Rule::linuxserverAction, "stop", podmansPods},
    {libpodAllowPodRestarts, Rule::linuxserverAction, "restart", podmansPods},
    {libpodAllowPodRestarts, Rule::linuxserverAction, "kill", podmansPods},
    {libpodAllowPodStart, Rule::linuxserverAction, "start", podmansPods},
    {libpodAllowPodStop, Rule::linuxserverAction, "stop", podmansPods},
    {libpodAllowPodPause, Rule::linuxserverAction, "pause", podmansPods},
    {libpodAllowPodUnpause, Rule::linuxserverAction, "unpause", podmansPods},
}));

constexpr auto linuxserverGates = std::to_array<Gate>({
    {allowArchive, "archive"},
    {allowChanges, "changes"},
    {allowExport, "export"},
    {allowLogs, "logs"},
    {allowTop, "top"},
});

// All that can open one path, and its section's variable, have room.
static_assert(std::ranges::all_of(linuxserverActions, [](const Action& action) {
    return std::ranges::all_of(
        std::array{Section::containers, Section::libpodContainers, Section::libpodPods},
        [&](Section section) {
            return std::ranges::count_if(linuxserverActions, [&](const Action& other) {
                       return other.name == action.name && other.of.has(section);
                   }) < static_cast<std::ptrdiff_t>(Alternatives::most);
        });
}));

constexpr std::array<DialectRules, dialectNames.size()> table{{
    {locate, true, tecnativaActions, {}, {}, Rule::linuxserverGate, Rule::post, Rule::section, Rule::unknown},
    {locateWithLibpod, false, linuxserverActions, linuxserverGates, all, Rule::linuxserverGate,
     Rule::linuxserverPost, Rule::linuxserverSection, Rule::linuxserverUnknown},
}};

} // namespace

const DialectRules& rulesOf(Dialect dialect) noexcept {
    return table[static_cast<std::size_t>(dialect)];
}

} // namespace proxy::policy
