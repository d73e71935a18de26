#include "mockdocker/routes/containers.h"

#include "mockdocker/routes/complaints.h"
#include "mockdocker/state/json.h"

#include <Poco/String.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <sstream>

namespace mockdocker {
namespace {

using json::quote;

std::string generatedName() {
    static std::atomic<unsigned> next{0};
    return "eager_mock" + std::to_string(++next);
}

std::vector<std::string> commandOf(const Poco::JSON::Object& config, const Image* image) {
    auto words = json::listAt(config, "Entrypoint");
    auto command = json::listAt(config, "Cmd");
    if (words.empty() && command.empty() && image != nullptr) command = image->command;
    words.insert(words.end(), command.begin(), command.end());
    std::erase_if(words, [](const auto& word) { return word.empty(); });
    if (words.empty()) words.emplace_back("sh");
    return words;
}

std::string stateJson(const Container& container) {
    const auto is = [&](std::string_view status) { return json::boolean(container.status == status); };
    return json::object({{"Status", quote(container.status)},
                         {"Running", json::boolean(container.running())},
                         {"Paused", is("paused")},
                         {"Restarting", "false"},
                         {"OOMKilled", "false"},
                         {"Dead", "false"},
                         {"Pid", std::to_string(container.pid)},
                         {"ExitCode", std::to_string(container.exitCode)},
                         {"Error", "\"\""},
                         {"StartedAt", quote(rfc3339(container.started))},
                         {"FinishedAt", quote(rfc3339(container.finished))}});
}

std::string labelsJson(const Container& container) {
    const auto labels = container.config ? container.config->getObject("Labels") : nullptr;
    return labels ? json::write(Poco::Dynamic::Var(labels)) : "{}";
}

std::string hostConfigJson(const Container& container) {
    return json::write(Poco::Dynamic::Var(container.config->getObject("HostConfig"))); // null: evergreen
}

// What the daemon fills in when a create request leaves it out; clients rely on these two.
void addDefaults(Poco::JSON::Object& config) {
    if (!config.isObject("HostConfig"))
        config.set("HostConfig", Poco::JSON::Object::Ptr(new Poco::JSON::Object));
    auto host = config.getObject("HostConfig");
    if (json::stringAt(*host, "NetworkMode").empty()) host->set("NetworkMode", "default");
    const auto log = host->isObject("LogConfig") ? host->getObject("LogConfig") : nullptr;
    if (log && !json::stringAt(*log, "Type").empty()) return;
    Poco::JSON::Object::Ptr jsonFile(new Poco::JSON::Object);
    jsonFile->set("Type", "json-file");
    jsonFile->set("Config", Poco::JSON::Object::Ptr(new Poco::JSON::Object));
    host->set("LogConfig", jsonFile);
}

std::string configJson(const Container& container) {
    const auto& program = container.program;
    return json::object({{"Hostname", quote(program.hostname)},
                         {"Domainname", "\"\""},
                         {"User", "\"\""},
                         {"AttachStdin", "false"},
                         {"AttachStdout", "true"},
                         {"AttachStderr", "true"},
                         {"Tty", json::boolean(container.terminal)},
                         {"OpenStdin", json::boolean(container.openStdin)},
                         {"StdinOnce", json::boolean(container.stdinOnce)},
                         {"Env", json::strings(program.environment)},
                         {"Cmd", json::strings(program.arguments)},
                         {"Image", quote(container.image)},
                         {"Volumes", "null"},
                         {"WorkingDir", "\"\""},
                         {"Entrypoint", "null"},
                         {"OnBuild", "null"},
                         {"Labels", labelsJson(container)}});
}

std::string graphDriverJson(const Container& container) {
    const std::string folder = "/var/lib/docker/overlay2/" + container.id;
    return json::object(
        {{"Data",
          json::object({{"LowerDir", quote(folder + "-init/diff:/var/lib/docker/overlay2/lower/diff")},
                        {"MergedDir", quote(folder + "/merged")},
                        {"UpperDir", quote(folder + "/diff")},
                        {"WorkDir", quote(folder + "/work")}})},
         {"Name", quote("overlay2")}});
}

std::string networkSettingsJson() {
    return R"({"Bridge":"","SandboxID":"","HairpinMode":false,"LinkLocalIPv6Address":"","LinkLocalIPv6PrefixLen":0,)"
           R"("Ports":{},"SandboxKey":"","SecondaryIPAddresses":null,"SecondaryIPv6Addresses":null,"EndpointID":"",)"
           R"("Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"IPAddress":"","IPPrefixLen":0,)"
           R"("IPv6Gateway":"","MacAddress":"","Networks":{"none":{"IPAMConfig":null,"Links":null,"Aliases":null,)"
           R"("NetworkID":"","EndpointID":"","Gateway":"","IPAddress":"","IPPrefixLen":0,"MacAddress":""}}})";
}

std::string inspectJson(const Container& container, const std::string& imageId) {
    const auto& words = container.program.arguments;
    const std::vector<std::string> rest(words.begin() + 1, words.end());
    return json::object({{"Id", quote(container.id)},
                         {"Created", quote(rfc3339(container.created))},
                         {"Path", quote(words.front())},
                         {"Args", json::strings(rest)},
                         {"State", stateJson(container)},
                         {"Image", quote(imageId)},
                         {"ResolvConfPath", "\"\""},
                         {"HostnamePath", "\"\""},
                         {"HostsPath", "\"\""},
                         {"LogPath", "\"\""},
                         {"Name", quote("/" + container.name)},
                         {"RestartCount", "0"},
                         {"Driver", quote("overlay2")},
                         {"Platform", quote("linux")},
                         {"MountLabel", "\"\""},
                         {"ProcessLabel", "\"\""},
                         {"AppArmorProfile", "\"\""},
                         {"ExecIDs", "null"},
                         {"HostConfig", hostConfigJson(container)},
                         {"GraphDriver", graphDriverJson(container)},
                         {"Mounts", "[]"},
                         {"Config", configJson(container)},
                         {"NetworkSettings", networkSettingsJson()}});
}

std::string statusText(const Container& container) {
    if (container.status == "created") return "Created";
    if (container.running()) return container.status == "paused" ? "Up 1 second (Paused)" : "Up 1 second";
    return "Exited (" + std::to_string(container.exitCode) + ") 1 second ago";
}

std::string summaryJson(const Container& container, const std::string& imageId) {
    std::string command;
    for (const auto& word : container.program.arguments)
        command.append(command.empty() ? "" : " ").append(word);
    return json::object({{"Id", quote(container.id)},
                         {"Names", json::strings({"/" + container.name})},
                         {"Image", quote(container.image)},
                         {"ImageID", quote(imageId)},
                         {"Command", quote(command)},
                         {"Created", std::to_string(unixSeconds(container.created))},
                         {"Ports", "[]"},
                         {"Labels", labelsJson(container)},
                         {"State", quote(container.status)},
                         {"Status", quote(statusText(container))},
                         {"HostConfig", R"({"NetworkMode":"default"})"},
                         {"NetworkSettings", R"({"Networks":{}})"},
                         {"Mounts", "[]"}});
}

std::string imageIdOf(const World& world, const Container& container) {
    const auto image = world.findImage(container.image);
    return image ? image->id : "";
}

// One filter key in both of the API's spellings: {"name":["x"]} and {"name":{"x":true}}.
std::vector<std::string> filterValues(const Request& request, const std::string& key) {
    const auto filters = json::parseObject(request.query("filters").value_or("{}"));
    if (!filters || !filters->has(key)) return {};
    if (!filters->isObject(key)) return json::listAt(*filters, key);
    return filters->getObject(key)->getNames();
}

bool passesFilters(const Container& container, const Request& request) {
    const auto any = [&](const std::string& key, const auto& test) {
        const auto values = filterValues(request, key);
        return values.empty() || std::ranges::any_of(values, test);
    };
    const auto labels = container.config ? container.config->getObject("Labels") : nullptr;
    return any("name", [&](const auto& v) { return container.name.find(v) != std::string::npos; }) &&
           any("id", [&](const auto& v) { return container.id.starts_with(v); }) &&
           any("status", [&](const auto& v) { return container.status == v; }) &&
           any("label", [&](const auto& v) {
               const auto equals = v.find('=');
               const auto key = v.substr(0, equals);
               return labels && labels->has(key) &&
                      (equals == std::string::npos || json::stringAt(*labels, key) == v.substr(equals + 1));
           });
}

std::optional<int> signalNumber(const std::string& text) {
    std::string name = Poco::toUpper(text);
    if (name.starts_with("SIG")) name.erase(0, 3);
    for (int number = 1; number <= SIGRTMAX; ++number) {
        const char* const abbreviation = ::sigabbrev_np(number);
        if (text == std::to_string(number) || (abbreviation != nullptr && name == abbreviation))
            return number;
    }
    return {};
}

// False: the time of stop and restart is no number, which has been answered.
bool graceFits(Call& call) {
    const std::string time = call.request().query("t").value_or("");
    const auto complaint = time.empty() ? std::nullopt : numberComplaint(time);
    if (complaint) call.error(500, *complaint);
    return !complaint;
}

bool sizeFits(Call& call) {
    for (const auto& [key, word] : {std::pair{"h", "height"}, std::pair{"w", "width"}}) {
        const std::string size = call.request().query(key).value_or("");
        const auto complaint = numberComplaint(size);
        if (!complaint) continue;
        const std::string inWords =
            std::string("invalid resize ") + word + " " + quote(size) + ": invalid syntax";
        call.error(400, call.identity.atLeast(48) ? inWords : *complaint);
        return false;
    }
    return true;
}

// Messages began with a capital in engine 20.10 and do not in 28; that is where it was observed.
std::string inWords(const Call& call, std::string text) {
    if (call.identity.atLeast(48)) text.front() = static_cast<char>(text.front() | 0x20);
    return text;
}

std::string runningComplaint(const Call& call, const Container& container) {
    if (!call.identity.atLeast(48)) {
        return "You cannot remove a running container " + container.id +
               ". Stop the container before attempting removal or force remove";
    }
    return "cannot remove container " + quote(call.name()) +
           ": container is running: stop the container before removing or force remove";
}

// Kills and waits for the end, outside the world's lock; a client that leaves ends the wait.
void killAndWait(Call& call, const std::shared_ptr<Stdio>& stdio, int signal) {
    const Wakeup wakeup;
    const Watching watching(stdio->changed, wakeup);
    stdio->kill(signal);
    while (!stdio->exitCode() && await(call.exchange.connection(), wakeup, Watch::hangup) == Awoke::signal) {
    }
}

// Starts it if it can be started; the message of the engine's refusal otherwise.
std::string startRefusal(const Container& container) {
    const std::string& command = container.program.arguments.front();
    if (isCommand(command)) return {};
    return "failed to create shim task: OCI runtime create failed: runc create failed: unable to start "
           "container "
           "process: exec: \"" +
           command + "\": executable file not found in $PATH: unknown";
}

void noBody(Call& call, int status) {
    call.exchange.reply(status, {}, {});
}

std::shared_ptr<Container> fromConfig(const Call& call, const Poco::JSON::Object::Ptr& config,
                                      const Image& image) {
    auto container = std::make_shared<Container>();
    container->id = newId();
    container->name = call.request().query("name").value_or("");
    if (container->name.empty()) container->name = generatedName();
    container->image = json::stringAt(*config, "Image");
    container->config = config;
    addDefaults(*container->config);
    container->terminal = json::boolAt(*config, "Tty");
    container->openStdin = json::boolAt(*config, "OpenStdin");
    container->stdinOnce = json::boolAt(*config, "StdinOnce");
    const auto host = config->getObject("HostConfig");
    container->autoRemove = host && json::boolAt(*host, "AutoRemove");
    container->program.arguments = commandOf(*config, &image);
    container->program.environment = json::listAt(*config, "Env");
    container->program.hostname = json::stringAt(*config, "Hostname");
    if (container->program.hostname.empty()) container->program.hostname = container->id.substr(0, 12);
    container->created = std::chrono::system_clock::now();
    container->stdio = std::make_shared<Stdio>(container->terminal, container->openStdin);
    return container;
}

} // namespace

