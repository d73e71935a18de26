#include "conformance/play/play.h"

#include "conformance/cases/bytes.h"
#include "conformance/net/socket.h"
#include "conformance/play/connect.h"
#include "conformance/play/message.h"
#include "conformance/play/process.h"
#include "conformance/target/spawn.h"

#include <algorithm>
#include <csignal>
#include <map>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace conformance {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds mostPatience{5000};
constexpr int turns = 100;              // of other programs
constexpr milliseconds settleTime{150}; // for a target that says nothing and closes nothing

// What went otherwise than the script says; caught by playCase.
struct Deviation {
    std::string what;
};

struct Skipped {
    std::string why;
};

void replaceAll(std::string& text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

std::string filled(const Scene& scene, std::string text) {
    replaceAll(text, "{port}", std::to_string(scene.port));
    replaceAll(text, "{port2}", std::to_string(scene.port2));
    replaceAll(text, "{folder}", scene.folder);
    return text;
}

class Play {
public:
    Play(Scene& scene, const Case& one, std::string output)
        : scene_(scene)
        , stage_(scene.stage)
        , case_(one)
        , output_(std::move(output))
        , patience_(std::min<milliseconds>(scene.adapter.answerWithin, mostPatience)) {}

    void run() {
        for (const auto& step : case_.steps) {
            step_ = &step;
            perform(step);
        }
        step_ = nullptr;
        if (scene_.target && !scene_.target->hasEnded() && !scene_.mayEnd) scene_.barrier();
        nothingLeft();
    }

    const Step* step() const { return step_; }

private:
    [[noreturn]] static void deviate(const std::string& what) { throw Deviation{what}; }

    void perform(const Step& step);
    void performClient(const Step& step);
    void performDaemon(const Step& step);
    void performTarget(const Step& step);

    Wire& client(unsigned number);
    Wire& daemon(unsigned number);
    Wire& wireOf(const Step& step) {
        return step.who == Who::client ? client(step.number) : daemon(step.number);
    }
    std::string nameOf(const Step& step) const {
        return (step.who == Who::client ? "the client" : "the daemon") +
               (step.number == 1 ? "" : " " + std::to_string(step.number));
    }

    bool await(const std::function<bool()>& holds, milliseconds longest) {
        return scene_.await(holds, longest);
    }
    bool patiently(const std::function<bool()>& holds, milliseconds longest, milliseconds look);
    bool patiently(const std::function<bool()>& holds) { return patiently(holds, patience_, patience_); }
    // Of what has no event: a look every 10 ms.
    bool watchFor(const std::function<bool()>& holds) {
        return patiently(holds, patience_, milliseconds(10));
    }

    bool daemonGetsMore() const;
    bool strangerAtDaemon() const;
    void connect(const Step& step);
    void getsResponse(const Step& step);
    void getsRequest(const Step& step);
    void getsBytes(const Step& step);
    void getsEnd(const Step& step);
    void isClosed(const Step& step);
    void staysOpen(const Step& step);
    void getsReason(const Step& step);
    void getsField(const Step& step);
    void lacksField(const Step& step);
    void getsFields(const Step& step);
    void getsBody(const Step& step);
    void getsOneReading();
    void daemonAnswers(const Step& step);
    void quiet(const Step& step);
    void crowd(const Step& step);
    void says(const std::string& text, const std::function<std::string()>& output);
    void exits(const Step& step);

    void nothingLeft();
    void daemonGotNothing();
    std::string expanded(const std::string& text) const { return filled(scene_, text); }
    Message& last(const Step& step) { return last_[{step.who, step.number}]; }

    Scene& scene_;
    Stage& stage_;
    const Case& case_;
    std::string output_; // of a target that did not start
    milliseconds patience_;
    const Step* step_ = nullptr;
    std::map<std::pair<Who, unsigned>, Message> last_;
};

void Play::perform(const Step& step) {
    if (step.act == Act::quiet)
        quiet(step);
    else if (step.act == Act::crowd)
        crowd(step);
    else if (step.act == Act::crowdLeaves)
        std::erase_if(stage_.clients(), [](const auto& wire) { return wire->counted; });
    else if (step.who == Who::target)
        performTarget(step);
    else
        switch (step.act) {
        case Act::sends:
            wireOf(step).send(step.bytes);
            if (step.who == Who::daemon && step.bytes.find(" 101 ") != std::string::npos)
                daemon(step.number).raw = true;
            break;
        case Act::sendsBytewise:
            wireOf(step).sendBytewise(step.bytes);
            break;
        case Act::ends:
            wireOf(step).endOutput();
            break;
        case Act::closes:
            wireOf(step).close();
            break;
        case Act::getsField:
            getsField(step);
            break;
        case Act::lacksField:
            lacksField(step);
            break;
        case Act::getsFields:
            getsFields(step);
            break;
        case Act::getsBody:
        case Act::getsBodyWith:
            getsBody(step);
            break;
        case Act::getsBytes:
            getsBytes(step);
            break;
        case Act::getsEnd:
            getsEnd(step);
            break;
        case Act::isClosed:
            isClosed(step);
            break;
        case Act::staysOpen:
            staysOpen(step);
            break;
        default:
            if (step.who == Who::client)
                performClient(step);
            else
                performDaemon(step);
        }
}

void Play::performClient(const Step& step) {
    if (step.act == Act::connects)
        connect(step);
    else if (step.act == Act::resets)
        client(step.number).reset();
    else if (step.act == Act::getsReason)
        getsReason(step);
    else
        getsResponse(step);
}

void Play::performDaemon(const Step& step) {
    switch (step.act) {
    case Act::getsRequest:
    case Act::getsRequestHead:
        getsRequest(step);
        break;
    case Act::getsNothing:
        scene_.barrier();
        daemonGotNothing();
        break;
    case Act::getsOneReading:
        getsOneReading();
        break;
    case Act::answers:
        daemonAnswers(step);
        break;
    case Act::goes:
        stage_.daemonGoes();
        break;
    case Act::refuses:
        stage_.daemonRefuses();
        break;
    default:
        stage_.daemonComes();
    }
}

Wire& Play::client(unsigned number) {
    if (auto* known = stage_.client(number)) return *known;
    auto fd = connectLoopback(scene_.port);
    if (!fd) {
        if (scene_.mayEnd) deviate("the target does not accept connections");
        scene_.notAccepted();
    }
    return stage_.addClient(number, std::move(*fd));
}

Wire& Play::daemon(unsigned number) {
    if (auto* known = stage_.daemon(number)) return *known;
    deviate("the daemon got no connection " + std::to_string(number));
}

// On a busy machine time alone tells nothing: who has not answered yet may not have had its turn. Before that
// is called a deviation, so many programs start and end that everybody has had one.
bool Play::patiently(const std::function<bool()>& holds, milliseconds longest, milliseconds look) {
    const auto deadline = steady_clock::now() + longest;
    while (steady_clock::now() < deadline)
        if (await(holds, look)) return true;
    for (int i = 0; i < turns; ++i) runTrivialProgram();
    return await(holds, settleTime);
}

void Play::connect(const Step& step) {
    // The suite sees that the target listens at one address; the others may follow.
    std::optional<Fd> fd;
    watchFor([&] { return (fd = connectTo(expanded(step.text))).has_value(); });
    if (!fd) deviate("nobody accepts at " + expanded(step.text));
    stage_.addClient(step.number, std::move(*fd));
}

std::string heard(const Wire& wire) {
    std::string text = wire.input().empty() ? "nothing" : quoted(wire.input());
    if (wire.ended()) text += wire.gone() ? ", closed" : ", then the end";
    return text;
}

bool Play::daemonGetsMore() const {
    return stage_.serves || std::any_of(case_.steps.begin(), case_.steps.end(), [&](const Step& other) {
               return &other > step_ && other.who == Who::daemon && other.act != Act::getsNothing;
           });
}

// A whole request that no step waits for: to be waited for no longer.
bool Play::strangerAtDaemon() const {
    return std::any_of(stage_.daemons().begin(), stage_.daemons().end(),
                       [](const auto& wire) { return !wire->raw && wholeRequest(wire->input()); });
}

void Play::getsResponse(const Step& step) {
    Wire& wire = client(step.number);
    const bool whole = step.act == Act::getsStatus;
    std::optional<Message> message;
    const auto complete = [&] {
        for (;;) {
            message = whole ? wholeResponse(wire.input(), wire.ended()) : headOnly(wire.input());
            if (!message) return wire.ended();
            const int status = statusOfHead(message->head);
            if (status < 100 || status > 199 || status == 101 || step.statuses.has(status)) return true;
            wire.take(message->size); // an interim response nobody asked about
        }
    };
    const bool wantsNothing = !daemonGetsMore();
    if (!patiently([&] { return complete() || (wantsNothing && strangerAtDaemon()); }))
        deviate(nameOf(step) + " got " + heard(wire) + ", and waits");
    if (!message && !wire.ended()) daemonGotNothing();
    if (!message) {
        if (!wire.input().empty() || !step.statuses.closed) deviate(nameOf(step) + " got " + heard(wire));
        last(step) = {};
        return;
    }
    const int status = statusOfHead(message->head);
    if (!step.statuses.has(status)) deviate(nameOf(step) + " got " + quoted(message->head + message->body));
    wire.take(message->size);
    last(step) = std::move(*message);
}

void Play::getsRequest(const Step& step) {
    Wire* wire = nullptr;
    std::optional<Message> message;
    const bool whole = step.act == Act::getsRequest;
    const auto complete = [&] {
        wire = stage_.daemonWithInput(step.number);
        if (wire != nullptr) message = whole ? wholeRequest(wire->input()) : headOnly(wire->input());
        return message.has_value();
    };
    // What the proxy answered by itself it will hardly forward later.
    const auto refused = [&] {
        const auto* own = stage_.client(step.number);
        const auto answer = own == nullptr ? std::nullopt : headOnly(own->input());
        return answer && statusOfHead(answer->head) >= 400;
    };
    patiently([&] { return complete() || refused(); });
    if (!complete() && !(refused() && await(complete, settleTime))) {
        std::string got = wire == nullptr ? "nothing" : heard(*wire);
        for (const auto& one : stage_.clients())
            if (one->number == step.number && !one->input().empty())
                got += "; the client got " + quoted(one->input());
        deviate(nameOf(step) + " got " + got);
    }
    const auto line = firstLine(message->head);
    if (line != step.text + " HTTP/1.1" && line != step.text + " HTTP/1.0")
        deviate(nameOf(step) + " got " + quoted(line) + " for " + quoted(step.text + " HTTP/1.1"));
    wire->take(message->size);
    stage_.bind(step.number, *wire);
    last(step) = std::move(*message);
}

void Play::getsBytes(const Step& step) {
    Wire& wire = wireOf(step);
    const auto enough = [&] { return wire.input().size() >= step.bytes.size() || wire.ended(); };
    patiently(enough);
    if (!wire.input().starts_with(step.bytes)) deviate(nameOf(step) + " got " + heard(wire));
    wire.take(step.bytes.size());
}

void Play::getsEnd(const Step& step) {
    Wire& wire = wireOf(step);
    patiently([&] { return wire.ended(); });
    if (!wire.ended() || !wire.input().empty()) deviate(nameOf(step) + " got " + heard(wire));
}

void Play::isClosed(const Step& step) {
    Wire& wire = wireOf(step);
    // Of a TCP connection only the end can be seen, of the daemon's unix socket that both directions are
    // shut.
    const auto closed = [&] { return step.who == Who::client ? wire.ended() : wire.gone(); };
    if (!patiently(closed)) deviate(nameOf(step) + "'s connection is still open, it got " + heard(wire));
}

void Play::staysOpen(const Step& step) {
    scene_.barrier();
    const Wire& wire = wireOf(step);
    if (wire.ended()) deviate(nameOf(step) + "'s connection was ended");
}

void Play::getsReason(const Step& step) {
    const auto line = firstLine(last(step).head);
    if (line.size() < 13 || line.substr(13) != step.text) deviate(nameOf(step) + " got " + quoted(line));
}

bool sameName(std::string_view left, std::string_view right) {
    return left.size() == right.size() && ::strncasecmp(left.data(), right.data(), left.size()) == 0;
}

void Play::getsField(const Step& step) {
    const auto colon = step.text.find(':');
    const auto name = step.text.substr(0, colon);
    const auto start = colon == std::string::npos ? colon : step.text.find_first_not_of(' ', colon + 1);
    const auto value = start == std::string::npos ? "" : step.text.substr(start);
    std::string found;
    for (const auto& field : fieldsOf(last(step).head)) {
        if (!sameName(field.name, name)) continue;
        if (field.value == value) return;
        found += " " + quoted(field.value);
    }
    deviate(nameOf(step) + " got " + (found.empty() ? "no field " : "another field ") + name + found);
}

void Play::lacksField(const Step& step) {
    for (const auto& field : fieldsOf(last(step).head))
        if (sameName(field.name, step.text))
            deviate(nameOf(step) + " got " + std::string(field.name) + ": " + quoted(field.value));
}

void Play::getsFields(const Step& step) {
    std::string_view rest = step.text;
    std::string names;
    const auto fields = fieldsOf(last(step).head);
    for (const auto& field : fields) {
        const auto next = rest.substr(0, rest.find(' '));
        names.append(" ").append(field.name);
        if (field.name == next) rest.remove_prefix(std::min(rest.size(), next.size() + 1));
    }
    if (!rest.empty()) deviate(nameOf(step) + " got the fields" + names);
}

void Play::getsBody(const Step& step) {
    const auto& body = last(step).body;
    const bool held =
        step.act == Act::getsBody ? body == step.bytes : body.find(step.bytes) != std::string::npos;
    if (!held) deviate(nameOf(step) + " got the body " + quoted(body));
}

void Play::daemonAnswers(const Step& step) {
    daemon(step.number)
        .send("HTTP/1.1 " + std::to_string(step.count) +
              " Answer\r\nContent-Length: " + std::to_string(step.bytes.size()) + "\r\n\r\n" + step.bytes);
}

// The daemon answers whatever comes. What the target made of it is seen when it has answered, or closed, or
// plainly waits for more.
void Play::getsOneReading() {
    stage_.serves = true;
    for (auto& wire : stage_.daemons()) wire->ready(0);
    Wire& wire = client(1);
    std::size_t seen = 0;
    const auto size = [&] {
        std::size_t sum = wire.input().size() + (wire.ended() ? 1 : 0);
        for (const auto& one : stage_.daemons()) sum += one->input().size();
        return sum;
    };
    do { // at most as often as something comes
        seen = size();
        await([&] { return size() != seen; }, settleTime);
    } while (size() != seen);
    scene_.barrier();
    for (const auto& one : stage_.daemons()) {
        const auto doubt = secondReading(one->received(), "/smuggled");
        if (!doubt.empty()) deviate("the daemon got " + doubt + ", in " + quoted(one->received()));
        one->take(one->input().size());
    }
    for (const auto& one : stage_.clients()) one->take(one->input().size());
}

// Real time has to pass: nobody may get anything, and nobody may be closed.
void Play::quiet(const Step& step) {
    const auto state = [&] {
        std::size_t sum = 0;
        for (const auto* wires : {&stage_.clients(), &stage_.daemons()})
            for (const auto& wire : *wires)
                if (!wire->counted)
                    sum += wire->received().size() + (wire->ended() ? 1 : 0) + (wire->gone() ? 1 : 0);
        return sum;
    };
    const auto before = state();
    if (await([&] { return state() != before; }, milliseconds(step.count)))
        deviate("somebody got something, or was closed, within " + std::to_string(step.count) + " ms");
}

void Play::crowd(const Step& step) {
    for (std::uint64_t i = 0; i < step.count; ++i) {
        auto fd = connectLoopback(scene_.port);
        if (!fd) throw TargetError("the target refuses connection " + std::to_string(i + 1));
        Wire& wire = stage_.addClient(0, std::move(*fd));
        wire.counted = true;
        wire.send(step.bytes);
    }
}

// ---- The target ----------------------------------------------------------------------------------

void Play::performTarget(const Step& step) {
    const auto output = [&] { return scene_.target ? scene_.target->output() : output_; };
    switch (step.act) {
    case Act::failsToStart:
    case Act::isReadyWithin:
        break; // by prepare(), before the first step
    case Act::saysText:
        says(expanded(step.text), output);
        break;
    case Act::saysNot:
        if (output().find(step.text) != std::string::npos) deviate("the target said " + quoted(output()));
        break;
    case Act::saysLines: {
        const std::string said = output();
        const auto lines = std::count(said.begin(), said.end(), '\n') + (said.empty() ? 0 : 1);
        if (static_cast<std::uint64_t>(lines) > step.count) deviate("the target said " + quoted(said));
        break;
    }
    case Act::isTold:
        scene_.mayEnd = true;
        scene_.target->signal(step.text == "SIGINT" ? SIGINT : SIGTERM);
        break;
    case Act::exits:
    case Act::exitsWith:
        exits(step);
        break;
    case Act::startsAgain:
        try {
            scene_.start(case_, scene_.port);
        } catch (const StartFailure& failure) {
            deviate(failure.what());
        }
        break;
    case Act::usesAtMost:
        if (const auto used = residentKiB(scene_.target->pid()); !used)
            throw Skipped{"the target's memory cannot be seen"};
        else if (*used > step.count)
            deviate("the target uses " + std::to_string(*used) + " KiB");
        break;
    case Act::hasNoTimer:
        if (const auto timer = nearestTimer(scene_.target->pid()); !timer.seen)
            throw Skipped{"what the target waits for cannot be seen: " + timer.about};
        else if (timer.seconds < static_cast<double>(step.count))
            deviate("the target has a timer: " + timer.about);
        break;
    default: {
        const auto space = step.text.rfind(' ');
        struct stat status {};
        const std::string path = expanded(step.text.substr(0, space));
        if (!watchFor([&] { return ::stat(path.c_str(), &status) == 0; }) || !S_ISSOCK(status.st_mode))
            deviate("there is no socket at " + path);
        const auto wanted = std::strtoul(step.text.substr(space + 1).c_str(), nullptr, 8);
        if ((status.st_mode & 07777U) != wanted) deviate("its mode is another one");
    }
    }
}

void Play::says(const std::string& text, const std::function<std::string()>& output) {
    const auto said = [&] { return output().find(text) != std::string::npos; };
    // Who did not start has said all it will.
    if (scene_.target ? !watchFor(said) : !said()) deviate("the target said " + quoted(output()));
}

void Play::exits(const Step& step) {
    const auto ended = [&] { return scene_.target->hasEnded(); };
    scene_.mayEnd = true;
    // Bytes must go on flowing meanwhile: a target that drains waits for them.
    if (!patiently([&] { return ended() || stage_.targetEnded(); }, scene_.adapter.stopWithin,
                   scene_.adapter.stopWithin))
        deviate("the target still runs after " + std::to_string(scene_.adapter.stopWithin.count()) + " s");
    const auto status = scene_.target->waitForEnd(patience_);
    if (step.act == Act::exits) return;
    if (!status || !WIFEXITED(*status) || static_cast<std::uint64_t>(WEXITSTATUS(*status)) != step.count)
        deviate(scene_.target->epitaph());
}

// ---- After the last step -------------------------------------------------------------------------

void Play::daemonGotNothing() {
    for (const auto& wire : stage_.daemons())
        if (!wire->input().empty()) deviate("the daemon got " + quoted(wire->input()));
}

void Play::nothingLeft() {
    daemonGotNothing();
    for (const auto& wire : stage_.clients())
        if (!wire->counted && !wire->input().empty())
            deviate("the client got more: " + quoted(wire->input()));
}

void transcribe(const Scene& scene, Result& result) {
    static constexpr std::size_t most = 4096;
    const auto add = [](std::string& to, const std::string& bytes) {
        to.append(bytes, 0, most - std::min(most, to.size()));
    };
    for (const auto& wire : scene.stage.clients())
        if (!wire->counted && wire->sent().find(barrierTarget) == std::string::npos) {
            add(result.sent, wire->sent());
            add(result.answer, wire->received());
        }
    for (const auto& wire : scene.stage.daemons()) {
        add(result.forwarded, wire->received());
        if (!wire->received().empty()) add(result.reply, wire->sent());
    }
}

const Step* stepOf(const Case& one, Act act) {
    const auto found =
        std::find_if(one.steps.begin(), one.steps.end(), [act](const Step& step) { return step.act == act; });
    return found == one.steps.end() ? nullptr : &*found;
}

bool wantsNoStart(const Case& one) {
    return stepOf(one, Act::failsToStart) != nullptr;
}

// A case for itself has nobody else to blame for the target's end, and one that takes the daemon away is
// about just that. Elsewhere it is an error: what else the target would have got right or wrong is not known.
bool isToBlame(const Case& one) {
    return one.ownTarget || stepOf(one, Act::goes) != nullptr || stepOf(one, Act::refuses) != nullptr;
}

// Most of a container's start is the engine's.
bool isTheEngines(const Case& one, const Adapter& adapter) {
    return !adapter.image.empty() && stepOf(one, Act::isReadyWithin) != nullptr;
}

// The target for a case: the one that runs already where it may be shared.
void prepare(Scene& scene, const Case& one, std::string& output) {
    if (one.need == Need::ipv6 && !hasIpv6()) throw Skipped{"there is no IPv6 here"};
    if (one.without == Without::ipv6 && !scene.adapter.image.empty())
        throw Skipped{"from a container on the host's network IPv6 cannot be kept"};
    if (one.need == Need::root && ::geteuid() != 0) throw Skipped{"needs root"};
    const bool shared = scene.target && !one.ownTarget && scene.sharedSettings == one.settings;
    if (shared) return;
    scene.stopTarget();
    try {
        scene.start(one);
    } catch (const StartFailure& failure) {
        if (!one.ownTarget) throw;
        if (!wantsNoStart(one)) throw Deviation{failure.what()};
        output = failure.output();
        return;
    }
    if (wantsNoStart(one)) throw Deviation{"the target starts"};
}

} // namespace

