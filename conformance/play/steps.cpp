#include "conformance/play/steps.h"

#include "conformance/cases/bytes.h"
#include "conformance/net/socket.h"
#include "conformance/play/connect.h"
#include "conformance/play/process.h"
#include "conformance/target/spawn.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tuple>

namespace conformance {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds mostPatience{5000};
constexpr int turns = 100; // of other programs
constexpr std::size_t aFlood = std::size_t{1024} * 1024;
constexpr milliseconds settleTime{150}; // for a target that says nothing and closes nothing

[[noreturn]] void deviate(const std::string& what) {
    throw Deviation{what};
}

std::string nameOf(const Step& step) {
    return (step.who == Who::client ? "the client" : "the daemon") +
           (step.number == 1 ? "" : " " + std::to_string(step.number));
}

std::string heard(const Wire& wire) {
    std::string text = wire.input().empty() ? "nothing" : quoted(wire.input());
    if (wire.ended()) text += wire.gone() ? ", closed" : ", then the end";
    return text;
}

std::string answerOf(const Step& step, const char* more = "") {
    const bool isJson = step.bytes.starts_with('{') || step.bytes.starts_with('[');
    return "HTTP/1.1 " + std::to_string(step.count) + " Answer\r\n" + more +
           (isJson ? "Content-Type: application/json\r\n" : "") +
           "Content-Length: " + std::to_string(step.bytes.size()) + "\r\n\r\n" + step.bytes;
}

} // namespace

// ---- Which act is which member -------------------------------------------------------------------

// Every enumerator has its case: without, it does not compile.
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wswitch"
// clang-format off
Steps::Handler Steps::handlerOf(Act act) {
    switch (act) {
    case Act::connects:        return &Steps::connects;
    case Act::sends:           return &Steps::sends;
    case Act::sendsBytewise:   return &Steps::sendsBytewise;
    case Act::answers:         return &Steps::answers;
    case Act::ends:            return &Steps::ends;
    case Act::closes:          return &Steps::closes;
    case Act::closesWhenSent:  return &Steps::closesWhenSent;
    case Act::isNotLookedAt:   return &Steps::isNotLookedAt;
    case Act::resets:          return &Steps::resets;
    case Act::goes:            return &Steps::goes;
    case Act::comes:           return &Steps::comes;
    case Act::refuses:         return &Steps::refuses;
    case Act::answersEarly:    return &Steps::answersEarly;
    case Act::settles:         return &Steps::settles;
    case Act::continues:       return &Steps::continues;
    case Act::floods:          return &Steps::floods;
    case Act::stopsReading:    return &Steps::stopsReading;
    case Act::readsOn:         return &Steps::readsOn;
    case Act::isTold:          return &Steps::isTold;
    case Act::startsAgain:     return &Steps::startsAgain;
    case Act::crowd:           return &Steps::crowd;
    case Act::crowdLeaves:     return &Steps::crowdLeaves;
    case Act::getsStatus:
    case Act::getsHead:        return &Steps::getsResponse;
    case Act::getsReason:      return &Steps::getsReason;
    case Act::getsRequest:
    case Act::getsRequestHead: return &Steps::getsRequest;
    case Act::getsField:       return &Steps::getsField;
    case Act::lacksField:      return &Steps::lacksField;
    case Act::getsFields:      return &Steps::getsFields;
    case Act::getsBody:
    case Act::getsBodyWith:    return &Steps::getsBody;
    case Act::getsBytes:       return &Steps::getsBytes;
    case Act::lacksBytes:      return &Steps::lacksBytes;
    case Act::getsEnd:         return &Steps::getsEnd;
    case Act::getsNothing:     return &Steps::getsNothing;
    case Act::getsNothingWhole: return &Steps::getsNothingWhole;
    case Act::getsOneReading:  return &Steps::getsOneReading;
    case Act::isGivenUp:       return &Steps::isGivenUp;
    case Act::isClosed:        return &Steps::isClosed;
    case Act::staysOpen:       return &Steps::staysOpen;
    case Act::quiet:           return &Steps::quiet;
    case Act::failsToStart:
    case Act::isReadyWithin:   return &Steps::beforeTheFirst;
    case Act::saysText:        return &Steps::saysText;
    case Act::saysNot:         return &Steps::saysNot;
    case Act::saysLines:       return &Steps::saysLines;
    case Act::exits:
    case Act::exitsWith:       return &Steps::exits;
    case Act::usesAtMost:      return &Steps::usesAtMost;
    case Act::hasNoTimer:      return &Steps::hasNoTimer;
    case Act::hasFile:         return &Steps::hasFile;
    }
    return &Steps::beforeTheFirst; // no act
}
// clang-format on
#pragma GCC diagnostic pop

