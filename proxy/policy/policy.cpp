#include "proxy/policy/policy.h"

#include "proxy/policy/path.h"
#include "proxy/policy/section.h"

#include <algorithm>
#include <array>
#include <optional>

namespace proxy::policy {
namespace {

// ---- Paths that are refused whatever is granted ------------------------------------------------------

struct Signs {
    bool control = false;
    bool unclean = false; // perhaps: a slash stands before a slash or a dot
};

// Without branches, so that the compiler looks at 16 octets at once.
constexpr Signs signsOf(std::string_view path) noexcept {
    unsigned control = 0;
    unsigned unclean = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto octet = static_cast<unsigned char>(path[i]);
        control |= unsigned{octet < 0x20} | unsigned{octet == 0x7f};
    }
    for (std::size_t i = 1; i < path.size(); ++i)
        unclean |= unsigned{path[i - 1] == '/'} & (unsigned{path[i] == '/'} | unsigned{path[i] == '.'});
    return {control != 0, unclean != 0};
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
    const Signs signs = signsOf(path);
    if (signs.control) return Rule::controlOctet;
    if (!signs.unclean) return std::nullopt;
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1))
        if (beginsUnclean(path.substr(slash + 1))) return Rule::cleanPath;
    return std::nullopt;
}

// ---- The ways in which a request can be granted ------------------------------------------------------

// An action of a container that has a variable of its own, besides its section's.
struct Action {
    Variable opener;
    Rule rule;
    std::string_view name;
    std::uint8_t breadth = 0; // how many actions the variable opens
};

// In the order in which Tecnativa/docker-socket-proxy tries its rules.
constexpr auto actions = [] {
    auto all = std::to_array<Action>({
        {Variable::allowRestarts, Rule::allowRestarts, "stop"},
        {Variable::allowRestarts, Rule::allowRestarts, "restart"},
        {Variable::allowRestarts, Rule::allowRestarts, "kill"},
        {Variable::allowStart, Rule::allowStart, "start"},
        {Variable::allowStop, Rule::allowStop, "stop"},
    });
    for (Action& action : all)
        action.breadth = static_cast<std::uint8_t>(std::ranges::count(all, action.opener, &Action::opener));
    return all;
}();

constexpr std::uint8_t wholeSection = 255;

// /containers/{id}/{behind}, whatever they hold; both empty where there is no such thing.
struct Container {
    std::string_view id;
    std::string_view behind;
};

Container containerAt(const Place& place) noexcept {
    constexpr std::string_view before = "/containers/";
    if (place.section != Section::containers || place.rest.size() < before.size()) return {};
    const std::string_view text = place.rest.substr(before.size());
    const auto end = text.find('/');
    return end == std::string_view::npos ? Container{} : Container{text.substr(0, end), text.substr(end + 1)};
}

// Before API 1.24 a start may bring a HostConfig in its body (engine 20.10: {"Binds": ["/:/host"], "PidMode":
// "host"} mounts the host into a container that was created without): that is no start only. Later versions
// refuse the body, and engines since 25 those versions.
bool startConfigures(const Place& place) noexcept {
    return !place.version.empty() && isOlderThan124(place.version);
}

// `writes`: more than GET and HEAD, which are always open.
Alternatives waysTo(const Place& place, bool writes) noexcept {
    Alternatives ways;
    if (!place.section) return ways;
    const auto section = facts(*place.section).governedBy;
    if (!section) return ways;
    const Grants always = writes ? Grants{Variable::post} : Grants{};
    const auto [id, behind] = containerAt(place);
    for (const Action& action : actions)
        if (behind == action.name && isContainerName(id) && !(behind == "start" && startConfigures(place)))
            ways.add({always | Grants{action.opener}, action.rule, action.breadth});
    ways.add({always | Grants{*section}, Rule::section, wholeSection});
    return ways;
}

// ---- Why a path no rule opens is denied: not needed for the verdict, but for whoever reads it ---------

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool startsWithAnyCase(std::string_view text, std::string_view lowerCase) noexcept {
    return text.size() >= lowerCase.size() &&
           std::ranges::equal(text.substr(0, lowerCase.size()), lowerCase, {}, lower);
}

// Tecnativa's patterns know neither case nor an end: /v1.41/Containers and
// /containersfoo are of its section too.
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
    if (!place.section || !facts(*place.section).governedBy) return whyUnknown(place);
    const auto [id, behind] = containerAt(place);
    for (const Action& action : actions)
        if (behind.starts_with(action.name) && grants.has(action.opener) && isContainerName(id))
            return behind == action.name ? Rule::startConfig : Rule::lastSegment;
    return Rule::section;
}

} // namespace

Verdict Policy::decide(std::string_view method, std::string_view path) const noexcept {
    if (const auto flaw = flawOf(path)) return {.rule = *flaw};

    const Place place = locate(path);
    Verdict verdict{.operation = routeAt(method, place)};
    const bool reads = method == "GET" || method == "HEAD";
    const bool attachesByWebsocket =
        verdict.operation != nullptr && verdict.operation->id == "ContainerAttachWebsocket";
    const bool writes = !reads || attachesByWebsocket;

    const Alternatives ways = waysTo(place, writes);
    for (const Alternative& way : ways) {
        if (!grants_.hasAll(way.all)) continue;
        verdict.allowed = true;
        verdict.rule = way.rule;
        return verdict;
    }
    if (writes && !grants_.has(Variable::post))
        verdict.rule = reads ? Rule::attachWs : Rule::post;
    else
        verdict.rule = whyClosed(place, grants_);
    verdict.missing = ways.missing(grants_);
    verdict.wouldAllow = verdict.missing.narrowest();
    return verdict;
}

} // namespace proxy::policy
