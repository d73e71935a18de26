#include "mockdocker/routes/networks.h"

#include "mockdocker/routes/containers.h"
#include "mockdocker/state/json.h"

#include <algorithm>
#include <array>

namespace mockdocker {
namespace {

using json::quote;

struct Network {
    std::string_view name;
    std::string_view id;
    std::string_view driver;
};
constexpr std::array networks{
    Network{"bridge", "b1d9e0000000000000000000000000000000000000000000000000000000b1d9", "bridge"},
    Network{"host", "4057000000000000000000000000000000000000000000000000000000004057", "host"},
    Network{"none", "202e00000000000000000000000000000000000000000000000000000000202e", "null"}};

std::string networkJson(const Network& network) {
    return json::object({{"Name", quote(network.name)},
                         {"Id", quote(network.id)},
                         {"Created", quote("2026-01-01T00:00:00Z")},
                         {"Scope", quote("local")},
                         {"Driver", quote(network.driver)},
                         {"EnableIPv6", "false"},
                         {"IPAM", R"({"Driver":"default","Options":null,"Config":[]})"},
                         {"Internal", "false"},
                         {"Attachable", "false"},
                         {"Ingress", "false"},
                         {"ConfigFrom", R"({"Network":""})"},
                         {"ConfigOnly", "false"},
                         {"Containers", "{}"},
                         {"Options", "{}"},
                         {"Labels", "{}"}});
}

const Network* findNetwork(const std::string& nameOrId) {
    const auto* const at = std::ranges::find_if(networks, [&](const Network& network) {
        return network.name == nameOrId || network.id.starts_with(nameOrId);
    });
    return at == networks.end() ? nullptr : at;
}

bool isPredefined(const std::string& name) {
    const Network* const network = findNetwork(name);
    return network != nullptr && network->name == name;
}

} // namespace

void networkList(Call& call) {
    std::vector<std::string> items;
    items.reserve(networks.size());
    for (const Network& network : networks) items.push_back(networkJson(network));
    call.reply(200, json::array(items));
}

// The predefined ones cannot be removed, and there are no others.
void networkDelete(Call& call) {
    if (isPredefined(call.name()))
        return call.error(403, call.name() + " is a pre-defined network and cannot be removed");
    call.error(404, "network " + call.name() + " not found");
}

void networkInspect(Call& call) {
    const Network* const network = findNetwork(call.name());
    if (network == nullptr) return call.error(404, "network " + call.name() + " not found");
    call.reply(200, networkJson(*network));
}

void networkCreate(Call& call) {
    const auto config = requireJson(call);
    if (!config) return;
    const std::string name = json::stringAt(*config, "Name");
    const std::string driver = json::stringAt(*config, "Driver");
    const bool old = !call.identity.atLeast(48);
    if (name.empty())
        return call.error(old ? 500 : 400, old ? "invalid name: " : "invalid name: name is empty");
    if (isPredefined(name))
        return call.error(403, "operation is not permitted on predefined " + name + " network ");
    if (driver == "host" || driver == "null")
        return call.error(403, "only one instance of " + quote(driver) + " network is allowed");
    call.succeed();
}

// Disconnecting, too. The daemon looks the container up first.
void networkConnect(Call& call) {
    const auto config = requireJson(call);
    if (!config) return;
    const std::string container = json::stringAt(*config, "Container");
    if (!World::evergreen(container) && !requireContainerNamed(call, container)) return;
    if (findNetwork(call.name()) == nullptr) return call.error(404, "network " + call.name() + " not found");
    call.succeed();
}

} // namespace mockdocker
