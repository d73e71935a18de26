#include "mockdocker/control.h"

#include "mockdocker/state/json.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace mockdocker {
namespace {

using json::quote;
using Object = Poco::JSON::Object;

/// What is wrong with a command, for the one who wrote it. Thrown while a command is read, answered as
/// {"error":…}.
struct BadCommand : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string encode(const std::string& bytes) {
    std::ostringstream text;
    Poco::Base64Encoder encoder(text);
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return text.str();
}

std::string decode(const std::string& text) {
    std::istringstream encoded(text);
    Poco::Base64Decoder decoder(encoded);
    return {std::istreambuf_iterator<char>(decoder), {}};
}

std::uint64_t numberAt(const Object& object, const std::string& key, std::uint64_t otherwise) {
    if (!object.has(key)) return otherwise;
    try {
        return object.get(key).convert<Poco::UInt64>();
    } catch (const Poco::Exception&) {
        throw BadCommand("\"" + key + "\" must be a number, 0 or larger");
    }
}

template <class Value>
Value oneOf(const Object& object, const std::string& key, const std::map<std::string, Value>& known,
            Value otherwise) {
    if (!object.has(key)) return otherwise;
    const std::string text = json::stringAt(object, key);
    const auto at = known.find(text);
    if (at != known.end()) return at->second;
    std::string names;
    for (const auto& [name, value] : known) names.append(names.empty() ? "" : ", ").append(name);
    throw BadCommand("\"" + key + "\":" + quote(text) + " is not one of " + names);
}

const std::map<std::string, FaultKind> kinds = {
    {"refuse", FaultKind::refuse},   {"die", FaultKind::die},
    {"answer", FaultKind::answer},   {"raw", FaultKind::raw},
    {"echo", FaultKind::echo},       {"huge", FaultKind::huge},
    {"http10", FaultKind::http10},   {"interim", FaultKind::interim},
    {"trailer", FaultKind::trailer}, {"closeDelimited", FaultKind::closeDelimited},
    {"stall", FaultKind::stall},     {"drip", FaultKind::drip},
    {"cut", FaultKind::cut}};

void refuseUnknown(const Object& command, const std::vector<std::string>& known) {
    for (const auto& key : command.getNames()) {
        if (std::ranges::find(known, key) == known.end()) throw BadCommand("unknown member " + quote(key));
    }
}

Fields fieldsAt(const Object& object) { // [["Name","value"],…]: order and repetition matter
    Fields fields;
    const auto list = object.getArray("fields");
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        const auto pair = list->getArray(static_cast<unsigned>(i));
        if (!pair || pair->size() != 2) throw BadCommand("\"fields\" must be a list of [name, value]");
        fields.push_back({pair->get(0).toString(), pair->get(1).toString()});
    }
    return fields;
}

Fault faultFrom(const Object& command) {
    refuseUnknown(command,
                  {"do", "fault", "method", "path", "head", "skip", "times", "where", "offset", "reset",
                   "status", "fields", "body", "base64", "contentType", "early", "then", "size", "sized"});
    if (!command.has("fault")) throw BadCommand("\"fault\" is missing");
    Fault fault;
    fault.kind = oneOf(command, "fault", kinds, FaultKind::stall);
    fault.method = json::stringAt(command, "method");
    fault.path = json::stringAt(command, "path");
    fault.head = json::stringAt(command, "head");
    fault.skip = static_cast<int>(numberAt(command, "skip", 0));
    const bool always = json::stringAt(command, "times") == "always";
    fault.times = always ? -1 : static_cast<int>(numberAt(command, "times", 1));
    fault.where =
        oneOf<Where>(command, "where",
                     {{"start", Where::start}, {"head", Where::head}, {"body", Where::body}}, Where::start);
    fault.offset = numberAt(command, "offset", 0);
    fault.reset = json::boolAt(command, "reset");
    fault.status = static_cast<int>(numberAt(command, "status", 200));
    fault.fields = fieldsAt(command);
    fault.bytes =
        command.has("base64") ? decode(json::stringAt(command, "base64")) : json::stringAt(command, "body");
    if (command.has("contentType")) fault.contentType = json::stringAt(command, "contentType");
    fault.early = json::boolAt(command, "early");
    fault.then = oneOf<Then>(
        command, "then", {{"keep", Then::keep}, {"close", Then::close}, {"reset", Then::reset}}, Then::keep);
    fault.size = numberAt(command, "size", 0);
    fault.sized = !command.has("sized") || json::boolAt(command, "sized");
    return fault;
}