Steps::Steps(Scene& scene, const Case& one, std::string output)
    : scene_(scene)
    , stage_(scene.stage)
    , case_(one)
    , output_(std::move(output))
    , patience_(std::min<milliseconds>(scene.adapter.answerWithin, mostPatience)) {}

void Steps::play() {
    for (const auto& step : case_.steps) {
        step_ = &step;
        (this->*handlerOf(step.act))(step);
    }
    step_ = nullptr;
    if (scene_.target && !scene_.target->hasEnded() && !scene_.mayEnd) scene_.barrier();
    nothingLeft();
}

// ---- Who, and how long ---------------------------------------------------------------------------

Wire& Steps::client(unsigned number) {
    if (auto* known = stage_.client(number)) return *known;
    auto fd = connectLoopback(scene_.port);
    if (!fd) {
        if (scene_.mayEnd) deviate("the target does not accept connections");
        scene_.notAccepted();
    }
    return stage_.addClient(number, std::move(*fd));
}

Wire& Steps::daemon(unsigned number) {
    if (auto* known = stage_.daemon(number)) return *known;
    deviate("the daemon got no connection " + std::to_string(number));
}

// On a busy machine time alone tells nothing: who has not answered yet may not have had its turn. Before that
// is called a deviation, so many programs start and end that everybody has had one.
bool Steps::patiently(const std::function<bool()>& holds, milliseconds longest, milliseconds look) {
    const auto deadline = steady_clock::now() + longest;
    while (steady_clock::now() < deadline)
        if (await(holds, look)) return true;
    for (int i = 0; i < turns; ++i) runTrivialProgram();
    return await(holds, settleTime);
}

// ---- What happens --------------------------------------------------------------------------------

void Steps::connects(const Step& step) {
    // The suite sees that the target listens at one address; the others may follow.
    std::optional<Fd> fd;
    watchFor([&] { return (fd = connectTo(scene_.filled(step.text))).has_value(); });
    if (!fd) deviate("nobody accepts at " + scene_.filled(step.text));
    stage_.addClient(step.number, std::move(*fd));
}

void Steps::sends(const Step& step) {
    Wire& wire = wireOf(step);
    wire.send(step.bytes);
    if (step.who == Who::daemon && step.bytes.find(" 101 ") != std::string::npos) wire.raw = true;
}

void Steps::answers(const Step& step) {
    daemon(step.number).send(answerOf(step));
}

// What follows comes when the flood is under way: the target has read of it, or does not want more.
void Steps::floods(const Step& step) {
    Wire& wire = wireOf(step);
    wire.flood(step.bytes);
    await([&] { return wire.flooded() >= aFlood || wire.ended(); }, milliseconds(2000));
}

void Steps::answersEarly(const Step& step) {
    stage_.early = answerOf(step, "Connection: close\r\n");
}

// Of the daemon: on whichever connection it came.
void Steps::isNotLookedAt(const Step& step) {
    if (step.who == Who::client) client(step.number).counted = true;
    if (step.who == Who::daemon)
        for (auto& wire : stage_.daemons()) wire->take(wire->input().size());
}

void Steps::crowd(const Step& step) {
    for (std::uint64_t i = 0; i < step.count; ++i) {
        auto fd = connectLoopback(scene_.port);
        if (!fd) throw TargetError("the target refuses connection " + std::to_string(i + 1));
        Wire& wire = stage_.addClient(0, std::move(*fd));
        wire.counted = true;
        wire.send(step.bytes);
    }
}

