// The rules a verdict can be decided by. Names are stable: logs, answers, reports and tests print them.
//
// `operations.*` are the rules by name; `tecnativa.*` and `linuxserver.*` are those of the two dialects, each
// in its order; `strict.*` is where this proxy refuses what the originals let through (each with a test of
// its own in tests/proxy/policy/strict_test.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::policy {

enum class Rule : std::uint8_t {
    controlOctet,
    cleanPath,
    operationsDenied,
    operationsAllowed,
    post,
    attachWs,
    allowRestarts,
    allowStart,
    allowStop,
    section,
    lastSegment,
    startConfig,
    caseSensitive,
    wholeSegment,
    unknown,
    linuxserverGate,
    linuxserverAction,
    linuxserverPost,
    linuxserverSection,
    linuxserverUnknown,
};

struct RuleFacts {
    Rule rule;
    std::string_view name;     ///< stable, dotted, lower case
    std::string_view sentence; ///< for people, without trailing period
};

inline constexpr auto rules = std::to_array<RuleFacts>({
    {Rule::controlOctet, "strict.control_octet", "no name of the daemon's holds a control octet"},
    {Rule::cleanPath, "strict.clean_path",
     "the path holds //, /./ or /../, which the daemon would reinterpret"},
    {Rule::operationsDenied, "operations.denied",
     "DENY_OPERATIONS names the operation, whatever else is granted"},
    {Rule::operationsAllowed, "operations.allowed", "ALLOW_OPERATIONS names the operation"},
    {Rule::post, "tecnativa.post", "methods besides GET and HEAD need POST=1"},
    {Rule::attachWs, "strict.attach_ws",
     "attaching by websocket writes to a container through GET: it needs POST=1"},
    {Rule::allowRestarts, "tecnativa.allow_restarts",
     "ALLOW_RESTARTS governs stop, restart and kill of a container"},
    {Rule::allowStart, "tecnativa.allow_start", "ALLOW_START governs start of a container"},
    {Rule::allowStop, "tecnativa.allow_stop", "ALLOW_STOP governs stop of a container"},
    {Rule::section, "tecnativa.section",
     "the variable named like the first path segment governs the section"},
    {Rule::lastSegment, "strict.last_segment",
     "ALLOW_* opens an action at the path's end, not in its middle: the daemon's names may hold slashes"},
    {Rule::startConfig, "strict.start_config",
     "a start of an API before 1.24 may bring a configuration, host mounts among it: "
     "ALLOW_START does not open it"},
    {Rule::caseSensitive, "strict.case", "paths are case-sensitive, as the daemon's routes are"},
    {Rule::wholeSegment, "strict.segment", "a section is a whole path segment, not the beginning of one"},
    {Rule::unknown, "tecnativa.unknown", "no variable grants what is outside the known sections"},
    {Rule::linuxserverGate, "linuxserver.gate",
     "ALLOW_ARCHIVE, ALLOW_CHANGES, ALLOW_EXPORT, ALLOW_LOGS and ALLOW_TOP each keep their path open"},
    {Rule::linuxserverAction, "linuxserver.action",
     "an ALLOW_ variable opens its action of a container or pod, whatever the method"},
    {Rule::linuxserverPost, "linuxserver.post", "methods besides GET and HEAD need POST=1"},
    {Rule::linuxserverSection, "linuxserver.section",
     "the variable named like the section governs it, behind /libpod the one that begins with LIBPOD_"},
    {Rule::linuxserverUnknown, "linuxserver.unknown",
     "no variable grants what is outside the known sections"},
});

static_assert([]() {
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (rules[i].rule != static_cast<Rule>(i)) return false;
    return true;
}());

[[nodiscard]] constexpr const RuleFacts& facts(Rule rule) noexcept {
    return rules[static_cast<std::size_t>(rule)];
}

[[nodiscard]] constexpr bool isStrict(Rule rule) noexcept {
    return facts(rule).name.starts_with("strict.");
}

} // namespace proxy::policy
