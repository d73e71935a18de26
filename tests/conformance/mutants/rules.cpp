#include "tests/conformance/mutants/rules.h"

#include "tests/conformance/mutants/mask.h"
#include "tests/conformance/mutants/mutation.h"

#include <cctype>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

namespace mutants {
namespace {

constexpr std::string_view sections[] = {
    "_ping",    "auth",    "build",  "commit", "configs",  "containers", "distribution", "events",
    "exec",     "grpc",    "images", "info",   "networks", "nodes",      "plugins",      "secrets",
    "services", "session", "swarm",  "system", "tasks",    "version",    "volumes"};

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

std::string lowered(std::string_view text) {
    std::string all(text);
    for (char& c : all) c = lower(c);
    return all;
}

std::string variableOf(std::string_view section) {
    if (section == "_ping") return "PING";
    if (is("sections-swapped") && section == "images") return "VOLUMES";
    if (is("sections-swapped") && section == "volumes") return "IMAGES";
    std::string name;
    for (const char c : section) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

bool valueGrants(const std::string& name, const std::string& value) {
    const auto first = value.find_first_not_of(" \t");
    const auto last = value.find_last_not_of(" \t");
    const std::string word = first == std::string::npos ? "" : lowered(value.substr(first, last - first + 1));
    if (word == "1" || word == "yes" || word == "on") return true;
    if (word == "true") return !is("grant-true-revokes");
    if (word.empty() || word == "0" || word == "false" || word == "no" || word == "off") return false;
    if (is("grant-unknown-grants")) return true;
    throw SettingsError(name + "=" + value + ": it takes 1 true yes on, or 0 false no off");
}

std::optional<std::string> decoded(std::string_view path) {
    std::string text;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '%') {
            text += path[i];
            continue;
        }
        const std::string digits(path.substr(i + 1, 2));
        if (digits.size() != 2 || std::isxdigit(static_cast<unsigned char>(digits[0])) == 0 ||
            std::isxdigit(static_cast<unsigned char>(digits[1])) == 0)
            return std::nullopt;
        text += static_cast<char>(std::stoi(digits, nullptr, 16));
        i += 2;
    }
    return text;
}

bool hasControl(std::string_view path) {
    return std::ranges::any_of(path, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::vector<std::string> segmentsOf(std::string_view path) {
    std::vector<std::string> segments;
    std::size_t begin = 1;
    while (begin <= path.size()) {
        const auto end = std::min(path.find('/', begin), path.size());
        segments.emplace_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return segments;
}

bool isClean(std::string_view path) {
    const auto segments = segmentsOf(path);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const bool dots = segments[i] == "." || segments[i] == "..";
        if (dots && !is("dots-pass")) return false;
        if (segments[i].empty() && i + 1 < segments.size() && !is("double-slash-passes")) return false;
    }
    return true;
}

std::string withoutPrefix(const std::string& path) {
    if (is("prefix-refused")) return path;
    const bool v = path.starts_with("/v") || (is("prefix-upper-case") && path.starts_with("/V"));
    const auto end = std::min(path.find('/', 1), path.size());
    const bool digits = end > 2 && path.find_first_not_of("0123456789.", 2) >= end;
    if (v && (digits || (is("prefix-anything") && path.compare(0, end, "/version") != 0 &&
                         path.compare(0, end, "/volumes") != 0)))
        return path.substr(end);
    return is("prefix-required") ? "" : path;
}

// Whether a prefix is of a version before 1.24, as the daemon compares.
bool isOld(const std::string& prefix) {
    int major = 0;
    int minor = 0;
    std::sscanf(prefix.c_str(), "/v%9d.%9d", &major, &minor);
    return !prefix.empty() && (major < 1 || (major == 1 && minor < 24));
}

bool isId(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
    });
}

// The verb of /containers/{id}/VERB, or nothing.
std::string verbOf(std::string_view path) {
    const auto segments = segmentsOf(path);
    const bool whole = segments.size() == 3 || (segments.size() > 3 && is("allow-unanchored"));
    return whole && segments[0] == "containers" && isId(segments[1]) ? segments[2] : "";
}

bool begins(const std::string& path, std::string_view section) {
    const std::string text = is("section-any-case") ? lowered(path) : path;
    if (!text.starts_with("/" + std::string(section))) return false;
    const std::string_view rest = std::string_view(text).substr(section.size() + 1);
    return rest.empty() || rest.front() == '/' || is("section-unanchored");
}

} // namespace

