#include "conformance/play/scene.h"

#include "conformance/net/socket.h"
#include "conformance/play/connect.h"
#include "conformance/play/message.h"

namespace conformance {
namespace {

using std::chrono::milliseconds;

void replaceAll(std::string& text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

} // namespace

Scene::Scene(const Adapter& of, const std::string& in)
    : adapter(of)
    , folder(in)
    , socketPath(in + "/docker.sock")
    , stage(socketPath, of.asks)
    , port2(freePort()) {}

std::string Scene::filled(std::string text) const {
    replaceAll(text, "{port}", std::to_string(port));
    replaceAll(text, "{port2}", std::to_string(port2));
    replaceAll(text, "{folder}", folder);
    return text;
}

void Scene::start(const Case& one, std::uint16_t at) {
    target.reset();
    mayEnd = false;
    port = at == 0 ? freePort() : at;
    Environment environment = one.environment;
    for (auto& [name, value] : environment) value = filled(value);
    const Confinement confinement{one.openFiles, one.without == Without::ipv6};
    const Step* const race = at == 0 ? one.stepOf(Act::isReadyWithin) : nullptr;
    target = std::make_unique<Target>(adapter, environment, socketPath,
                                      Start{port, confinement, race == nullptr ? 0 : race->count, &left});
    sharedSettings = one.ownTarget ? "" : one.settings;
    stage.watch(&target->pidFd());
    ++starts;
    startTime += target->startTime();
}

bool Scene::await(const std::function<bool()>& holds, milliseconds longest) {
    bool held = false;
    stage.await([&] { return (held = holds()) || (stage.targetEnded() && !mayEnd); }, longest);
    if (!held && stage.targetEnded() && !mayEnd) throw TargetEnded("the target ended by itself");
    return held;
}

void Scene::notAccepted() {
    constexpr milliseconds aMoment{200}; // who dies has closed its sockets before its end can be seen
    if (target->waitForEnd(aMoment)) throw TargetEnded("the target ended by itself");
    throw TargetError("the target no longer accepts connections");
}

void Scene::abandon() {
    stage.clear();
    stage.watch(nullptr);
    target.reset();
}

void Scene::barrier() {
    constexpr unsigned own = 10; // the clients of scripts have one digit
    constexpr int tries = 3;
    for (int i = 0; i < tries; ++i) {
        auto fd = connectTo("127.0.0.1 " + std::to_string(port));
        if (!fd) notAccepted();
        Wire& wire = stage.addClient(own, std::move(*fd));
        wire.send("GET " + std::string(barrierTarget) +
                  " HTTP/1.1\r\nHost: conformance\r\nConnection: close\r\n\r\n");
        const auto heard = [&] { return headOnly(wire.input()) || wire.ended(); };
        if (!await(heard, adapter.answerWithin))
            throw TargetError("the target hangs: no answer to GET /_ping within " +
                              std::to_string(adapter.answerWithin.count()) + " s");
        const bool answered = headOnly(wire.input()).has_value();
        wire.close();
        wire.counted = true;
        if (answered) return;
    }
    throw TargetError("the target closes connections without an answer to GET /_ping");
}

void Scene::stopTarget() {
    stage.clear();
    stage.watch(nullptr);
    if (target && !target->hasEnded()) target->stop();
    target.reset();
}

} // namespace conformance
