#include "mockdocker/routes/registry.h"

#include "mockdocker/routes/complaints.h"
#include "mockdocker/routes/containers.h"
#include "mockdocker/routes/tar.h"
#include "mockdocker/state/json.h"

namespace mockdocker {
namespace {

using json::quote;

bool isUnreachable(const std::string& reference) {
    return reference.starts_with(std::string(unreachableRegistry) + "/");
}

// A plugin's name is answered in a field, before the registry is asked. Empty: an error has been answered.
std::string remotePlugin(Call& call) {
    if (!call.exchange.hasBody() && !call.identity.atLeast(42)) {
        call.error(500, "failed to parse privileges: EOF");
        return {};
    }
    std::string remote = call.request().query("remote").value_or("");
    if (const auto complaint = referenceComplaint(call.identity, remote)) {
        call.error(500, *complaint);
        return {};
    }
    call.exchange.set("Docker-Plugin-Name", withTag(call.names.empty() ? remote : call.name()));
    return remote;
}

} // namespace

void systemAuth(Call& call) {
    const std::string& text = call.exchange.body();
    const auto login = json::parseObject(text);
    if (text.empty() || (!login && text.front() == '{'))
        return call.error(500, text.empty() ? "EOF" : "unexpected EOF");
    if (login && json::stringAt(*login, "serveraddress") == unreachableRegistry)
        return call.error(500, connectionRefused("http://" + std::string(unreachableRegistry) + "/v2/"));
    call.succeed();
}

void imageSearch(Call& call) {
    const std::string limit = call.request().query("limit").value_or("");
    const bool old = !call.identity.atLeast(48);
    const auto complaint = limit.empty() ? std::nullopt : numberComplaint(limit);
    if (complaint) return call.error(old ? 500 : 400, (old ? "" : "invalid limit specified: ") + *complaint);
    if (!isUnreachable(call.request().query("term").value_or(""))) return call.succeed();
    const std::string endpoint = "://" + std::string(unreachableRegistry) + "/v1/";
    call.error(old ? 500 : 400, "invalid registry endpoint " + quote("http" + endpoint) +
                                    ". HTTPS attempt: " + connectionRefused("https" + endpoint + "_ping") +
                                    ". HTTP attempt: " + connectionRefused("http" + endpoint + "_ping"));
}

void distributionInspect(Call& call) {
    if (const auto complaint = referenceComplaint(call.identity, call.name()))
        return call.error(400, *complaint);
    if (isUnreachable(call.name()))
        return call.error(500, connectionRefused("http://" + std::string(unreachableRegistry) + "/v2/"));
    call.succeed();
}

void pluginPrivileges(Call& call) {
    const auto complaint = referenceComplaint(call.identity, call.request().query("remote").value_or(""));
    if (complaint) return call.error(500, *complaint);
    call.succeed();
}

void pluginCreate(Call& call) {
    const std::string name = call.request().query("name").value_or("");
    if (const auto complaint = referenceComplaint(call.identity, name))
        return call.error(500, "failed to parse reference " + name + ": " + *complaint);
    const std::string& archive = call.exchange.body();
    if (isTorn(archive)) return call.error(500, "failed to read from tar: unexpected EOF");
    if (archive.empty())
        return call.error(500, call.identity.atLeast(48) ? "config not found" : "no rootfs found: EOF");
    call.succeed();
}

void pluginPull(Call& call) {
    const std::string remote = remotePlugin(call);
    if (remote.empty()) return;
    if (!isUnreachable(remote)) return call.succeed();
    std::string url = "https://" + withTag(remote);
    url.replace(url.rfind(':'), 1, "/manifests/");
    url.replace(url.find('/', 8), 1, "/v2/");
    call.error(500,
               "error resolving plugin reference: failed to do request: " + connectionRefused(url, "Head"));
}

void pluginUpgrade(Call& call) {
    if (!remotePlugin(call).empty()) call.error(404, "plugin " + quote(withTag(call.name())) + " not found");
}

void pluginEnable(Call& call) {
    const auto complaint = numberComplaint(call.request().query("timeout").value_or(""));
    if (complaint) return call.error(500, *complaint);
    noSuchPlugin(call);
}

void pluginSet(Call& call) {
    if (!call.exchange.hasBody() && !call.identity.atLeast(42))
        return call.error(400, "got EOF while reading request body");
    noSuchPlugin(call);
}

void noSuchPlugin(Call& call) {
    call.error(404, "plugin " + quote(call.name()) + " not found");
}

} // namespace mockdocker
