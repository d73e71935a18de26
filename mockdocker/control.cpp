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

/// What is wrong with a command, for the one who wrote it. Thrown while a command
/// is read, answered as {"error":…}.
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

/// What is scripted by one name, and what may stand there besides the conditions.
struct Kind {
    std::string_view name;
    FaultKind kind;
    std::string_view members;
};

// clang-format off
constexpr std::array kinds{
    Kind{"refuse", FaultKind::refuse, ""},
    Kind{"die", FaultKind::die, ""},
    Kind{"answer", FaultKind::answer, "status fields body base64 contentType early then"},
    Kind{"raw", FaultKind::raw, "body base64 early then"},
    Kind{"echo", FaultKind::echo, ""},
    Kind{"huge", FaultKind::huge, "size sized"},
    Kind{"http10", FaultKind::http10, ""},
    Kind{"interim", FaultKind::interim, "body base64"},
    Kind{"trailer", FaultKind::trailer, "body base64"},
    Kind{"closeDelimited", FaultKind::closeDelimited, ""},
    Kind{"stall", FaultKind::stall, "where offset"},
    Kind{"drip", FaultKind::drip, "where offset"},
    Kind{"cut", FaultKind::cut, "where offset reset"},
};
// clang-format on

bool isAmong(std::string_view words, std::string_view wanted) {
    while (!words.empty()) {
        const auto end = std::min(words.size(), words.find(' '));
        if (words.substr(0, end) == wanted) return true;
        words.remove_prefix(std::min(words.size(), end + 1));
    }
    return false;
}

void refuseUnknown(const Object& command, std::string_view members, std::string_view more = {}) {
    for (const auto& key : command.getNames())
        if (key != "do" && !isAmong(members, key) && !isAmong(more, key))
            throw BadCommand("unknown member " + quote(key));
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
    if (!command.has("fault")) throw BadCommand("\"fault\" is missing");
    std::map<std::string, const Kind*> known;
    for (const Kind& kind : kinds) known.emplace(kind.name, &kind);
    const Kind* const kind = oneOf<const Kind*>(command, "fault", known, nullptr);
    refuseUnknown(command, "fault method path head skip times", kind->members);
    Fault fault;
    fault.kind = kind->kind;
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

std::chrono::milliseconds deadlineOf(const Object& command) {
    return std::chrono::milliseconds(numberAt(command, "ms", 10000));
}

std::string answered(bool held) {
    return json::object({{"ok", json::boolean(held)}});
}

std::string waitForRequests(MockDaemon& daemon, const Object& command) {
    return answered(daemon.recorder().waitForRequests(numberAt(command, "requests", 1),
                                                      json::stringAt(command, "head"), deadlineOf(command)));
}

std::string waitForHits(MockDaemon& daemon, const Object& command) {
    return answered(daemon.faults().waitForHits(numberAt(command, "id", 0), numberAt(command, "hits", 1),
                                                deadlineOf(command)));
}

std::string waitForEnd(MockDaemon& daemon, const Object& command) {
    const auto number = numberAt(command, "ended", 0);
    const auto end = json::stringAt(command, "end");
    const auto ended = [&](const Recorder::Records& all) {
        return std::ranges::any_of(all, [&](const auto& record) { return isKnown(*record, number, end); });
    };
    return answered(daemon.recorder().waitUntil(ended, deadlineOf(command)));
}

std::string waitForUpgraded(MockDaemon& daemon, const Object& command) {
    const auto bytes = numberAt(command, "afterUpgrade", 0);
    const auto needle = json::stringAt(command, "head");
    const auto isMeant = [&](const auto& request) {
        return request->head.find(needle) != std::string::npos && request->afterUpgradeBytes >= bytes;
    };
    const auto arrived = [&](const Recorder::Records& all) {
        return std::ranges::any_of(
            all, [&](const auto& record) { return std::ranges::any_of(record->requests, isMeant); });
    };
    return answered(daemon.recorder().waitUntil(arrived, deadlineOf(command)));
}

std::string waitForIdle(MockDaemon& daemon, const Object& command) {
    if (!json::boolAt(command, "idle")) throw BadCommand("\"idle\" must be true");
    return answered(
        daemon.recorder().waitForNoConnections(numberAt(command, "accepted", 0), deadlineOf(command)));
}

std::string script(MockDaemon& daemon, const Object& command) {
    return json::object({{"ok", "true"}, {"id", std::to_string(daemon.script(faultFrom(command)))}});
}

std::string release(MockDaemon& daemon, const Object& command) {
    const FaultId id = numberAt(command, "id", 0);
    if (command.has("bytes"))
        daemon.faults().release(id, numberAt(command, "bytes", 0));
    else
        daemon.faults().release(id);
    return answered(true);
}

std::string remove(MockDaemon& daemon, const Object& command) {
    daemon.faults().remove(numberAt(command, "id", 0));
    return answered(true);
}

std::string hits(MockDaemon& daemon, const Object& command) {
    return json::object({{"hits", std::to_string(daemon.faults().hits(numberAt(command, "id", 0)))}});
}

std::string clear(MockDaemon& daemon, const Object&) {
    daemon.faults().clear();
    daemon.recorder().clear();
    return answered(true);
}

std::string forget(MockDaemon& daemon, const Object&) {
    daemon.recorder().clear();
    return answered(true);
}

std::string recording(MockDaemon& daemon, const Object& command) {
    daemon.recorder().setEnabled(json::boolAt(command, "on"));
    return answered(true);
}

std::string die(MockDaemon& daemon, const Object&) {
    daemon.die();
    return answered(true);
}

std::string rise(MockDaemon& daemon, const Object&) {
    daemon.rise();
    return answered(true);
}

std::string nothing(MockDaemon&, const Object&) {
    return answered(true);
}

/// The whole protocol. Of several rows with one name it is the one whose `key` stands there.
struct Command {
    std::string_view name;
    std::string_view key;
    std::string_view members; ///< besides "do" and the key
    std::string (*obey)(MockDaemon&, const Object&);
};

constexpr std::string_view anyMembers = "*"; // obey() looks at them

// clang-format off
constexpr std::array commands{
    Command{"records", "", "head", records},
    Command{"wait", "hits", "id ms", waitForHits},
    Command{"wait", "ended", "end ms", waitForEnd},
    Command{"wait", "afterUpgrade", "head ms", waitForUpgraded},
    Command{"wait", "idle", "accepted ms", waitForIdle},
    Command{"wait", "", "requests head ms", waitForRequests},
    Command{"script", "", anyMembers, script},
    Command{"release", "", "id bytes", release},
    Command{"remove", "", "id", remove},
    Command{"hits", "", "id", hits},
    Command{"clear", "", "", clear},
    Command{"forget", "", "", forget},
    Command{"recording", "", "on", recording},
    Command{"die", "", "", die},
    Command{"rise", "", "", rise},
    Command{"stop", "", "", nothing}, // by control(), which knows how
};
// clang-format on

std::string obey(MockDaemon& daemon, const Object& object, const std::function<void()>& stop) {
    const std::string what = json::stringAt(object, "do");
    const auto* const command = std::ranges::find_if(commands, [&](const Command& one) {
        return one.name == what && (one.key.empty() || object.has(std::string(one.key)));
    });
    if (command == commands.end()) throw BadCommand("unknown \"do\":" + quote(what));
    if (command->members != anyMembers) refuseUnknown(object, command->members, command->key);
    if (what == "stop") stop();
    return command->obey(daemon, object);
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