Rules::Rules(const std::map<std::string, std::string>& environment)
    : guard_(environment) {
    grants_["EVENTS"] = !is("default-events-off");
    grants_["PING"] = !is("default-ping-off");
    grants_["VERSION"] = !is("default-version-off");
    grants_["CONTAINERS"] = is("default-containers-on");
    const auto take = [&](const std::string& name) {
        if (const auto found = environment.find(name); found != environment.end())
            grants_[name] = valueGrants(name, found->second);
    };
    for (const char* const name :
         {"POST", "ALLOW_START", "ALLOW_STOP", "ALLOW_RESTARTS", "IMAGES", "VOLUMES", "LEARN", "MASK_ENV"})
        take(name);
    for (const auto section : sections) take(variableOf(section));
    // All mistakes at once.
    std::string mistakes;
    for (const auto& [variable, into] :
         {std::pair("ALLOW_OPERATIONS", &allowed_), std::pair("DENY_OPERATIONS", &denied_)})
        try {
            const auto list = environment.find(variable);
            if (list != environment.end()) *into = namesIn(variable, list->second);
        } catch (const SettingsError& error) {
            mistakes += error.what();
        }
    if (!mistakes.empty()) throw SettingsError(mistakes);
}

bool Rules::granted(const std::string& variable) const {
    const auto found = grants_.find(variable);
    return found != grants_.end() && found->second;
}

bool Rules::reads(std::string_view method) const {
    if (method == "GET") return !is("post-blocks-get");
    if (method == "HEAD") return !is("post-blocks-head");
    if (is("connect-reads") && method == "CONNECT") return true;
    if (is("post-holds-back-post-only")) return method != "POST";
    return is("post-ignored") || (is("options-reads") && method == "OPTIONS");
}

bool Rules::actionGranted(std::string_view path, bool old) const {
    if (is("allow-needs-containers") && !granted("CONTAINERS")) return false;
    const std::string verb = verbOf(path);
    const bool restarts = verb == "restart" || (verb == "stop" && !is("restarts-without-stop")) ||
                          (verb == "kill" && !is("restarts-without-kill")) ||
                          (verb == "start" && is("restarts-grant-start"));
    const bool start =
        (verb == "start" && (!old || is("start-configures"))) || (verb == "stop" && is("start-grants-stop"));
    const bool stop = verb == "stop" || (verb == "restart" && is("stop-grants-restart"));
    return (restarts && granted("ALLOW_RESTARTS")) || (start && granted("ALLOW_START")) ||
           (stop && granted("ALLOW_STOP"));
}

bool Rules::sectionGranted(std::string_view target) const {
    const std::string path(target);
    const auto segments = segmentsOf(path);
    const bool creates = segments.size() == 3 && segments[0] == "containers" && segments[2] == "exec";
    if (is("exec-governs-create") && creates) return granted("EXEC");
    if (is("containers-open-exec") && begins(path, "exec") && granted("CONTAINERS")) return true;
    bool known = false;
    for (const auto section : sections) {
        if (!begins(path, section)) continue;
        known = true;
        if (granted(variableOf(section))) return true;
    }
    return !known && is("section-unknown-passes");
}

Verdict Rules::judgePath(std::string_view method, const std::string& path, bool old) const {
    if (is("guard-libpod-open") && path.starts_with("/libpod/")) return Verdict::allow;
    if (is("allow-without-post") && actionGranted(path, old)) return Verdict::allow;
    if (!reads(method) && !granted("POST")) return Verdict::deny;
    const bool attaches = method == "GET" && path.starts_with("/containers/") && path.ends_with("/attach/ws");
    if (attaches && !granted("POST") && !is("attach-ws-open")) return Verdict::deny;
    return actionGranted(path, old) || sectionGranted(path) ? Verdict::allow : Verdict::deny;
}

// The path without its version prefix, and the operation that the daemon routes it to.
Rules::Place Rules::placeOf(std::string_view method, std::string_view target, std::string whole) const {
    Place place{withoutPrefix(whole), false, {}};
    place.old = isOld(whole.substr(0, whole.size() - place.path.size()));
    if (is("prefix-twice")) place.path = withoutPrefix(place.path);
    const bool versioned = whole.size() != place.path.size();
    if (is("name-as-sent")) whole = withoutPrefix(std::string(target));
    if (is("name-opens-path") && allowed_.contains(operationOf("GET", place.path))) method = "GET";
    if (!(versioned && is("name-unversioned-only")))
        place.operation = operationOf(method, is("name-as-sent") ? whole : place.path);
    return place;
}

Verdict Rules::judgeNamed(std::string_view method, const Place& place) const {
    const bool denied = denied_.contains(place.operation);
    const bool allowed = allowed_.contains(place.operation) && !(is("name-needs-post") && !reads(method));
    const Verdict verdict = judgePath(method, place.path, place.old);
    const bool sectionOpen =
        is("name-opens-section") && !denied && std::ranges::any_of(allowed_, [&](const std::string& name) {
            return !place.operation.empty() && name.starts_with(place.operation.substr(0, 5));
        });
    if (sectionOpen) return Verdict::allow;
    const bool opens =
        allowed && (!place.old || place.operation != "ContainerStart" || is("name-opens-old-start"));
    if (denied && !(is("name-allowed-first") && allowed) &&
        !(is("name-grants-first") && verdict == Verdict::allow))
        return Verdict::deny;
    if (opens) return Verdict::allow;
    if (allowed && is("name-holds-old-start")) return Verdict::deny;
    if (verdict == Verdict::deny && learns(method, place)) return Verdict::allow;
    return verdict;
}

