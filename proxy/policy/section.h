// The sections of the Engine API: the first segments of paths that the daemon serves, and which variable
// governs each. Immutable; used by any thread.
#pragma once

#include "proxy/policy/grants.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace proxy::policy {

/// First those that a variable governs, in the order of the variables; then those that none does.
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
    debug,
};

struct SectionFacts {
    std::string_view segment; ///< "_ping"
    std::optional<Variable> governedBy{};
};

inline constexpr auto sections = [] {
    constexpr std::size_t ungoverned = 1;
    std::array<SectionFacts, sectionCount + ungoverned> all{};
    for (std::size_t i = 0; i < sectionCount; ++i) all[i] = {variables[i].section, static_cast<Variable>(i)};
    all[sectionCount] = {"debug"};
    return all;
}();

[[nodiscard]] constexpr const SectionFacts& facts(Section section) noexcept {
    return sections[static_cast<std::size_t>(section)];
}

static_assert(facts(Section::auth).governedBy == Variable::auth && facts(Section::ping).segment == "_ping" &&
              facts(Section::volumes).governedBy == Variable::volumes && !facts(Section::debug).governedBy);

/// By its segment, case-sensitive, whole.
[[nodiscard]] std::optional<Section> sectionNamed(std::string_view segment) noexcept;

} // namespace proxy::policy
