#include "tests/conformance/mutants/guard.h"

#include "tests/conformance/mutants/guard_body.h"
#include "tests/conformance/mutants/guard_values.h"
#include "tests/conformance/mutants/mutation.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace mutants {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr std::array<std::string_view, 10> variables{
    "GUARD",          "GUARD_BINDS", "GUARD_HOST", "GUARD_CAPS",  "GUARD_DEVICES",
    "GUARD_NETWORKS", "GUARD_EXEC",  "GUARD_CP",   "GUARD_BUILD", "GUARD_BODY_LIMIT"};

std::string valueOf(const Environment& environment, const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? "" : found->second;
}

std::vector<std::string> listOf(const Environment& environment, const char* name) {
    std::vector<std::string> list;
    std::istringstream stream(valueOf(environment, name));
    for (std::string one; std::getline(stream, one, ',');) list.push_back(one);
    return list;
}

[[noreturn]] void mistake(const std::string& name, const std::string& value) {
    throw SettingsError(name + "=" + value + " is none of what it takes");
}

std::size_t sizeOf(const std::string& text) {
    std::size_t end = 0;
    std::size_t size = 0;
    if (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0)
        size = std::stoul(text, &end);
    const std::string unit = text.substr(end);
    if (size == 0 || (unit != "" && unit != "k" && unit != "m")) {
        if (is("guard-limit-unchecked")) return 1 << 20;
        mistake("GUARD_BODY_LIMIT", text);
    }
    return size << (unit == "m" ? 20U : unit == "k" ? 10U : 0U);
}

// ---- Operations ----------------------------------------------------------------------------------

struct Judged {
    std::string_view operation;
    const char* root;       // of its body; empty: it is not read
    const char* parameters; // of its query
};

constexpr Judged judged[] = {
    {"ContainerCreate", "create", " name platform "},
    {"ContainerUpdate", "update", " "},
    {"ContainerStart", "", " detachKeys "},
    {"ContainerRename", "", " name "},
    {"ContainerExec", "exec", " "},
    {"ExecStart", "start", " "},
    {"VolumeCreate", "volume", " "},
    {"NetworkCreate", "network", " "},
    {"NetworkConnect", "connect", " "},
    {"NetworkDisconnect", "disconnect", " "},
    {"ImageCommit", "config", " container repo tag comment author pause changes "},
    {"ImageCreate", "", " fromImage fromSrc repo tag message changes platform "},
    {"ImageLoad", "", " quiet platform "},
    {"ImageTag", "", " repo tag force "},
    {"ImagePush", "", " tag platform "},
    {"ImageBuild", "",
     " dockerfile t extrahosts q nocache cachefrom pull rm forcerm memory buildargs shmsize labels "
     "networkmode "
     "platform target version session remote outputs "},
};

const Judged* judgedOf(std::string_view operation) {
    const auto* const found = std::ranges::find(judged, operation, &Judged::operation);
    return found == std::end(judged) ? nullptr : found;
}

struct Closed {
    std::string_view begins; // operations' names
    bool GuardSettings::*unless;
    Mutant forgets;
};

constexpr Closed closed[] = {
    {"ContainerExec", &GuardSettings::exec, "guard-exec-open"},
    {"ExecStart", &GuardSettings::exec, "guard-exec-start-open"},
    {"ContainerAttach", &GuardSettings::exec, "guard-attach-open"},
    {"PutContainerArchive", &GuardSettings::cp, "guard-cp-open"},
    {"ContainerArchive", &GuardSettings::cp, "guard-archive-open"},
    {"ImageBuild", &GuardSettings::build, "guard-build-open"},
    {"serveGRPC", &GuardSettings::build, "guard-tunnels-open"},
    {"Session", &GuardSettings::build, "guard-tunnels-open"},
    {"PluginPull", nullptr, "guard-plugin-pull-open"},
    {"PluginCreate", nullptr, "guard-plugins-open"},
    {"PluginEnable", nullptr, "guard-plugins-open"},
    {"PluginSet", nullptr, "guard-plugins-open"},
    {"PluginUpgrade", nullptr, "guard-plugins-open"},
    {"ServiceCreate", nullptr, "guard-service-create-open"},
    {"ServiceUpdate", nullptr, "guard-service-update-open"},
    {"SwarmInit", nullptr, "guard-swarm-open"},
    {"SwarmJoin", nullptr, "guard-swarm-open"},
    {"SwarmUpdate", nullptr, "guard-swarm-open"},
    {"NodeUpdate", nullptr, "guard-nodes-open"},
    {"SecretCreate", nullptr, "guard-secrets-open"},
    {"ConfigCreate", nullptr, "guard-secrets-open"},
    {"postContainerCheckpoint", nullptr, "guard-checkpoints-open"},
    {"deleteContainerCheckpoint", nullptr, "guard-checkpoints-open"},
    {"postContainersCopy", nullptr, "guard-copy-open"},
};