bool Rules::learns() const {
    return granted("LEARN");
}

// What the grants would deny, but for what is refused for another reason.
bool Rules::learns(std::string_view method, const Place& place) const {
    if (is("learn-unasked")) return true;
    if (!granted("LEARN") || is("learn-off")) return false;
    const bool attaches =
        method == "GET" && place.path.starts_with("/containers/") && place.path.ends_with("/attach/ws");
    if (attaches && !granted("POST")) return is("learn-opens-strict");
    if (place.old && place.operation == "ContainerStart") return is("learn-opens-old-start");
    if (place.operation.empty() && !denied_.empty()) return is("learn-opens-nameless");
    return is("learn-opens-strict") || std::ranges::none_of(sections, [&](std::string_view section) {
               return lowered(place.path).starts_with("/" + std::string(section)) &&
                      !begins(place.path, section);
           });
}

bool Rules::masks(std::string_view method, std::string_view target) const {
    const auto whole = decoded(target.substr(0, target.find('?')));
    if (!whole || (is("mask-unversioned-only") && withoutPrefix(*whole) != *whole)) return false;
    return (granted("MASK_ENV") || is("mask-unasked")) && !is("mask-off") &&
           carriesEnvironments(operationOf(method, withoutPrefix(*whole)));
}

Asked Rules::asked(const Head& head, std::string_view target) const {
    const auto end = std::min(target.find('?'), target.size());
    const std::string sent(target.substr(0, end));
    const std::string whole = decoded(sent).value_or(sent);
    const Place place = placeOf(head.method, sent, whole);
    Asked asked;
    asked.method = head.method;
    asked.head = &head;
    asked.query = target.substr(std::min(end + 1, target.size()));
    const std::string prefix = whole.substr(0, whole.size() - place.path.size());
    asked.version = prefix.empty() ? "" : prefix.substr(2);
    asked.operation = place.operation;
    const bool unknown =
        (is("guard-path-as-written") && whole != sent) || (is("guard-unversioned-only") && !prefix.empty());
    if (unknown) asked.operation = "SystemPing";
    const auto segments = segmentsOf(withoutPrefix(sent));
    asked.name = segments.size() > 1 ? segments[1] : "";
    return asked;
}

Verdict Rules::judge(std::string_view method, std::string_view target) const {
    if (target == "*") {
        const bool asked = method == "OPTIONS" && allowed_.contains("optionsAsterisk") &&
                           !denied_.contains("optionsAsterisk");
        const bool learned = granted("LEARN") && method == "OPTIONS" && !denied_.contains("optionsAsterisk");
        return asked || learned || is("asterisk-passes") ? Verdict::allow : Verdict::deny;
    }
    const auto end = is("query-matched") ? target.size() : std::min(target.find('?'), target.size());
    std::string path(target.substr(0, end));
    const int times = is("decode-never") ? 0 : is("decode-twice") ? 2 : 1;
    for (int i = 0; i < times; ++i) {
        auto next = decoded(path);
        if (!next) return Verdict::reject;
        path = std::move(*next);
    }
    if (hasControl(path) && !is("control-byte-passes")) return Verdict::reject;
    const bool clean = isClean(path);
    const Place place = placeOf(method, target.substr(0, end), path);
    const bool unclean = (is("name-opens-unclean") && allowed_.contains(place.operation)) ||
                         (is("learn-opens-unclean") && granted("LEARN"));
    if (!clean && !unclean) return Verdict::deny;
    return judgeNamed(method, place);
}

bool isAccessVariable(std::string_view name) {
    for (const std::string_view other : {"POST", "ALLOW_START", "ALLOW_STOP", "ALLOW_RESTARTS", "LEARN",
                                         "MASK_ENV", "ALLOW_OPERATIONS", "DENY_OPERATIONS", "BIND_CONFIG"})
        if (name == other) return true;
    if (isGuardVariable(name)) return true;
    return std::ranges::any_of(sections,
                               [&](std::string_view section) { return variableOf(section) == name; });
}

bool mayHijack(std::string_view method, std::string_view path) {
    const std::string whole = withoutPrefix(std::string(path.substr(0, path.find('?'))));
    if (method == "GET") return whole.starts_with("/containers/") && whole.ends_with("/attach/ws");
    if (method != "POST") return false;
    return whole == "/session" || whole == "/grpc" ||
           (whole.starts_with("/containers/") && whole.ends_with("/attach")) ||
           (whole.starts_with("/exec/") && whole.ends_with("/start"));
}

} // namespace mutants
