// The sections: the first segments of paths that the daemon serves, in Podman's API those behind /libpod, and
// which variable governs each. Immutable; used by any thread.
#pragma once

#include "proxy/policy/grants.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace proxy::policy {

/// How many variables that govern a section stand before this one.
[[nodiscard]] constexpr std::uint8_t sectionsBefore(std::size_t variable) noexcept {
    std::uint8_t count = 0;
    for (std::size_t i = 0; i < variable; ++i)
        if (!allVariables[i].section.empty()) ++count;
    return count;
}
[[nodiscard]] constexpr std::uint8_t sectionOf(Variable variable) noexcept {
    return sectionsBefore(static_cast<std::size_t>(variable));
}
inline constexpr std::uint8_t governedSections = sectionsBefore(allVariables.size());

/// An index into `sections`: first those that a variable governs, in the order of the variables, then those
/// that none does. Named are those that are asked for by name.
enum class Section : std::uint8_t {
    containers = sectionOf(Variable::containers),
    info = sectionOf(Variable::info),
    ping = sectionOf(Variable::ping),
    version = sectionOf(Variable::version),
    libpodContainers = sectionOf(Variable::libpodContainers),
    libpodExec = sectionOf(Variable::libpodExec),
    libpodGenerate = sectionOf(Variable::libpodGenerate),
    libpodPing = sectionOf(Variable::libpodPing),
    libpodPods = sectionOf(Variable::libpodPods),
    libpodVolumes = sectionOf(Variable::libpodVolumes),
    debug = governedSections,
    pods,
};

struct SectionFacts {
    std::string_view path; ///< "_ping", "libpod/_ping"
    std::optional<Variable> governedBy{};
};

inline constexpr auto sections = []() {
    constexpr std::array<std::string_view, 2> ungoverned{"debug", "pods"};
    std::array<SectionFacts, governedSections + ungoverned.size()> all{};
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

static_assert(facts(Section::ping).path == "_ping" &&
              facts(Section::containers).governedBy == Variable::containers &&
              facts(Section::libpodContainers).governedBy == Variable::libpodContainers &&
              facts(Section::libpodVolumes).path == "libpod/volumes" &&
              facts(Section::debug).path == "debug" && facts(Section::pods).path == "pods");

/// By its path, case-sensitive, whole.
[[nodiscard]] std::optional<Section> sectionNamed(std::string_view path) noexcept;

} // namespace proxy::policy