Scene::Scene(const Adapter& of, const std::string& in)
    : adapter(of)
    , folder(in)
    , socketPath(in + "/docker.sock")
    , stage(socketPath)
    , port2(freePort()) {}

void Scene::start(const Case& one, std::uint16_t at) {
    target.reset();
    mayEnd = false;
    port = at == 0 ? freePort() : at;
    Environment environment = one.environment;
    for (auto& [name, value] : environment) value = filled(*this, value);
    const Confinement confinement{one.openFiles, one.without == Without::ipv6};
    const Step* const race = at == 0 ? stepOf(one, Act::isReadyWithin) : nullptr;
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

// Ends every connection of a case, and waits until the target has noticed: the next one begins afresh.
void clearUp(Scene& scene, const Case& one) {
    constexpr milliseconds longest{1000};
    scene.stage.leave();
    const auto left = [&] {
        const auto& daemons = scene.stage.daemons();
        return std::all_of(daemons.begin(), daemons.end(), [](const auto& wire) { return wire->gone(); });
    };
    const bool lives = scene.target && !scene.target->hasEnded();
    if (lives) scene.await(left, longest);
    scene.stage.clear();
    if (lives && !one.ownTarget) {
        scene.barrier();
        scene.stage.dropLate();
    } else
        scene.stopTarget();
}

Result playCase(Scene& scene, const Case& one) {
    Result result;
    result.id = one.id;
    result.level = isTheEngines(one, scene.adapter) ? Level::observed : one.level;
    result.sentence = one.sentence;
    result.operation = one.operation;
    result.expected = expectedInWords(one);
    const auto began = steady_clock::now();
    const Step* at = nullptr;
    try {
        std::string output;
        prepare(scene, one, output);
        Play play(scene, one, output);
        try {
            play.run();
        } catch (...) {
            at = play.step();
            throw;
        }
        result.got = "as expected";
    } catch (const TargetEnded& end) {
        if (!isToBlame(one)) throw;
        result.status = Status::fail;
        result.got = std::string(end.what()) + ": " + scene.target->epitaph();
    } catch (const Deviation& deviation) {
        result.status = Status::fail;
        result.got = deviation.what;
        if (at != nullptr)
            result.got += ", where the case says \"" + at->written + "\" (step " +
                          std::to_string(at - one.steps.data() + 1) + ", " + one.file + ":" +
                          std::to_string(at->line) + ")";
    } catch (const Skipped& skipped) {
        result.status = Status::skip;
        result.got = skipped.why;
    }
    result.duration = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
    transcribe(scene, result);
    clearUp(scene, one);
    return result;
}

} // namespace conformance