std::shared_ptr<Container> requireContainer(Call& call, const std::string& complaint) {
    return requireContainerNamed(call, call.name(), complaint);
}

std::shared_ptr<Container> requireContainerNamed(Call& call, const std::string& name,
                                                 const std::string& complaint) {
    std::shared_ptr<Container> container;
    {
        const auto guard = call.world.lock();
        container =
            World::evergreen(name) ? call.world.privateContainer(name) : call.world.findContainer(name);
    }
    if (container) return container;
    if (name.empty())
        call.error(400, "invalid name or ID supplied: \"\"");
    else
        call.error(404, complaint + "No such container: " + name);
    return nullptr;
}

namespace {

// httputils.CheckForJSON: a request without a body needs no type.
bool hasJsonType(Call& call) {
    if (!call.exchange.hasBody()) return true;
    const std::string* type = call.request().find("Content-Type");
    if (type != nullptr && type->substr(0, type->find(';')) == "application/json") return true;
    const std::string shown = type == nullptr ? "" : *type;
    const bool old = !call.identity.atLeast(42);
    call.error(400, old ? "Content-Type specified (" + shown + ") must be 'application/json'"
                    : shown.empty()
                        ? "malformed Content-Type header (): mime: no media type"
                        : "unsupported Content-Type header (" + shown + "): must be 'application/json'");
    return false;
}

} // namespace

