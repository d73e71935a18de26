#include "proxy/policy/policy.h"

#include "proxy/policy/dialect_rules.h"
#include "proxy/policy/path.h"
#include "proxy/policy/section.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

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

constexpr std::uint8_t wholeSection = 255;

// What of a request the rules are about.
struct Request {
    Place place;
    bool reads;  // GET or HEAD
    bool writes; // more than that: every other method, and the GET that writes
};

// Before API 1.24 a start may bring a HostConfig in its body (engine 20.10: {"Binds": ["/:/host"], "PidMode":
// "host"} mounts the host into a container that was created without): that is no start only. Later versions
// refuse the body, and engines since 25 those versions.
bool startConfigures(const Place& place) noexcept {
    return !place.version.empty() && isOlderThan124(place.version);
}

// Of a name with slashes as well: the daemon's names may hold them, and a gate closes whatever would be
// routed there.
const Gate* gateAt(const DialectRules& rules, const Place& place) noexcept {
    if (!place.section || !rules.gated.has(*place.section)) return nullptr;
    const std::size_t before = facts(*place.section).path.size() + 2; // and the slashes around it
    for (const Gate& gate : rules.gates)
        if (place.rest.size() > before + 1 + gate.name.size() && place.rest.ends_with(gate.name) &&
            place.rest[place.rest.size() - gate.name.size() - 1] == '/')
            return &gate;
    return nullptr;
}

Alternatives waysTo(const DialectRules& rules, const Request& request) noexcept {
    const Place& place = request.place;
    Alternatives ways;
    if (!place.section) return ways;
    const Grants method = request.writes ? Grants{Variable::post} : Grants{};
    Grants always;
    if (const Gate* const gate = gateAt(rules, place)) always.set(gate->opener);
    const auto [name, behind] = memberAt(place);
    if (!behind.empty())
        for (const Action& action : rules.actions)
            if (behind == action.name && action.of.has(*place.section) && isContainerName(name) &&
                !(behind == "start" && startConfigures(place)))
                ways.add({always | (rules.methodFirst ? method : Grants{}) | Grants{action.opener},
                          action.rule, action.breadth});
    if (const auto variable = facts(*place.section).governedBy)
        ways.add({always | method | Grants{*variable}, rules.section, wholeSection});
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
Rule whyUnknown(const DialectRules& rules, std::span<const VariableFacts> known,
                const Place& place) noexcept {
    std::string_view rest = place.rest;
    bool exact = true;
    if (rest.starts_with("/V")) {
        const auto end = rest.find_first_not_of("0123456789.", 2);
        if (end != std::string_view::npos && end > 2 && rest[end] == '/') {
            rest.remove_prefix(end);
            exact = false;
        }
    }
    if (!rest.starts_with('/')) return rules.unknown;
    rest.remove_prefix(1);
    for (const VariableFacts& variable : known) {
        if (variable.section.empty() || !startsWithAnyCase(rest, variable.section)) continue;
        return exact && rest.starts_with(variable.section) ? Rule::wholeSegment : Rule::caseSensitive;
    }
    return rules.unknown;
}

// An ALLOW_ variable that is granted would have opened the path, but for what it is stricter in.
std::optional<Rule> whyNoAction(const DialectRules& rules, const Place& place, Grants grants) noexcept {
    const auto [name, behind] = memberAt(place);
    if (behind.empty()) return std::nullopt;
    for (const Action& action : rules.actions)
        if (behind.starts_with(action.name) && action.of.has(*place.section) && grants.has(action.opener) &&
            isContainerName(name))
            return behind == action.name ? Rule::startConfig : Rule::lastSegment;
    return std::nullopt;
}

Rule whyDenied(const DialectRules& rules, const Request& request, const Access& access) noexcept {
    const Place& place = request.place;
    const Gate* const gate = gateAt(rules, place);
    if (gate != nullptr && !access.grants.has(gate->opener)) return rules.gate;
    const bool lacksPost = request.writes && !access.grants.has(Variable::post);
    const Rule post = request.reads ? Rule::attachWs : rules.post;
    if (lacksPost && rules.methodFirst) return post;
    if (const auto action = whyNoAction(rules, place, access.grants)) return *action;
    if (lacksPost) return post;
    return place.section && facts(*place.section).governedBy
               ? rules.section
               : whyUnknown(rules, variablesOf(access.dialect), place);
}

// ---- Learning ----------------------------------------------------------------------------------------

// The first rule that denies need not be the one that matters here: with POST=0 it is the method's, whatever
// else is wrong. Where names are denied, what has none is not let through: Podman may know it by another path,
// and by prefixes that Docker does not have.
void learn(Verdict& verdict, const DialectRules& rules, const Place& place, const Access& access) noexcept {
    const bool configures = verdict.operation != nullptr && !verdict.byName;
    if (configures) verdict.rule = Rule::startConfig;
    if (!place.section) verdict.rule = whyUnknown(rules, variablesOf(access.dialect), place);
    verdict.learned = !isStrict(verdict.rule) && (verdict.operation != nullptr || access.denied.empty());
    verdict.allowed = verdict.learned;
}

// ---- What Podman hijacks -----------------------------------------------------------------------------

// As Docker does with ContainerAttach and ExecStart; Podman's own operations have no names here.
bool hijacksLibpod(std::string_view method, const Place& place) noexcept {
    if (method != "POST" || !place.section) return false;
    const std::string_view behind = memberAt(place).behind;
    return (place.section == Section::libpodContainers && behind == "attach") ||
           (place.section == Section::libpodExec && behind == "start");
}

} // namespace

