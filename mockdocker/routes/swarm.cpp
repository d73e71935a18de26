#include "mockdocker/routes/swarm.h"

#include "mockdocker/routes/complaints.h"
#include "mockdocker/routes/containers.h"
#include "mockdocker/state/json.h"

namespace mockdocker {
namespace {

constexpr const char* currentIndex = "10"; // of the swarm, in its canned answer

// "service" of /services/web/update
std::string kindOf(const Call& call) {
    const std::string& path = call.request().path;
    for (const char* kind : {"service", "node", "task", "secret", "config"}) {
        if (path.find(std::string("/") + kind + "s/") != std::string::npos) return kind;
    }
    return "swarm";
}

// The daemon reads body and version before it asks whether it is a manager. Null: answered.
Poco::JSON::Object::Ptr update(Call& call) {
    auto spec = requireJson(call);
    if (!spec) return nullptr;
    const std::string kind = kindOf(call);
    const auto complaint = versionComplaint(call.request().query("version").value_or(""));
    if (complaint) {
        const bool brief = kind == "secret" || kind == "config";
        call.error(400, "invalid " + kind + (brief ? " version" : *complaint));
        return nullptr;
    }
    return requireManager(call) ? spec : nullptr;
}

bool hasContainerSpec(Call& call, const Poco::JSON::Object& spec) {
    if (spec.isObject("TaskTemplate") && spec.getObject("TaskTemplate")->isObject("ContainerSpec"))
        return true;
    call.error(400, "mismatched Runtime and *Spec fields");
    return false;
}

// The body of init and join, which only a node of no swarm can do. Null: answered.
Poco::JSON::Object::Ptr entering(Call& call) {
    auto config = requireJson(call);
    if (!config) return nullptr;
    if (call.identity.swarm) {
        call.error(503, "This node is already part of a swarm. Use \"docker swarm leave\" to leave this "
                        "swarm and join another one.");
    } else if (json::stringAt(*config, "ListenAddr").empty()) {
        call.error(400, "invalid ListenAddr \"\": invalid empty address");
    } else {
        return config;
    }
    return nullptr;
}

} // namespace

bool requireManager(Call& call) {
    if (call.identity.swarm) return true;
    call.error(503, "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to "
                    "connect this node to swarm and try again.");
    return false;
}

void swarmInit(Call& call) {
    if (entering(call)) call.succeed();
}

void swarmJoin(Call& call) {
    const auto config = entering(call);
    if (!config) return;
    if (!json::stringAt(*config, "JoinToken").starts_with("SWMTKN-1-"))
        return call.error(500, "invalid join token");
    call.succeed();
}

void swarmLeave(Call& call) {
    if (!call.identity.swarm) return call.error(503, "This node is not part of a swarm");
    if (!call.request().queryBool("force")) {
        return call.error(503, "You are attempting to leave the swarm on a node that is participating as a "
                               "manager. Removing the last manager erases all current state of the swarm. "
                               "Use `--force` to ignore this message. ");
    }
    call.succeed();
}

void swarmUnlock(Call& call) {
    const auto request = requireJson(call);
    if (!request || !requireManager(call)) return;
    if (!World::evergreen(json::stringAt(*request, "UnlockKey")))
        return call.error(409, "swarm is not locked");
    call.succeed();
}

void swarmUpdate(Call& call) {
    if (!update(call)) return;
    if (call.request().query("version") != currentIndex)
        return call.error(500, "rpc error: code = Unknown desc = update out of sequence");
    call.succeed();
}

void serviceCreate(Call& call) {
    const auto spec = requireJson(call);
    if (spec && requireManager(call) && hasContainerSpec(call, *spec)) call.succeed();
}

void serviceUpdate(Call& call) {
    const auto spec = update(call);
    if (spec && hasContainerSpec(call, *spec)) noSuchObject(call);
}

// Of services and tasks.
void swarmLogs(Call& call) {
    const Request& request = call.request();
    if (!request.queryBool("stdout") && !request.queryBool("stderr"))
        return call.error(500, "Bad parameters: you must choose at least one stream");
    if (!requireManager(call)) return;
    if (!World::evergreen(call.name())) return noSuchObject(call);
    if (call.exchange.begin(200,
                            call.identity.atLeast(42) ? "application/vnd.docker.multiplexed-stream" : ""))
        call.exchange.finish();
}

void nodeUpdate(Call& call) {
    const auto spec = update(call);
    if (!spec) return;
    const std::string role = json::stringAt(*spec, "Role");
    if (role != "worker" && role != "manager") return call.error(400, "invalid Role: " + json::quote(role));
    noSuchObject(call);
}

// And configs.
void secretCreate(Call& call) {
    const auto spec = requireJson(call);
    if (!spec || !requireManager(call)) return;
    if (json::stringAt(*spec, "Name").empty())
        return call.error(400, "rpc error: code = InvalidArgument desc = name must be provided");
    call.succeed();
}

void secretUpdate(Call& call) {
    if (update(call)) noSuchObject(call);
}

void noSuchObject(Call& call) {
    call.error(404, kindOf(call) + " " + call.name() + " not found");
}

} // namespace mockdocker