Poco::JSON::Object::Ptr requireJson(Call& call, bool viaRunconfig) {
    if (!hasJsonType(call)) return nullptr;
    const std::string& text = call.exchange.body();
    auto object = json::parseObject(text);
    if (object) return object;
    const bool none = text.find_first_not_of(" \r\n\t") == std::string::npos;
    const bool old = !call.identity.atLeast(42);
    if (none && !old && !viaRunconfig) return new Poco::JSON::Object; // since 23.0 nothing is as good as {}
    const std::string what = !none                 ? "unexpected EOF"
                             : old && viaRunconfig ? "EOF"
                                                   : "got EOF while reading request body";
    call.error(old && viaRunconfig ? 500 : 400, (old ? "" : "invalid JSON: ") + what);
    return nullptr;
}

void containerCreate(Call& call) {
    const auto config = requireJson(call, true);
    if (!config) return;
    if (config->size() == 0)
        return call.error(400, inWords(call, "Config cannot be empty in order to create a container"));
    const auto guard = call.world.lock();
    const std::string reference = json::stringAt(*config, "Image");
    const std::string name = call.request().query("name").value_or("");
    const bool evergreen = World::evergreen(name) || World::evergreen(reference);
    const auto image = evergreen ? std::make_shared<Image>() : call.world.findImage(reference);
    if (!image) return call.error(404, "No such image: " + withTag(reference));
    const auto other = call.world.findContainer(name);
    if (other && other->name == name) {
        return call.error(
            409, "Conflict. The container name \"/" + name + "\" is already in use by container \"" +
                     other->id +
                     "\". You have to remove (or rename) that container to be able to reuse that name.");
    }
    const auto container = fromConfig(call, config, *image);
    if (!evergreen) {
        call.world.add(container);
        call.world.note(*container, "create");
    }
    call.reply(201, json::object({{"Id", quote(container->id)}, {"Warnings", "[]"}}));
}