bool isPlain(const std::string& version) {
    if (version.empty()) return true;
    const std::string minor = version.starts_with("1.") ? version.substr(2) : "";
    if (is("guard-versions-by-number"))
        return std::atoi(minor.c_str()) >= 24 || minor.starts_with('0') || minor.ends_with('.');
    return minor.size() >= 2 && minor.find_first_not_of("0123456789") == std::string::npos &&
           minor.front() != '0' && std::stoi(minor.substr(0, 4)) >= 24;
}

std::string trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos
               ? ""
               : std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin));
}

std::string lowered(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::vector<std::string> typesOf(const Head& head) {
    std::vector<std::string> types;
    for (const auto& field : head.fields)
        if (equalNames(field.name, "Content-Type")) types.push_back(lowered(field.value));
    return types;
}

bool isJson(const std::string& type) {
    if (is("guard-type-any")) return true;
    const auto parameter = type.find(';');
    return trimmed(type.substr(0, parameter)) == "application/json" &&
           (parameter == std::string::npos || trimmed(type.substr(parameter + 1)) == "charset=utf-8" ||
            is("guard-type-parameters"));
}

bool isForm(const Head& head) {
    const auto types = typesOf(head);
    return std::ranges::any_of(types, [](const std::string& type) {
        if (type.starts_with("application/x-www-form-urlencoded"))
            return is("guard-forms-exact") ? type == "application/x-www-form-urlencoded"
                                           : !is("guard-forms-pass");
        return type.starts_with("multipart/") && !is("guard-multipart-passes");
    });
}

std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else
            plain += text[i] == '+' ? ' ' : text[i];
    }
    return plain;
}

} // namespace

bool isGuardVariable(std::string_view name) {
    return std::ranges::find(variables, name) != variables.end();
}

Guard::Guard(const Environment& environment) {
    GuardSettings& s = settings_;
    const std::string profile = valueOf(environment, "GUARD");
    s.on = !(profile.empty() || profile == "0") || is("guard-unasked");
    if (is("guard-off")) s.on = false;
    s.restricted = profile == "restricted" && !is("guard-restricted-is-baseline");
    if (s.on && profile != "restricted" && profile != "baseline" && profile != "1" && !is("guard-unasked") &&
        !is("guard-profile-any"))
        mistake("GUARD", profile);
    for (auto one : listOf(environment, "GUARD_BINDS")) {
        const bool readOnly = one.ends_with(":ro");
        if (readOnly) one.resize(one.size() - 3);
        if (!isCleanPath(one) && !is("guard-binds-unchecked")) mistake("GUARD_BINDS", one);
        s.binds.emplace_back(one, readOnly);
    }
    static const std::set<std::string> words{"network", "pid", "ipc", "uts", "userns", "cgroup", "container"};
    for (const auto& one : listOf(environment, "GUARD_HOST")) {
        if (!words.contains(one) && !is("guard-host-unchecked")) mistake("GUARD_HOST", one);
        s.host.insert(one);
    }
    for (const auto& one : listOf(environment, "GUARD_CAPS")) {
        if (!isCapability(capabilityOf(one)) && !is("guard-caps-unchecked")) mistake("GUARD_CAPS", one);
        s.caps.insert(capabilityOf(one));
    }
    for (const auto& one : listOf(environment, "GUARD_DEVICES")) {
        if (one != "gpu" && !isCleanPath(one) && !is("guard-devices-unchecked"))
            mistake("GUARD_DEVICES", one);
        s.devices.insert(one);
    }
    for (const auto& one : listOf(environment, "GUARD_NETWORKS")) s.networks.insert(one);
    s.exec = valueOf(environment, "GUARD_EXEC") == "1";
    s.cp = valueOf(environment, "GUARD_CP") == "1" || (is("guard-exec-opens-cp") && s.exec);
    s.build = valueOf(environment, "GUARD_BUILD") == "1";
    if (const std::string limit = valueOf(environment, "GUARD_BODY_LIMIT"); !limit.empty())
        s.limit = sizeOf(limit);
    if (is("guard-limit-none")) s.limit = std::size_t{1} << 40U;
    const std::string learn = valueOf(environment, "LEARN");
    if (s.on && learn == "1" && !is("guard-learns"))
        throw SettingsError("GUARD and LEARN: what is refused would pass");
}