std::string toJson(const RecordedRequest& request) {
    return json::object({{"connection", std::to_string(request.connection)},
                         {"number", std::to_string(request.number)},
                         {"method", quote(request.method)},
                         {"target", quote(request.target)},
                         {"head", quote(encode(request.head))},
                         {"rawBody", quote(encode(request.rawBody))},
                         {"body", quote(encode(request.body))},
                         {"trailer", quote(encode(request.trailer))},
                         {"rawBodyBytes", std::to_string(request.rawBodyBytes)},
                         {"bodyBytes", std::to_string(request.bodyBytes)},
                         {"bodyIsPattern", json::boolean(request.bodyIsPattern)},
                         {"complete", json::boolean(request.complete)},
                         {"refusal", quote(request.refusal)},
                         {"status", std::to_string(request.status)},
                         {"afterUpgrade", quote(encode(request.afterUpgrade))},
                         {"afterUpgradeBytes", std::to_string(request.afterUpgradeBytes)},
                         {"upgradeEof", json::boolean(request.upgradeEof)}});
}

std::string toJson(const RecordedConnection& connection, const std::string& needle) {
    std::vector<std::string> requests;
    for (const auto& request : connection.requests) {
        if (request->head.find(needle) != std::string::npos) requests.push_back(toJson(*request));
    }
    if (requests.empty() && !needle.empty()) return {};
    return json::object({{"number", std::to_string(connection.number)},
                         {"end", quote(name(connection.end))},
                         {"stray", quote(encode(connection.stray))},
                         {"requests", json::array(requests)}});
}

std::string records(MockDaemon& daemon, const Object& command) {
    refuseUnknown(command, {"do", "head"});
    std::vector<std::string> connections;
    for (const auto& connection : daemon.recorded()) {
        std::string text = toJson(connection, json::stringAt(command, "head"));
        if (!text.empty()) connections.push_back(std::move(text));
    }
    return json::object({{"connections", json::array(connections)},
                         {"accepted", std::to_string(daemon.recorder().accepted())}});
}

bool isKnown(const RecordedConnection& connection, std::uint64_t number, const std::string& end) {
    return connection.number == number &&
           (end.empty() ? connection.end != End::open : name(connection.end) == end);
}

// {"do":"wait"} with "requests", "hits" (and "id"), "ended" (a connection's number), or "idle": true.
std::string wait(MockDaemon& daemon, const Object& command) {
    refuseUnknown(command, {"do", "requests", "head", "hits", "id", "ended", "end", "idle", "accepted",
                            "afterUpgrade", "ms"});
    const std::chrono::milliseconds deadline(numberAt(command, "ms", 10000));
    const std::string needle = json::stringAt(command, "head");
    const Recorder& recorder = daemon.recorder();
    bool held = false;
    if (command.has("hits")) {
        held =
            daemon.faults().waitForHits(numberAt(command, "id", 0), numberAt(command, "hits", 1), deadline);
    } else if (command.has("ended")) {
        held = recorder.waitUntil(
            [number = numberAt(command, "ended", 0),
             end = json::stringAt(command, "end")](const Recorder::Records& all) {
                return std::ranges::any_of(all,
                                           [&](const auto& record) { return isKnown(*record, number, end); });
            },
            deadline);
    } else if (command.has("afterUpgrade")) {
        held = recorder.waitUntil(
            [&, bytes = numberAt(command, "afterUpgrade", 0)](const Recorder::Records& all) {
                return std::ranges::any_of(all, [&](const auto& record) {
                    return std::ranges::any_of(record->requests, [&](const auto& request) {
                        return request->head.find(needle) != std::string::npos &&
                               request->afterUpgradeBytes >= bytes;
                    });
                });
            },
            deadline);
    } else if (json::boolAt(command, "idle")) {
        held = recorder.waitForNoConnections(numberAt(command, "accepted", 0), deadline);
    } else {
        held = recorder.waitForRequests(numberAt(command, "requests", 1), needle, deadline);
    }
    return json::object({{"ok", json::boolean(held)}});
}