void containerList(Call& call) {
    std::vector<std::string> items;
    const bool all = call.request().queryBool("all") || !filterValues(call.request(), "status").empty();
    {
        const auto guard = call.world.lock();
        for (const auto& container : call.world.containers()) {
            if ((all || container->running()) && passesFilters(*container, call.request())) {
                items.push_back(summaryJson(*container, imageIdOf(call.world, *container)));
            }
        }
    }
    const auto limit = call.request().query("limit");
    const auto count = limit ? std::strtoul(limit->c_str(), nullptr, 10) : 0;
    if (count > 0 && items.size() > count) items.resize(count);
    call.reply(200, json::array(items));
}

void containerInspect(Call& call) {
    const auto container = requireContainer(call);
    if (!container) return;
    std::string text;
    {
        const auto guard = call.world.lock();
        text = inspectJson(*container, imageIdOf(call.world, *container));
    }
    if (World::evergreen(call.name())) container->stdio->kill(SIGKILL);
    call.reply(200, text);
}

void containerStart(Call& call) {
    const Request& request = call.request();
    if (request.length > 7 || request.chunked) { // container_routes.go postContainersStart
        return call.error(400, "starting container with non-empty request body was deprecated since API "
                               "v1.22 and removed in v1.24");
    }
    const auto container = requireContainer(call);
    if (!container) return;
    const auto guard = call.world.lock();
    if (container->running()) return noBody(call, 304);
    const std::string refusal = startRefusal(*container);
    if (!refusal.empty()) {
        container->exitCode = 127;
        if (container->autoRemove) { // clients wait for the removal even when the start failed
            container->stdio->finish(127);
            call.world.remove(container);
        }
        return call.error(400, refusal);
    }
    call.world.start(container);
    noBody(call, 204);
}

