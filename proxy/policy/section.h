// The sections: the first segments of paths that the daemon serves, in Podman's API those behind /libpod, and
// which variable governs each. Immutable; used by any thread.
#pragma once

#include "proxy/policy/grants.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace proxy::policy {

/// First those of the Engine API that a variable governs, then libpod's, both in the order of the variables;
/// then those that none does.
enum class Section : std::uint8_t {
    auth,
    build,
    commit,
    configs,
    containers,
    distribution,
    events,
    exec,
    grpc,
    images,
    info,
    networks,
    nodes,
    ping,
    plugins,
    secrets,
    services,
    session,
    swarm,
    system,
    tasks,
    version,
    volumes,
    libpodBuild,
    libpodContainers,
    libpodEvents,
    libpodExec,
    libpodGenerate,
    libpodImages,
    libpodInfo,
    libpodManifests,
    libpodNetworks,
    libpodPing,
    libpodPlay,
    libpodPods,
    libpodSecrets,
    libpodSystem,
    libpodVersion,
    libpodVolumes,
    debug,
    pods,
};

struct SectionFacts {
    std::string_view path; ///< "_ping", "libpod/_ping"
    std::optional<Variable> governedBy{};
};

inline constexpr auto sections = [] {
    constexpr std::array<std::string_view, 2> ungoverned{"debug", "pods"};
    constexpr auto governed =
        std::ranges::count_if(allVariables, [](const VariableFacts& each) { return !each.section.empty(); });
    std::array<SectionFacts, static_cast<std::size_t>(governed) + ungoverned.size()> all{};
    std::size_t size = 0;
    for (std::size_t i = 0; i < allVariables.size(); ++i)
        if (!allVariables[i].section.empty())
            all[size++] = {allVariables[i].section, static_cast<Variable>(i)};
    for (const std::string_view path : ungoverned) all[size++] = {path};
    return all;
}();

[[nodiscard]] constexpr const SectionFacts& facts(Section section) noexcept {
    return sections[static_cast<std::size_t>(section)];
}

static_assert(facts(Section::auth).governedBy == Variable::auth && facts(Section::ping).path == "_ping" &&
              facts(Section::volumes).governedBy == Variable::volumes &&
              facts(Section::libpodContainers).governedBy == Variable::libpodContainers &&
              facts(Section::libpodVolumes).path == "libpod/volumes" &&
              facts(Section::debug).path == "debug" && facts(Section::pods).path == "pods");

/// By its path, case-sensitive, whole.
[[nodiscard]] std::optional<Section> sectionNamed(std::string_view path) noexcept;

} // namespace proxy::policy