std::string release(MockDaemon& daemon, const Object& command) {
    refuseUnknown(command, {"do", "id", "bytes"});
    const FaultId id = numberAt(command, "id", 0);
    if (command.has("bytes"))
        daemon.faults().release(id, numberAt(command, "bytes", 0));
    else
        daemon.faults().release(id);
    return R"({"ok":true})";
}

std::string ok(const std::function<void()>& action) {
    action();
    return R"({"ok":true})";
}

std::string obey(MockDaemon& daemon, const Object& command, const std::function<void()>& stop) {
    const std::string what = json::stringAt(command, "do");
    if (what == "records") return records(daemon, command);
    if (what == "wait") return wait(daemon, command);
    if (what == "script")
        return json::object({{"ok", "true"}, {"id", std::to_string(daemon.script(faultFrom(command)))}});
    if (what == "release") return release(daemon, command);
    if (what == "remove") return ok([&] { daemon.faults().remove(numberAt(command, "id", 0)); });
    if (what == "hits")
        return json::object({{"hits", std::to_string(daemon.faults().hits(numberAt(command, "id", 0)))}});
    if (what == "clear") {
        return ok([&] {
            daemon.faults().clear();
            daemon.recorder().clear();
        });
    }
    if (what == "forget") return ok([&] { daemon.recorder().clear(); });
    if (what == "recording") return ok([&] { daemon.recorder().setEnabled(json::boolAt(command, "on")); });
    if (what == "die") return ok([&] { daemon.die(); });
    if (what == "rise") return ok([&] { daemon.rise(); });
    if (what == "stop") return ok(stop);
    throw BadCommand("unknown \"do\":" + quote(what));
}

} // namespace

std::string control(MockDaemon& daemon, const std::string& command, const std::function<void()>& stop) {
    const auto object = json::parseObject(command);
    if (!object) return R"({"error":"not a JSON object"})";
    try {
        return obey(daemon, *object, stop);
    } catch (const BadCommand& problem) {
        return json::object({{"error", quote(problem.what())}});
    } catch (const std::system_error& problem) { // rise: the path cannot be listened on
        return json::object({{"error", quote(problem.what())}});
    }
}

Control::Control(const std::string& path, MockDaemon& daemon, std::function<void()> stop)
    : daemon_(daemon)
    , stop_(std::move(stop))
    , path_(path)
    , listener_(listenUnix(path))
    , acceptor_([this] { acceptLoop(); }) {}

Control::~Control() {
    wake_.wake();
    acceptor_.join();
    ::unlink(path_.c_str());
    {
        const std::lock_guard lock(mutex_);
        for (const auto& client : clients_) ::shutdown(client->get(), SHUT_RDWR);
    }
    threads_.join();
}

void Control::acceptLoop() {
    std::array<pollfd, 2> polled{pollfd{listener_.get(), POLLIN, 0}, pollfd{wake_.fd(), POLLIN, 0}};
    while (::poll(polled.data(), polled.size(), -1) >= 0 && polled[1].revents == 0) {
        auto client = std::make_shared<Fd>(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client->valid()) continue;
        {
            const std::lock_guard lock(mutex_);
            clients_.push_back(client);
        }
        threads_.run([this, client] { serveClient(client); });
    }
}

void Control::serveClient(const std::shared_ptr<Fd>& client) {
    const std::atomic<bool> never{false};
    Connection connection(Fd(::dup(client->get())), never);
    while (true) {
        const auto end = connection.buffered().find('\n');
        if (end == std::string_view::npos) {
            if (!connection.fill()) break;
            continue;
        }
        const std::string command(connection.buffered().substr(0, end));
        connection.consume(end + 1);
        if (!connection.send(control(daemon_, command, stop_) + "\n")) break;
    }
    const std::lock_guard lock(mutex_);
    clients_.remove(client);
}

} // namespace mockdocker