void containerStop(Call& call) {
    if (!graceFits(call)) return;
    const auto container = requireContainer(call);
    if (!container) return;
    std::shared_ptr<Stdio> stdio;
    {
        const auto guard = call.world.lock();
        if (!container->running()) return noBody(call, 304);
        stdio = container->stdio;
        call.world.note(*container, "kill", {{"signal", "15"}});
    }
    killAndWait(call, stdio, SIGTERM);
    {
        const auto guard = call.world.lock();
        call.world.note(*container, "stop");
    }
    noBody(call, 204);
}

void containerRestart(Call& call) {
    if (!graceFits(call)) return;
    const auto container = requireContainer(call);
    if (!container) return;
    std::shared_ptr<Stdio> stdio;
    {
        const auto guard = call.world.lock();
        if (container->running()) stdio = container->stdio;
    }
    if (stdio) killAndWait(call, stdio, SIGTERM);
    const auto guard = call.world.lock();
    if (!container->running()) call.world.start(container);
    call.world.note(*container, "restart");
    noBody(call, 204);
}

void containerKill(Call& call) {
    const std::string complaint = inWords(call, "Cannot kill container: ") + call.name() + ": ";
    const std::string wanted = call.request().query("signal").value_or("");
    const auto signal = signalNumber(wanted.empty() ? "KILL" : wanted);
    if (!signal)
        return call.error(400,
                          (call.identity.atLeast(48) ? complaint + "i" : "I") + "nvalid signal: " + wanted);
    const auto container = requireContainer(call, complaint);
    if (!container) return;
    std::shared_ptr<Stdio> stdio;
    {
        const auto guard = call.world.lock();
        if (!container->running()) {
            return call.error(409,
                              complaint + inWords(call, "Container ") + container->id + " is not running");
        }
        stdio = container->stdio;
        call.world.note(*container, "kill", {{"signal", std::to_string(*signal)}});
    }
    killAndWait(call, stdio, *signal);
    noBody(call, 204);
}

void containerPause(Call& call) {
    const auto container = requireContainer(call);
    if (!container) return;
    const auto guard = call.world.lock();
    if (container->status == "paused")
        return call.error(409, "Container " + container->id + " is already paused");
    if (!container->running())
        return call.error(409, inWords(call, "Container ") + container->id + " is not running");
    container->status = "paused";
    call.world.note(*container, "pause");
    noBody(call, 204);
}

void containerUnpause(Call& call) {
    const auto container = requireContainer(call);
    if (!container) return;
    const auto guard = call.world.lock();
    if (container->status != "paused")
        return call.error(500, "Container " + container->id + " is not paused");
    container->status = "running";
    call.world.note(*container, "unpause");
    noBody(call, 204);
}

void containerRename(Call& call) {
    const auto container = requireContainer(call);
    if (!container) return;
    const std::string name = call.request().query("name").value_or("");
    if (name.empty()) return call.error(400, "Neither old nor new names may be empty");
    const auto guard = call.world.lock();
    container->name = name;
    call.world.note(*container, "rename");
    noBody(call, 204);
}

void containerResize(Call& call) {
    if (!sizeFits(call)) return;
    const auto container = requireContainer(call);
    if (!container) return;
    const auto guard = call.world.lock();
    if (!container->running())
        return call.error(409, inWords(call, "Container ") + container->id + " is not running");
    noBody(call, 200);
}

