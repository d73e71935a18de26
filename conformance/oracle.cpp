#include "conformance/oracle.h"

#include <algorithm>
#include <cctype>

namespace conformance {
namespace {

constexpr std::string_view idPlace = "{id}";

bool isIdChar(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

bool isPrefixChar(char c) {
    return (c >= '0' && c <= '9') || c == '.';
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string valueOf(const Environment& environment, const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? "" : found->second;
}

std::string lowerCase(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower;
}

// The path without its version prefix, "/v" and then digits and dots: at most one.
std::string_view withoutPrefix(std::string_view path) {
    if (!path.starts_with("/v")) return path;
    std::size_t end = 2;
    while (end < path.size() && isPrefixChar(path[end])) ++end;
    const bool whole = end > 2 && (end == path.size() || path[end] == '/');
    return whole ? path.substr(end) : path;
}

// Whether the path's version is before 1.24 as the daemon compares: number by number, an empty one being 0.
bool isOld(std::string_view path) {
    std::string_view version = path.substr(0, path.size() - withoutPrefix(path).size());
    if (version.empty()) return false;
    version.remove_prefix(std::string_view("/v").size());
    unsigned long numbers[2] = {0, 0};
    for (unsigned long& number : numbers) {
        const std::string digits(version.substr(0, version.find('.')));
        if (!digits.empty() && digits.size() < 10) number = std::stoul(digits);
        version.remove_prefix(std::min(version.size(), digits.size() + 1));
    }
    return numbers[0] < 1 || (numbers[0] == 1 && numbers[1] < 24);
}

bool hasControlByte(std::string_view path) {
    return std::any_of(path.begin(), path.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// Clean: no empty segment but a last one, no "." and no "..".
bool isClean(std::string_view path) {
    if (path.find("//") != std::string_view::npos) return false;
    for (const std::string_view within : {"/./", "/../"})
        if (path.find(within) != std::string_view::npos) return false;
    return !path.ends_with("/.") && !path.ends_with("/..");
}

// "/containers/{id}/stop" matched as the rules say (strict), or as unanchored expressions do.
bool matchesAction(std::string_view path, std::string_view pattern, bool strict) {
    const auto place = pattern.find(idPlace);
    const auto before = pattern.substr(0, place);
    const auto after = pattern.substr(place + idPlace.size());
    if (!path.starts_with(before)) return false;
    auto end = before.size();
    while (end < path.size() && isIdChar(path[end])) ++end;
    if (end == before.size()) return false;
    const auto rest = path.substr(end);
    return strict ? rest == after : rest.starts_with(after);
}

// As matchesAction, but for denying: the daemon's names may hold slashes, so a strict gate closes those too.
bool matchesGate(std::string_view path, std::string_view pattern, bool strict) {
    if (!strict) return matchesAction(path, pattern, false);
    const auto place = pattern.find(idPlace);
    const auto before = pattern.substr(0, place);
    const auto after = pattern.substr(place + idPlace.size());
    return path.size() > before.size() + after.size() && path.starts_with(before) && path.ends_with(after);
}

bool inSection(std::string_view path, std::string_view section, bool strict) {
    if (path.empty() || path.substr(1, section.size()) != section) return false;
    const auto rest = path.substr(1 + section.size());
    return !strict || rest.empty() || rest.front() == '/';
}

} // namespace

std::string_view nameOf(Level level) {
    if (level == Level::required) return "required";
    return level == Level::hardening ? "hardening" : "observed";
}

std::string_view nameOf(Answer answer) {
    switch (answer) {
    case Answer::allow:
        return "allow";
    case Answer::deny:
        return "deny";
    case Answer::reject:
        return "reject";
    case Answer::refuse:
        return "refuse";
    }
    return "?";
}

std::optional<std::string> decodedOnce(std::string_view path) {
    std::string decoded;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '%') {
            decoded.push_back(path[i]);
            continue;
        }
        const int high = i + 2 < path.size() ? hexDigit(path[i + 1]) : -1;
        const int low = i + 2 < path.size() ? hexDigit(path[i + 2]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return decoded;
}

struct Oracle::Request {
    std::string_view method;
    std::string_view path;  // decoded, and without the version prefix
    bool reads = false;     // GET or HEAD
    bool old = false;       // of an API before 1.24, in which a start may bring a configuration
    bool resembles = false; // it is in a section by the loose reading only
};

Oracle::Oracle(Dialect dialect, const Environment& environment)
    : dialect_(dialect)
    , variables_(Variables::builtin(dialect))
    , grants_(grantsOf(variables_, environment))
    , post_(granted("POST"))
    , allowed_(operationsNamed(valueOf(environment, "ALLOW_OPERATIONS")))
    , denied_(operationsNamed(valueOf(environment, "DENY_OPERATIONS")))
    , learn_(grantOf(valueOf(environment, "LEARN")).value_or(false)) {}

bool Oracle::granted(std::string_view variable) const {
    const auto index = variables_.find(variable);
    return index && grants_[*index];
}

bool Oracle::anyGranted(VariableKind kind, const Request& request, bool strict) const {
    for (std::size_t i = 0; i < grants_.size(); ++i) {
        const Variable& variable = variables_.all()[i];
        if (!grants_[i] || variable.kind != kind) continue;
        for (const auto& governed : variable.governs) {
            if (strict && request.old && kind == VariableKind::action && governed.ends_with("/start"))
                continue;
            if (kind == VariableKind::section ? inSection(request.path, governed, strict)
                                              : matchesAction(request.path, governed, strict))
                return true;
        }
    }
    return false;
}

bool Oracle::closedGate(const Request& request, bool strict) const {
    for (std::size_t i = 0; i < grants_.size(); ++i) {
        const Variable& variable = variables_.all()[i];
        if (grants_[i] || variable.kind != VariableKind::gate) continue;
        for (const auto& governed : variable.governs)
            if (matchesGate(request.path, governed, strict)) return true;
    }
    return false;
}

// docs/rules.md#dialect-tecnativa
Oracle::Decision Oracle::tecnativa(const Request& request, bool strict) const {
    if (!request.reads && !post_) return {false, "1: not GET or HEAD, and POST is not granted"};
    if (anyGranted(VariableKind::action, request, strict))
        return {true, "2, 3: an ALLOW_ variable grants this path"};
    if (anyGranted(VariableKind::section, request, strict)) return {true, "4: the section is granted"};
    return {false, "5: nothing grants it"};
}

// docs/rules.md#dialect-linuxserver: here the actions are granted whatever the method.
Oracle::Decision Oracle::linuxserver(const Request& request, bool strict) const {
    if (closedGate(request, strict))
        return {false, "1: an ALLOW_ variable that is not granted closes this path"};
    if (anyGranted(VariableKind::action, request, strict))
        return {true, "2: an ALLOW_ variable grants this path"};
    if (!request.reads && !post_) return {false, "3: not GET or HEAD, and POST is not granted"};
    if (anyGranted(VariableKind::section, request, strict)) return {true, "4: the section is granted"};
    return {false, "5: nothing grants it"};
}

Oracle::Decision Oracle::decide(const Request& request, bool strict) const {
    return dialect_ == Dialect::tecnativa ? tecnativa(request, strict) : linuxserver(request, strict);
}

// docs/rules.md#by-an-operations-name, and what is left to the dialect. The verdict is the strict reading's. Where the
// field's own, looser reading (case-insensitive expressions without an end, on a path nobody cleans) comes to another
// verdict, the expectation is hardening. What is `strict.` is denied while learning, too.
Expectation Oracle::judgePath(const Request& request, bool looselyAllowed) const {
    const auto levelOf = [&](bool allow) {
        return allow == looselyAllowed ? Level::required : Level::hardening;
    };
    const bool byName = learn_ || !allowed_.empty() || !denied_.empty();
    const Operation* const operation = byName ? routed(request.method, request.path) : nullptr;
    if (denied_.contains(operation)) return {Answer::deny, Level::required, "by name, 1: it is denied"};
    const bool named = allowed_.contains(operation);
    const bool starts = named && operation->id == "ContainerStart";
    if (named && !(starts && request.old))
        return {Answer::allow, Level::required, "by name, 2: it is allowed"};
    if (request.method == "GET" && !post_ && matchesGate(request.path, "/containers/{id}/attach/ws", true))
        return {Answer::deny, levelOf(false), "S5: a GET that writes, and POST is not granted"};
    const Decision strict = decide(request, true);
    if (strict.allow) return {Answer::allow, levelOf(true), strict.rule};
    if (starts) return {Answer::deny, Level::required, "S9: before API 1.24 a name opens no start"};
    Request young = request;
    young.old = false;
    if (request.old && decide(young, true).allow)
        return {Answer::deny, levelOf(false), "S9: before API 1.24 a start may bring a configuration"};
    if (learn_) return judgeLearning(request, operation);
    return {Answer::deny, levelOf(false), strict.rule};
}

// What is `strict.` is denied while learning, too, whatever else is lacking.
Expectation Oracle::judgeLearning(const Request& request, const Operation* operation) const {
    if (request.old && operation != nullptr && operation->id == "ContainerStart")
        return {Answer::deny, Level::required, "S9: before API 1.24 a start may bring a configuration"};
    if (request.resembles)
        return {Answer::deny, Level::hardening, "S1, S2: it begins like a section, and is none"};
    if (operation == nullptr && !denied_.empty())
        return {Answer::deny, Level::required, "what has no name may do what is denied by one"};
    return {Answer::allow, Level::required, "LEARN lets pass what the grants would deny"};
}

bool Oracle::inAnySection(std::string_view path, bool strict) const {
    for (const Variable& variable : variables_.all())
        if (variable.kind == VariableKind::section)
            for (const auto& governed : variable.governs)
                if (inSection(path, governed, strict)) return true;
    return false;
}

Expectation Oracle::judge(std::string_view method, std::string_view target) const {
    const auto path = target.substr(0, target.find('?'));
    if (path == "*" && method == "OPTIONS") return judgePath({method, path}, false);
    if (path.empty() || path.front() != '/') return {Answer::refuse, Level::required, "5: nothing grants it"};
    const auto decoded = decodedOnce(path);
    if (!decoded) return {Answer::refuse, Level::required, "a broken escape: no path at all"};
    if (hasControlByte(*decoded)) return {Answer::reject, Level::hardening, "S6: a control byte in the path"};

    const bool reads = method == "GET" || method == "HEAD";
    const std::string lowered = lowerCase(*decoded);
    const bool loosely = decide({method, withoutPrefix(lowered), reads, false}, false).allow;
    if (!isClean(*decoded))
        return {Answer::deny, loosely ? Level::hardening : Level::required, "S3: the path is not clean"};
    const auto rest = withoutPrefix(*decoded);
    const bool resembles = !inAnySection(rest, true) && inAnySection(withoutPrefix(lowered), false);
    return judgePath({method, rest, reads, isOld(*decoded), resembles}, loosely);
}

} // namespace conformance