void Steps::crowdLeaves(const Step&) {
    std::erase_if(stage_.clients(), [](const auto& wire) { return wire->counted; });
}

// ---- What is wanted ------------------------------------------------------------------------------

bool Steps::daemonGetsMore() const {
    return stage_.serves || std::any_of(case_.steps.begin(), case_.steps.end(), [&](const Step& other) {
               return &other > step_ && other.who == Who::daemon && other.act != Act::getsNothing;
           });
}

// A whole request that no step waits for: to be waited for no longer.
bool Steps::strangerAtDaemon() const {
    return std::any_of(stage_.daemons().begin(), stage_.daemons().end(),
                       [](const auto& wire) { return !wire->raw && wholeRequest(wire->input()); });
}

// What was to be refused and did not reach the daemon has not acted: that the client was told so in other words, or by the
// connection's end, is at most hardening.
void Steps::answeredOtherwise(const Step& step, const std::string& what) {
    const bool refuses = (step.statuses.has(403) || step.statuses.has(400)) && !step.statuses.has(200);
    const bool forwards = std::any_of(case_.steps.begin(), case_.steps.end(), [](const Step& other) {
        return other.act == Act::getsRequest || other.act == Act::getsRequestHead;
    });
    if (!refuses || forwards || scene_.mayEnd) deviate(what);
    scene_.barrier();
    daemonGotNothing();
    throw Deviation{what, Level::hardening};
}

void Steps::getsResponse(const Step& step) {
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
    if (!message && step.statuses.cut) {
        wire.take(wire.input().size());
        last(step) = {};
        return;
    }
    if (!message) {
        if (!wire.input().empty()) deviate(nameOf(step) + " got " + heard(wire));
        if (!step.statuses.closed) answeredOtherwise(step, nameOf(step) + " got " + heard(wire));
        last(step) = {};
        return;
    }
    const int status = statusOfHead(message->head);
    if (!step.statuses.has(status))
        answeredOtherwise(step, nameOf(step) + " got " + quoted(message->head + message->body));
    wire.take(message->size);
    last(step) = std::move(*message);
}