void containerTop(Call& call) {
    const auto container = requireContainer(call);
    if (!container) return;
    const auto guard = call.world.lock();
    if (!container->running())
        return call.error(409, inWords(call, "Container ") + container->id + " is not running");
    const std::string row = json::strings({"root", std::to_string(container->pid), "1", "0", "00:00", "?",
                                           "00:00:00", container->program.arguments.front()});
    call.reply(200, json::object({{"Titles",
                                   json::strings({"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"})},
                                  {"Processes", json::array({row})}}));
}

void containerDelete(Call& call) {
    const auto container = requireContainer(call);
    if (!container) return;
    std::shared_ptr<Stdio> stdio;
    {
        const auto guard = call.world.lock();
        if (container->running() && !call.request().queryBool("force")) {
            return call.error(409, runningComplaint(call, *container));
        }
        if (container->running()) stdio = container->stdio;
    }
    if (stdio) killAndWait(call, stdio, SIGKILL);
    const auto guard = call.world.lock();
    call.world.remove(container);
    noBody(call, 204);
}

void containerPrune(Call& call) {
    std::vector<std::string> ids;
    const auto guard = call.world.lock();
    const auto all = call.world.containers();
    for (const auto& container : all) {
        if (container->running() || !passesFilters(*container, call.request())) continue;
        ids.push_back(container->id);
        call.world.remove(container);
    }
    call.reply(200, json::object({{"ContainersDeleted", ids.empty() ? "null" : json::strings(ids)},
                                  {"SpaceReclaimed", "0"}}));
}

void containerExec(Call& call) {
    const auto config = requireJson(call);
    if (!config) return;
    const auto words = json::listAt(*config, "Cmd");
    if (words.empty()) return call.error(400, "No exec command specified");
    const auto container = requireContainer(call);
    if (!container) return;
    const auto guard = call.world.lock();
    if (!container->running())
        return call.error(409, inWords(call, "Container ") + container->id + " is not running");
    if (container->status == "paused") {
        return call.error(409,
                          "Container " + container->id + " is paused, unpause the container before exec");
    }
    auto exec = std::make_shared<Exec>();
    exec->id = newId();
    exec->container = container;
    exec->program = {words, json::listAt(*config, "Env"), container->program.hostname};
    exec->terminal = json::boolAt(*config, "Tty");
    exec->attachStdin = json::boolAt(*config, "AttachStdin");
    exec->attachStdout = json::boolAt(*config, "AttachStdout");
    exec->attachStderr = json::boolAt(*config, "AttachStderr");
    exec->stdio = std::make_shared<Stdio>(exec->terminal, exec->attachStdin);
    call.world.add(exec);
    call.world.note(*container, "exec_create: " + words.front(), {{"execID", exec->id}});
    call.reply(201, json::object({{"Id", quote(exec->id)}}));
}

void execInspect(Call& call) {
    const auto guard = call.world.lock();
    const auto exec = call.world.findExec(call.name());
    if (!exec) return call.error(404, "No such exec instance: " + call.name());
    const auto code = exec->stdio->exitCode();
    const auto& words = exec->program.arguments;
    const std::string process = json::object({{"tty", json::boolean(exec->terminal)},
                                              {"entrypoint", quote(words.front())},
                                              {"arguments", json::strings({words.begin() + 1, words.end()})},
                                              {"privileged", "false"}});
    call.reply(200, json::object({{"ID", quote(exec->id)},
                                  {"Running", json::boolean(exec->started && !code)},
                                  {"ExitCode", code ? std::to_string(*code) : "null"},
                                  {"ProcessConfig", process},
                                  {"OpenStdin", json::boolean(exec->attachStdin)},
                                  {"OpenStderr", json::boolean(exec->attachStderr)},
                                  {"OpenStdout", json::boolean(exec->attachStdout)},
                                  {"CanRemove", json::boolean(code.has_value())},
                                  {"ContainerID", quote(exec->container->id)},
                                  {"DetachKeys", "\"\""},
                                  {"Pid", std::to_string(exec->pid)}}));
}

void execResize(Call& call) {
    if (!sizeFits(call)) return;
    const auto guard = call.world.lock();
    if (!call.world.findExec(call.name())) return call.error(404, "No such exec instance: " + call.name());
    noBody(call, 200);
}

} // namespace mockdocker