Verdict Policy::decide(std::string_view method, std::string_view path) const noexcept {
    if (const auto flaw = flawOf(path)) return {.rule = *flaw};

    const DialectRules& dialect = rulesOf(access_.dialect);
    Request request{dialect.locate(path), method == "GET" || method == "HEAD", false};
    Verdict verdict{.operation = routeAt(method, request.place)};
    const Operation* const operation = verdict.operation;
    verdict.hijack = operation != nullptr ? operation->hijack : hijacksLibpod(method, request.place);
    if (access_.maskEnv) verdict.masking = maskingOf(operation, request.place);
    if (operation != nullptr && access_.denied.has(*operation)) {
        verdict.rule = Rule::operationsDenied;
        return verdict;
    }
    // By name a start is opened as by ALLOW_START: it must be a start only.
    const bool byName =
        operation != nullptr && !(operation->id == "ContainerStart" && startConfigures(request.place));
    const bool named = operation != nullptr && access_.allowed.has(*operation);
    if (named && byName) {
        verdict.allowed = true;
        verdict.rule = Rule::operationsAllowed;
        return verdict;
    }
    request.writes = !request.reads || (operation != nullptr && operation->id == "ContainerAttachWebsocket");

    const Alternatives ways = waysTo(dialect, request);
    for (const Alternative& way : ways) {
        if (!access_.grants.hasAll(way.all)) continue;
        verdict.allowed = true;
        verdict.rule = way.rule;
        return verdict;
    }
    verdict.rule = named ? Rule::startConfig : whyDenied(dialect, request, access_);
    verdict.byName = byName;
    verdict.missing = ways.missing(access_.grants);
    verdict.wouldAllow = verdict.missing.narrowest();
    if (access_.learn) learn(verdict, dialect, request.place, access_);
    return verdict;
}

// Podman's play/kube creates containers as well.
OperationSet openTwins(const Access& access) {
    const Policy policy(access);
    OperationSet open;
    for (const Operation& operation : operations()) {
        const auto isOpen = [&](const std::string& path) {
            return policy.decide(operation.method, "/libpod" + path).allowed;
        };
        if (access.denied.has(operation) &&
            (isOpen(samplePath(operation)) || (operation.id == "ContainerCreate" && isOpen("/play/kube"))))
            open.add(operation);
    }
    return open;
}

} // namespace proxy::policy