void Steps::getsRequest(const Step& step) {
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

void Steps::getsBytes(const Step& step) {
    Wire& wire = wireOf(step);
    const auto enough = [&] { return wire.input().size() >= step.bytes.size() || wire.ended(); };
    patiently(enough);
    if (!wire.input().starts_with(step.bytes)) deviate(nameOf(step) + " got " + heard(wire));
    wire.take(step.bytes.size());
}

void Steps::lacksBytes(const Step& step) {
    const Wire& wire = wireOf(step);
    if (wire.received().find(step.bytes) != std::string::npos)
        deviate(nameOf(step) + " got " + quoted(wire.received()));
}

// A reset is no end: it may destroy what is still under way.
void Steps::getsEnd(const Step& step) {
    Wire& wire = wireOf(step);
    patiently([&] { return wire.ended(); });
    if (wire.wasReset()) deviate(nameOf(step) + "'s connection was reset");
    if (!wire.ended() || !wire.input().empty()) deviate(nameOf(step) + " got " + heard(wire));
}

void Steps::isClosed(const Step& step) {
    Wire& wire = wireOf(step);
    // Of a TCP connection only the end can be seen, of the daemon's unix
    // socket that both directions are shut.
    const auto closed = [&] { return step.who == Who::client ? wire.ended() : wire.gone(); };
    if (!patiently(closed)) deviate(nameOf(step) + "'s connection is still open, it got " + heard(wire));
}

// The adapter says how long a target may wait for a head. What goes on meanwhile, octet by octet, gains no time.
void Steps::isGivenUp(const Step& step) {
    constexpr milliseconds betweenOctets{100};
    Wire& wire = client(step.number);
    const auto givenUp = [&] { return wire.ended() || !wire.input().empty(); };
    const auto deadline = steady_clock::now() + scene_.adapter.headWithin;
    std::size_t next = 0;
    // Behind the deadline it goes on for as many turns as everybody gets who has not answered yet.
    for (int turn = 0; turn < turns; turn += steady_clock::now() < deadline ? 0 : 1) {
        if (await(givenUp, turn == 0 ? betweenOctets : milliseconds(1))) return;
        if (!step.bytes.empty()) wire.send(step.bytes.substr(next++ % step.bytes.size(), 1));
        if (turn > 0) runTrivialProgram();
    }
    deviate(nameOf(step) + "'s connection is still open after " +
            std::to_string(scene_.adapter.headWithin.count()) + " s, and it got nothing");
}

void Steps::staysOpen(const Step& step) {
    scene_.barrier();
    const Wire& wire = wireOf(step);
    if (wire.ended()) deviate(nameOf(step) + "'s connection was ended");
}

void Steps::getsReason(const Step& step) {
    const auto line = firstLine(last(step).head);
    if (line.size() < 13 || line.substr(13) != step.text) deviate(nameOf(step) + " got " + quoted(line));
}

void Steps::getsField(const Step& step) {
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

void Steps::lacksField(const Step& step) {
    for (const auto& field : fieldsOf(last(step).head))
        if (sameName(field.name, step.text))
            deviate(nameOf(step) + " got " + std::string(field.name) + ": " + quoted(field.value));
}

void Steps::getsFields(const Step& step) {
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

void Steps::getsBody(const Step& step) {
    const auto& body = last(step).body;
    const bool held =
        step.act == Act::getsBody ? body == step.bytes : body.find(step.bytes) != std::string::npos;
    if (!held) deviate(nameOf(step) + " got the body " + quoted(body));
}

// What the target made of it all is seen when nothing comes any more, at no end, and a request of the suite's own has
// gone all the way.
void Steps::settle() {
    std::size_t seen = 0;
    const auto size = [&] {
        std::size_t sum = 0;
        for (const auto* wires : {&stage_.clients(), &stage_.daemons()})
            for (const auto& one : *wires)
                if (!one->counted) sum += one->input().size() + (one->ended() ? 1 : 0);
        return sum;
    };
    do { // at most as often as something comes
        seen = size();
        await([&] { return size() != seen; }, settleTime);
    } while (size() != seen);
    scene_.barrier();
}

// The daemon answers whatever comes, until the target has answered, or closed, or plainly waits for more.
void Steps::getsOneReading(const Step& step) {
    constexpr std::string_view without = "without ";
    stage_.serves = true;
    for (auto& wire : stage_.daemons()) wire->ready(0);
    std::ignore = client(1);
    settle();
    for (const auto& one : stage_.daemons()) {
        const auto doubt = secondReading(one->received(), "/smuggled");
        if (!doubt.empty()) deviate("the daemon got " + doubt + ", in " + quoted(one->received()));
        const auto field = step.text.starts_with(without)
                               ? fieldIn(one->received(), step.text.substr(without.size()))
                               : std::string();
        if (!field.empty()) deviate("the daemon got the field " + field + ", in " + quoted(one->received()));
        one->take(one->input().size());
    }
    for (const auto& one : stage_.clients()) one->take(one->input().size());
}

// Real time has to pass: nobody may get anything, and nobody may be closed. But a connection to the daemon that no step
// has to do with, one of those that the target keeps for later, may go whenever the target likes.
void Steps::quiet(const Step& step) {
    const auto stateOf = [this](const Wire& wire) {
        const bool isSpare = std::any_of(stage_.daemons().begin(), stage_.daemons().end(),
                                         [&](const auto& one) { return one.get() == &wire; }) &&
                             !stage_.isBound(wire);
        const std::size_t ends = (wire.ended() ? 1U : 0U) + (wire.gone() ? 1U : 0U);
        return wire.received().size() + (isSpare ? 0 : ends);
    };
    std::map<const Wire*, std::size_t> before; // who comes later has got nothing
    const auto disturbed = [&](const std::vector<std::unique_ptr<Wire>>& wires) {
        const auto found = std::find_if(wires.begin(), wires.end(), [&](const auto& wire) {
            const auto known = before.find(wire.get());
            return !wire->counted && stateOf(*wire) != (known == before.end() ? 0 : known->second);
        });
        return found == wires.end() ? nullptr : found->get();
    };
    for (const auto* wires : {&stage_.clients(), &stage_.daemons()})
        for (const auto& wire : *wires) before[wire.get()] = stateOf(*wire);
    const Wire* client = nullptr;
    const Wire* daemon = nullptr;
    const auto isDisturbed = [&] {
        client = disturbed(stage_.clients());
        daemon = disturbed(stage_.daemons());
        return client != nullptr || daemon != nullptr;
    };
    if (await(isDisturbed, milliseconds(step.count)))
        deviate(client != nullptr ? "the client got " + heard(*client) : "the daemon got " + heard(*daemon));
}

// A part of a request may have come where a target forwards as it reads. The daemon must be able to tell: what it got
// is not a whole one, and its connection is closed.
void Steps::getsNothingWhole(const Step&) {
    settle();
    for (const auto& one : stage_.daemons()) {
        if (one->input().empty()) continue;
        if (const auto whole = wholeRequest(one->input()))
            deviate("the daemon got a whole request: " + quoted(one->input()));
        if (!patiently([&] { return one->gone(); }))
            deviate("the daemon's connection is still open, it got " + heard(*one));
        one->take(one->input().size());
    }
}

void Steps::getsNothing(const Step&) {
    scene_.barrier();
    daemonGotNothing();
}

// ---- The target ----------------------------------------------------------------------------------

void Steps::saysText(const Step& step) {
    const std::string text = scene_.filled(step.text);
    const auto said = [&] { return output().find(text) != std::string::npos; };
    // Who did not start has said all it will.
    if (scene_.target ? !watchFor(said) : !said()) deviate("the target said " + quoted(output()));
}

void Steps::saysNot(const Step& step) {
    if (output().find(step.text) != std::string::npos) deviate("the target said " + quoted(output()));
}

void Steps::saysLines(const Step& step) {
    const std::string said = output();
    const auto lines = std::count(said.begin(), said.end(), '\n') + (said.empty() ? 0 : 1);
    if (static_cast<std::uint64_t>(lines) > step.count) deviate("the target said " + quoted(said));
}

void Steps::isTold(const Step& step) {
    scene_.mayEnd = true;
    scene_.target->signal(step.text == "SIGINT" ? SIGINT : SIGTERM);
}

void Steps::startsAgain(const Step&) {
    try {
        scene_.start(case_, scene_.port);
    } catch (const StartFailure& failure) {
        deviate(failure.what());
    }
}

void Steps::usesAtMost(const Step& step) {
    const auto used = residentKiB(scene_.target->pid());
    if (!used) throw Skipped{"the target's memory cannot be seen"};
    if (*used > step.count) deviate("the target uses " + std::to_string(*used) + " KiB");
}

void Steps::hasNoTimer(const Step& step) {
    const auto timer = nearestTimer(scene_.target->pid());
    if (!timer.seen) throw Skipped{"what the target waits for cannot be seen: " + timer.about};
    if (timer.seconds < static_cast<double>(step.count)) deviate("the target has a timer: " + timer.about);
}

void Steps::hasFile(const Step& step) {
    const auto space = step.text.rfind(' ');
    struct stat status {};
    const std::string path = scene_.filled(step.text.substr(0, space));
    if (!watchFor([&] { return ::stat(path.c_str(), &status) == 0; }) || !S_ISSOCK(status.st_mode))
        deviate("there is no socket at " + path);
    const auto wanted = std::strtoul(step.text.substr(space + 1).c_str(), nullptr, 8);
    if ((status.st_mode & 07777U) != wanted) deviate("its mode is another one");
}

void Steps::exits(const Step& step) {
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

void Steps::daemonGotNothing() {
    for (const auto& wire : stage_.daemons())
        if (!wire->input().empty()) deviate("the daemon got " + quoted(wire->input()));
}

void Steps::nothingLeft() {
    daemonGotNothing();
    for (const auto& wire : stage_.clients())
        if (!wire->counted && !wire->input().empty())
            deviate("the client got more: " + quoted(wire->input()));
}

} // namespace conformance
