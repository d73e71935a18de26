#include "proxy/policy/policy.h"

#include "proxy/policy/path.h"

#include <algorithm>
#include <array>
#include <optional>

namespace proxy::policy {
namespace {

// ---- Paths that are refused whatever is granted ------------------------------------------------------

constexpr bool isControl(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// Does `tail`, which follows a slash, begin with an empty segment, "." or ".."? The daemon's router would
// answer 301 with the path cleaned; a last, empty segment ("/networks/") is clean.
constexpr bool beginsUnclean(std::string_view tail) noexcept {
    if (tail.starts_with('/')) return true;
    if (!tail.starts_with('.')) return false;
    tail.remove_prefix(tail.starts_with("..") ? 2 : 1);
    return tail.empty() || tail.front() == '/';
}

std::optional<Rule> flawOf(std::string_view path) noexcept {
    bool unclean = false;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (isControl(path[i])) return Rule::controlOctet;
        if (path[i] == '/' && beginsUnclean(path.substr(i + 1))) unclean = true;
    }
    return unclean ? std::optional(Rule::cleanPath) : std::nullopt;
}

// ---- The container actions that have variables of their own -------------------------------------------

struct Action {
    std::string_view name;
    Grants openedBy;
};

constexpr std::array<Action, 4> actions{{
    {"start", {Variable::allowStart}},
    {"stop", {Variable::allowStop, Variable::allowRestarts}},
    {"restart", {Variable::allowRestarts}},
    {"kill", {Variable::allowRestarts}},
}};

// What follows /containers/{id}/, when {id} is a name in the sense of the ALLOW_* rules; empty otherwise.
std::string_view behindContainer(const Place& place) noexcept {
    if (place.section != Variable::containers) return {};
    std::string_view text = place.rest.substr(std::string_view("/containers").size());
    if (!text.starts_with('/')) return {};
    text.remove_prefix(1);
    const auto end = text.find('/');
    return end != std::string_view::npos && isContainerName(text.substr(0, end)) ? text.substr(end + 1)
                                                                                 : std::string_view{};
}

// Before API 1.24 a start may bring a HostConfig in its body (engine 20.10: {"Binds": ["/:/host"], "PidMode":
// "host"} mounts the host into a container that was created without): that is no start only. Later versions
// refuse the body, and engines since 25 those versions.
bool startConfigures(const Place& place) noexcept {
    return !place.version.empty() && isOlderThan124(place.version);
}

// The variables each of which opens the path, once the method is not in the way.
Grants openersOf(const Place& place) noexcept {
    Grants openers;
    if (!place.section) return openers;
    openers.set(*place.section);
    const std::string_view behind = behindContainer(place);
    for (const Action& action : actions)
        if (behind == action.name && !(behind == "start" && startConfigures(place)))
            return openers | action.openedBy;
    return openers;
}

// Rules in the order in which Tecnativa/docker-socket-proxy tries them; null when none of `grants` opens the
// path.
std::optional<Rule> openingRule(Grants openers, Grants grants) noexcept {
    const auto opens = [&](Variable variable) { return openers.has(variable) && grants.has(variable); };
    if (opens(Variable::allowRestarts)) return Rule::allowRestarts;
    if (opens(Variable::allowStart)) return Rule::allowStart;
    if (opens(Variable::allowStop)) return Rule::allowStop;
    for (const Variable variable : openers)
        if (grants.has(variable)) return Rule::section;
    return std::nullopt;
}

// The opener that grants least besides: one action before three, three before the section.
Grants narrowest(Grants openers) noexcept {
    for (const Variable variable : {Variable::allowStart, Variable::allowStop, Variable::allowRestarts})
        if (openers.has(variable)) return {variable};
    return openers;
}

// ---- Why a path no rule opens is denied: not needed for the verdict, but for whoever reads it ---------

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool startsWithAnyCase(std::string_view text, std::string_view lowerCase) noexcept {
    return text.size() >= lowerCase.size() &&
           std::ranges::equal(text.substr(0, lowerCase.size()), lowerCase, {}, lower);
}

// Tecnativa's patterns know neither case nor an end: /v1.41/Containers and /containersfoo are of its section
// too.
Rule whyUnknown(const Place& place) noexcept {
    std::string_view rest = place.rest;
    bool exact = true;
    if (rest.starts_with("/V")) {
        const auto end = rest.find_first_not_of("0123456789.", 2);
        if (end != std::string_view::npos && end > 2 && rest[end] == '/') {
            rest.remove_prefix(end);
            exact = false;
        }
    }
    if (!rest.starts_with('/')) return Rule::unknown;
    rest.remove_prefix(1);
    for (const VariableFacts& variable : variables) {
        if (variable.section.empty() || !startsWithAnyCase(rest, variable.section)) continue;
        return exact && rest.starts_with(variable.section) ? Rule::wholeSegment : Rule::caseSensitive;
    }
    return Rule::unknown;
}

Rule whyClosed(const Place& place, Grants grants) noexcept {
    if (!place.section) return whyUnknown(place);
    const std::string_view behind = behindContainer(place);
    for (const Action& action : actions)
        if (behind.starts_with(action.name) && openingRule(action.openedBy, grants))
            return behind == action.name ? Rule::startConfig : Rule::lastSegment;
    return Rule::section;
}

} // namespace

Verdict Policy::decide(std::string_view method, std::string_view path) const noexcept {
    if (const auto flaw = flawOf(path))
        return {.allowed = false, .rule = *flaw, .operation = nullptr, .wouldAllow = {}};

    const Place place = locate(path);
    const Operation* const operation = routeAt(method, place);
    const Grants openers = openersOf(place);
    const auto opening = openingRule(openers, grants_);

    Verdict verdict{.allowed = false, .rule = {}, .operation = operation, .wouldAllow = {}};
    if (!opening) verdict.wouldAllow = narrowest(openers);

    const bool reads = method == "GET" || method == "HEAD";
    const bool attachesByWebsocket = operation != nullptr && operation->id == "ContainerAttachWebsocket";
    if ((!reads || attachesByWebsocket) && !grants_.has(Variable::post)) {
        verdict.rule = reads ? Rule::attachWs : Rule::post;
        if (!openers.empty()) verdict.wouldAllow.set(Variable::post);
    } else if (opening) {
        verdict.allowed = true;
        verdict.rule = *opening;
    } else {
        verdict.rule = whyClosed(place, grants_);
    }
    return verdict;
}

} // namespace proxy::policy