bool Guard::isOpen(std::string_view operation) const {
    for (const auto& row : closed)
        if (operation.starts_with(row.begins) && !is(row.forgets) &&
            (row.unless == nullptr || !(settings_.*row.unless)))
            return false;
    return true;
}

bool Guard::reads(std::string_view operation) const {
    const auto* const known = judgedOf(operation);
    if (is("guard-buffers-builds") && operation == "ImageBuild") return true;
    return known != nullptr && *known->root != '\0' && (isOpen(operation) || is("guard-expect-unneeded"));
}

bool Guard::refuses(const Asked& asked) const {
    if (!isOpen(asked.operation)) return true;
    const auto* const known = judgedOf(asked.operation);
    const bool libpod = asked.operation.empty() && asked.method != "GET" && asked.method != "HEAD";
    if (known == nullptr) return libpod && !is("guard-libpod-open");
    if (is("guard-create-only") && asked.operation != "ContainerCreate") return false;
    const bool start = asked.operation == "ContainerStart" && is("guard-start-body-passes");
    if (!isPlain(asked.version) && !start) return true;
    if (refusesQuery(asked)) return true;
    if (asked.operation.starts_with("NetworkConnect") && !is("guard-connect-any") &&
        !(is("guard-connect-as-written") && asked.name.find('%') != std::string::npos) &&
        !isNetwork(settings_, decoded(asked.name)))
        return true;
    return *known->root == '\0' ? isForm(*asked.head) : refusesBody(asked);
}

bool Guard::refusesBody(const Asked& asked) const {
    const bool optional = asked.operation == "VolumeCreate" || asked.operation == "ImageCommit";
    if (asked.body.empty()) return !optional && !is("guard-empty-passes");
    if (is("guard-chunked-passes") && asked.head->framing.kind == Framing::Kind::chunked) return false;
    if (is("guard-first-64k") && asked.body.size() > 65536) return false;
    const bool encoded = asked.head->find("Content-Encoding") != nullptr;
    if (encoded && is("guard-encoded-passes")) return false;
    if (encoded && !is("guard-encoding-unseen")) return true;
    const auto types = typesOf(*asked.head);
    if (is("guard-type-exact") && (types.size() != 1 || types[0] != "application/json")) return false;
    if (is("guard-types-pass") && (types.size() != 1 || !isJson(types[0]))) return false;
    if (types.empty() && !is("guard-type-any")) return true;
    if (types.size() > 1 && !is("guard-type-last")) return true;
    if (!types.empty() && !isJson(types.back())) return true;
    if (optional && trimmed(asked.body) == "null") return false;
    return !isHarmlessBody(settings_, judgedOf(asked.operation)->root, asked.body);
}

bool Guard::refusesQuery(const Asked& asked) const {
    const std::string parameters = judgedOf(asked.operation)->parameters;
    if (asked.query.find(';') != std::string::npos && !is("guard-semicolon-passes")) return true;
    std::istringstream stream(asked.query);
    std::set<std::string> seen;
    for (std::string pair; std::getline(stream, pair, '&');) {
        const std::string name = decoded(pair.substr(0, pair.find('=')));
        const std::string value =
            pair.find('=') == std::string::npos ? "" : decoded(pair.substr(pair.find('=') + 1));
        if (is("guard-query-as-written") && pair.find('%') != std::string::npos) continue;
        if (is("guard-first-parameter") && !seen.insert(name).second) continue;
        if (value.empty() || value == "0" || value == "false") continue;
        if (parameters.find(" " + name + " ") == std::string::npos) {
            if (!is("guard-parameters-pass")) return true;
            continue;
        }
        if (name == "networkmode" && !isNetwork(settings_, value) && !is("guard-build-network-passes"))
            return true;
        if (name == "outputs" && !value.starts_with('[') && !is("guard-build-outputs-pass")) return true;
        if (name == "remote" && !is("guard-build-remote-passes")) return true;
        if (name == "fromSrc" && value != "-" && !is("guard-import-passes")) return true;
    }
    return false;
}

} // namespace mutants
