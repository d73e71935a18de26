#include "conformance/capabilities.h"
#include "conformance/cases/bytes.h"
#include "conformance/cases/case.h"
#include "conformance/docker.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>

namespace conformance {
namespace {

// What follows the colon of a step.
enum class Takes : std::uint8_t { nothing, text, bytes, statuses, number, numberAndBytes };

// What a step is for: something happens, or something is wanted, which reports tell as what must happen.
enum class Means : std::uint8_t { does, wants };

struct Word {
    std::string_view text;
    Who who;
    Act act;
    Means means;
    Takes takes;
};

constexpr std::uint64_t mostTimes = 100;

// The closed list of steps: tables/README.md says what each means.
// clang-format off
constexpr std::array words{
    Word{"client connects", Who::client, Act::connects, Means::does, Takes::text},
    Word{"client sends", Who::client, Act::sends, Means::does, Takes::bytes},
    Word{"client sends bytewise", Who::client, Act::sendsBytewise, Means::does, Takes::bytes},
    Word{"client ends", Who::client, Act::ends, Means::does, Takes::nothing},
    Word{"client closes", Who::client, Act::closes, Means::does, Takes::nothing},
    Word{"client resets", Who::client, Act::resets, Means::does, Takes::nothing},
    Word{"client gets status", Who::client, Act::getsStatus, Means::wants, Takes::statuses},
    Word{"client gets reason", Who::client, Act::getsReason, Means::wants, Takes::text},
    Word{"client gets head", Who::client, Act::getsHead, Means::wants, Takes::statuses},
    Word{"client gets field", Who::client, Act::getsField, Means::wants, Takes::text},
    Word{"client gets fields", Who::client, Act::getsFields, Means::wants, Takes::text},
    Word{"client lacks field", Who::client, Act::lacksField, Means::wants, Takes::text},
    Word{"client gets body", Who::client, Act::getsBody, Means::wants, Takes::bytes},
    Word{"client gets body with", Who::client, Act::getsBodyWith, Means::wants, Takes::bytes},
    Word{"client gets bytes", Who::client, Act::getsBytes, Means::wants, Takes::bytes},
    Word{"client lacks bytes", Who::client, Act::lacksBytes, Means::wants, Takes::bytes},
    Word{"client gets end", Who::client, Act::getsEnd, Means::wants, Takes::nothing},
    Word{"client is closed", Who::client, Act::isClosed, Means::wants, Takes::nothing},
    Word{"client stays open", Who::client, Act::staysOpen, Means::wants, Takes::nothing},
    Word{"client is given up", Who::client, Act::isGivenUp, Means::wants, Takes::bytes},
    Word{"client is not looked at", Who::client, Act::isNotLookedAt, Means::does, Takes::nothing},
    Word{"client floods", Who::client, Act::floods, Means::does, Takes::bytes},
    Word{"client stops reading", Who::client, Act::stopsReading, Means::does, Takes::nothing},
    Word{"client reads on", Who::client, Act::readsOn, Means::does, Takes::nothing},
    Word{"daemon gets request", Who::daemon, Act::getsRequest, Means::wants, Takes::text},
    Word{"daemon gets head", Who::daemon, Act::getsRequestHead, Means::wants, Takes::text},
    Word{"daemon gets field", Who::daemon, Act::getsField, Means::wants, Takes::text},
    Word{"daemon gets fields", Who::daemon, Act::getsFields, Means::wants, Takes::text},
    Word{"daemon lacks field", Who::daemon, Act::lacksField, Means::wants, Takes::text},
    Word{"daemon gets body", Who::daemon, Act::getsBody, Means::wants, Takes::bytes},
    Word{"daemon gets body with", Who::daemon, Act::getsBodyWith, Means::wants, Takes::bytes},
    Word{"daemon gets bytes", Who::daemon, Act::getsBytes, Means::wants, Takes::bytes},
    Word{"daemon gets end", Who::daemon, Act::getsEnd, Means::wants, Takes::nothing},
    Word{"daemon gets nothing", Who::daemon, Act::getsNothing, Means::wants, Takes::nothing},
    Word{"daemon gets nothing whole", Who::daemon, Act::getsNothingWhole, Means::wants, Takes::nothing},
    Word{"daemon gets one reading", Who::daemon, Act::getsOneReading, Means::wants, Takes::text},
    Word{"daemon is closed", Who::daemon, Act::isClosed, Means::wants, Takes::nothing},
    Word{"daemon stays open", Who::daemon, Act::staysOpen, Means::wants, Takes::nothing},
    Word{"daemon sends", Who::daemon, Act::sends, Means::does, Takes::bytes},
    Word{"daemon sends bytewise", Who::daemon, Act::sendsBytewise, Means::does, Takes::bytes},
    Word{"daemon answers", Who::daemon, Act::answers, Means::does, Takes::numberAndBytes},
    Word{"daemon answers early", Who::daemon, Act::answersEarly, Means::does, Takes::numberAndBytes},
    Word{"daemon is not looked at", Who::daemon, Act::isNotLookedAt, Means::does, Takes::nothing},
    Word{"daemon continues", Who::daemon, Act::continues, Means::does, Takes::nothing},
    Word{"daemon floods", Who::daemon, Act::floods, Means::does, Takes::bytes},
    Word{"daemon stops reading", Who::daemon, Act::stopsReading, Means::does, Takes::nothing},
    Word{"daemon reads on", Who::daemon, Act::readsOn, Means::does, Takes::nothing},
    Word{"daemon ends", Who::daemon, Act::ends, Means::does, Takes::nothing},
    Word{"daemon closes", Who::daemon, Act::closes, Means::does, Takes::nothing},
    Word{"daemon closes when sent", Who::daemon, Act::closesWhenSent, Means::does, Takes::nothing},
    Word{"daemon goes", Who::daemon, Act::goes, Means::does, Takes::nothing},
    Word{"daemon comes", Who::daemon, Act::comes, Means::does, Takes::nothing},
    Word{"daemon refuses", Who::daemon, Act::refuses, Means::does, Takes::nothing},
    Word{"target does not start", Who::target, Act::failsToStart, Means::wants, Takes::nothing},
    Word{"target does not start with status", Who::target, Act::failsToStart, Means::wants, Takes::number},
    Word{"target says", Who::target, Act::saysText, Means::wants, Takes::text},
    Word{"target does not say", Who::target, Act::saysNot, Means::wants, Takes::text},
    Word{"target says at most lines", Who::target, Act::saysLines, Means::wants, Takes::number},
    Word{"target is told", Who::target, Act::isTold, Means::does, Takes::text},
    Word{"target ends", Who::target, Act::exits, Means::wants, Takes::nothing},
    Word{"target ends with status", Who::target, Act::exitsWith, Means::wants, Takes::number},
    Word{"target starts again", Who::target, Act::startsAgain, Means::does, Takes::nothing},
    Word{"target is ready within programs", Who::target, Act::isReadyWithin, Means::wants, Takes::number},
    Word{"target uses at most KiB", Who::target, Act::usesAtMost, Means::wants, Takes::number},
    Word{"target has no timer within s", Who::target, Act::hasNoTimer, Means::wants, Takes::number},
    Word{"target made a socket of mode", Who::target, Act::hasFile, Means::wants, Takes::text},
    Word{"quiet for ms", Who::all, Act::quiet, Means::wants, Takes::number},
    Word{"all is settled", Who::all, Act::settles, Means::does, Takes::nothing},
    Word{"crowd", Who::all, Act::crowd, Means::does, Takes::numberAndBytes},
    Word{"crowd leaves", Who::all, Act::crowdLeaves, Means::does, Takes::nothing},
};
// clang-format on

// What `or else` begins with.
constexpr std::string_view acts = "a denied request acts";
constexpr std::string_view fails = "a granted request fails";

constexpr std::array<std::string_view, 13> otherVariables{
    "BIND_CONFIG",    "DISABLE_IPV6",   "LOG_LEVEL",  "LOG_FORMAT",  "MAX_CONNECTIONS",
    "SHUTDOWN_GRACE", "ALLOW_PAUSE",    "ALLOW_LOGS", "SOCKET_PATH", "PORT",
    "TIMEOUT_SERVER", "TIMEOUT_CLIENT", "PROXY_NAME"};

// Settings of a door, like grants, but with values of their own.
constexpr std::array<std::string_view, 12> ofDoors{
    "ALLOW_OPERATIONS", "DENY_OPERATIONS", "GUARD",      "GUARD_BINDS", "GUARD_HOST",  "GUARD_CAPS",
    "GUARD_DEVICES",    "GUARD_NETWORKS",  "GUARD_EXEC", "GUARD_CP",    "GUARD_BUILD", "GUARD_BODY_LIMIT"};

// Settings of this kind change how the target runs, not only what it grants: not for sharing.
bool changesTheRun(std::string_view name) {
    return std::find(otherVariables.begin(), otherVariables.end(), name) != otherVariables.end();
}

// TRAEFIK__CONTAINERS is CONTAINERS of the door TRAEFIK.
std::string_view withoutDoor(std::string_view name) {
    const auto end = name.rfind("__");
    return end == std::string_view::npos ? name : name.substr(end + 2);
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::optional<std::uint64_t> numberOf(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// A line, with the lines that continue it: "key: value", each continuation beginning with a blank.
struct Line {
    std::size_t number = 0;
    std::string_view key;
    std::string_view value;
    std::vector<std::string_view> more;
};

class Parser {
public:
    Parser(std::string_view text, const std::string& file, const std::string& family, Dialect dialect)
        : text_(text)
        , file_(file)
        , family_(family)
        , dialect_(dialect) {}

    std::vector<Case> parse() {
        while (nextLine()) take();
        finish();
        return std::move(cases_);
    }

private:
    [[noreturn]] void fail(std::string_view what) const { throw TableError(file_, line_.number, what); }

    bool takeRaw(std::string_view& raw) {
        if (text_.empty()) return false;
        const auto end = text_.find('\n');
        raw = text_.substr(0, end);
        text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
        ++number_;
        return true;
    }

    // The next line that says something, with its continuations.
    bool nextLine() {
        std::string_view raw;
        do {
            if (!takeRaw(raw)) return false;
        } while (trimmed(raw).empty() || raw.front() == '#');
        line_ = {number_, {}, {}, {}};
        if (raw.front() == ' ' || raw.front() == '\t') fail("a continuation with nothing before it");
        const auto colon = raw.find(':');
        line_.key = trimmed(raw.substr(0, colon));
        if (colon != std::string_view::npos) line_.value = trimmed(raw.substr(colon + 1));
        while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t')) {
            takeRaw(raw);
            if (!trimmed(raw).empty()) line_.more.push_back(trimmed(raw));
        }
        return true;
    }

    void take() {
        if (line_.key == "case") {
            const std::size_t here = line_.number;
            finish();
            line_.number = here;
            begin();
            return;
        }
        if (setHeading()) return;
        if (!open_) fail("'" + std::string(line_.key) + "' before the first case; there go: level, settings");
        if (line_.key == "the proxy")
            case_.sentence = oneLine();
        else if (line_.key == "operation")
            case_.operation = oneLine();
        else if (line_.key == "needs")
            setNeed();
        else if (line_.key == "without")
            setWithout();
        else if (line_.key == "open files")
            setOpenFiles();
        else if (line_.key == "times")
            setTimes();
        else if (line_.key == "capability")
            addCapability(oneLine());
        else if (!takeShorthand())
            case_.steps.push_back(step(line_.key));
    }

    // Before the first case: for the whole table.
    bool setHeading() {
        if (line_.key == "level") {
            const auto level = levelOf(oneLine());
            (open_ ? case_.level : level_) = level;
        } else if (line_.key == "settings") {
            if (open_)
                setSettings(oneLine());
            else
                settings_ = oneLine();
        } else if (line_.key == "or else") {
            const std::string said = oneLine();
            if (!said.starts_with(acts) && !said.starts_with(fails))
                fail("'or else' takes '" + std::string(acts) + "' or '" + std::string(fails) +
                     "', and behind it what makes it so");
            (open_ ? case_.orElse : orElse_) = said;
        } else
            return false;
        return true;
    }

    std::string oneLine() const {
        if (!line_.more.empty()) fail("'" + std::string(line_.key) + "' takes one line");
        return std::string(line_.value);
    }

    Level levelOf(std::string_view name) const {
        for (const Level level : {Level::required, Level::hardening, Level::observed})
            if (name == nameOf(level)) return level;
        fail("a level is required, hardening or observed, not '" + std::string(name) + "'");
    }

    void begin() {
        const std::string name = oneLine();
        const auto odd = name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-");
        if (name.empty() || odd != std::string::npos)
            fail("a case's id is made of small letters, digits and '-', not '" + name + "'");
        case_ = {};
        case_.id = family_ + "/" + name;
        case_.file = file_;
        case_.line = line_.number;
        case_.level = level_;
        open_ = true;
        ambiguous_ = 0;
        if (!ids_.insert(case_.id).second) fail("'" + name + "' stands here twice");
        if (isCapability(family_)) case_.capabilities.push_back(family_);
        if (!settings_.empty()) setSettings(settings_);
    }

    void addCapability(const std::string& name) {
        if (!isCapability(name)) fail("there is no capability '" + name + "'");
        case_.capabilities.push_back(name);
    }

    void finish() {
        if (!open_) return;
        open_ = false;
        line_.number = case_.line;
        if (case_.sentence.empty()) fail("the case says not what the proxy must do: 'the proxy: must …'");
        if (case_.steps.empty()) fail("the case has no steps");
        if (case_.openFiles != 0 || case_.without != Without::nothing ||
            std::any_of(case_.steps.begin(), case_.steps.end(),
                        [](const Step& one) { return one.who == Who::target; }))
            case_.ownTarget = true;
        sayWhatIsAtStake();
        if (ambiguous_ != 0) addOneReading();
        cases_.push_back(std::move(case_));
    }

    // Of shorthand it goes without saying.
    void sayWhatIsAtStake() {
        if (case_.orElse.empty() && refuses_ != forwards_) case_.orElse = refuses_ ? acts : fails;
        if (case_.orElse.empty()) case_.orElse = orElse_;
        refuses_ = forwards_ = false;
    }

    // An ambiguous message may be refused, or be made plain: only the latter is everybody's duty.
    void addOneReading() {
        Case plain = case_;
        plain.id += ".one-reading";
        plain.level = Level::required;
        plain.orElse = acts;
        plain.sentence = "must not let the daemon read something else than the proxy did where a client " +
                         plain.sentence.substr(plain.sentence.find("sends"));
        plain.steps = {case_.steps.front()};
        plain.steps.push_back(made(case_.steps.front().line, "daemon gets one reading", ""));
        case_.id += ".refused";
        case_.level = Level::hardening;
        cases_.push_back(std::move(plain));
    }

    void setNeed() {
        const std::string name = oneLine();
        if (name == "ipv6")
            case_.need = Need::ipv6;
        else if (name == "root")
            case_.need = Need::root;
        else
            fail("needs takes ipv6 or root, not '" + name + "'");
    }

    void setWithout() {
        const std::string name = oneLine();
        if (name != "ipv6") fail("without takes ipv6, not '" + name + "'");
        case_.without = Without::ipv6;
    }

    void setTimes() {
        const auto count = numberOf(oneLine());
        if (!count || *count == 0 || *count > mostTimes)
            fail("'times' takes a number up to " + std::to_string(mostTimes));
        case_.times = static_cast<unsigned>(*count);
    }

    void setOpenFiles() {
        const auto count = numberOf(oneLine());
        if (!count || *count == 0) fail("'open files' takes a number");
        case_.openFiles = static_cast<unsigned>(*count);
    }

    // "everything POST=0", "nothing CONTAINERS=1", "CONTAINERS=1 !IAMGES=1": ! marks a
    // name that is meant to be unknown.
    void setSettings(const std::string& text) {
        case_.settings = text;
        case_.environment.clear();
        std::string_view rest = text;
        while (!(rest = trimmed(rest)).empty()) {
            const auto equals = rest.find_first_of("= ");
            const auto name = rest.substr(0, equals);
            rest.remove_prefix(equals == std::string_view::npos ? rest.size() : equals);
            if (rest.empty() || rest.front() != '=') {
                setAll(name);
                continue;
            }
            rest.remove_prefix(1);
            setOne(name, takeValue(rest));
        }
    }

    void setAll(std::string_view name) {
        if (name == "defaults") return;
        if (name != "everything" && name != "nothing")
            fail("settings are everything, nothing, defaults, or NAME=VALUE, not '" + std::string(name) +
                 "'");
        for (const auto& variable : Variables::builtin(dialect_).all())
            case_.environment[variable.name] = name == "everything" ? "1" : "0";
    }

    std::string takeValue(std::string_view& rest) const {
        const bool inQuotes = !rest.empty() && rest.front() == '"';
        const auto end = inQuotes ? rest.find('"', 1) : rest.find(' ');
        if (inQuotes && end == std::string_view::npos) fail("a quote is not closed");
        const auto value = inQuotes ? rest.substr(1, end - 1) : rest.substr(0, end);
        rest.remove_prefix(std::min(rest.size(), end == std::string_view::npos ? end : end + 1));
        return bytesOf([&] { return fromEscapes(value); });
    }

    void setOne(std::string_view name, const std::string& value) {
        const bool meant = name.starts_with("!");
        if (meant) name.remove_prefix(1);
        const auto of = withoutDoor(name);
        const bool takesOwn = std::find(ofDoors.begin(), ofDoors.end(), of) != ofDoors.end();
        const bool grants =
            Variables::builtin(dialect_).find(of).has_value() || of == "LEARN" || of == "MASK_ENV";
        if (!grants && !takesOwn && !changesTheRun(of) && !meant)
            fail("unknown variable '" + std::string(name) +
                 "'; one that is meant to be unknown is written !" + std::string(name));
        if (changesTheRun(of) || meant || (grants && !grantOf(value))) case_.ownTarget = true;
        case_.environment[std::string(name)] = value;
    }

    template <typename Read>
    std::string bytesOf(Read read) const {
        try {
            return read();
        } catch (const BytesError& error) {
            fail(error.what());
        }
    }

    // ---- Steps ---------------------------------------------------------------------------------------

    // "client 2 sends" is "client sends" of the second client.
    Step step(std::string_view key) const {
        Step made;
        made.line = line_.number;
        std::string plain(key);
        const auto space = key.find(' ');
        if (space != std::string_view::npos && space + 2 < key.size() && key[space + 2] == ' ' &&
            key[space + 1] >= '1' && key[space + 1] <= '9') {
            made.number = static_cast<unsigned>(key[space + 1] - '0');
            plain.erase(space, 2);
        }
        const auto* word =
            std::find_if(words.begin(), words.end(), [&](const Word& one) { return one.text == plain; });
        if (word == words.end())
            fail("unknown key '" + std::string(key) + "'; conformance/tables/README.md lists them");
        made.who = word->who;
        made.act = word->act;
        made.wanted = word->means == Means::wants;
        made.written = std::string(key) + (line_.value.empty() ? "" : ": " + std::string(line_.value));
        take(made, word->takes);
        return made;
    }

    void take(Step& made, Takes takes) const {
        if (takes != Takes::bytes && takes != Takes::numberAndBytes && !line_.more.empty())
            fail("'" + std::string(line_.key) + "' takes one line");
        if (takes == Takes::nothing && !line_.value.empty())
            fail("'" + std::string(line_.key) + "' takes nothing");
        if (takes == Takes::text || takes == Takes::statuses)
            made.text = bytesOf([&] { return fromEscapes(line_.value); });
        if (takes == Takes::statuses) made.statuses = statusesOf(made.text);
        if (takes == Takes::bytes) made.bytes = allBytes(line_.value);
        if (takes == Takes::number) takeNumber(made, line_.value);
        if (takes == Takes::numberAndBytes) {
            const auto space = line_.value.find(' ');
            takeNumber(made, line_.value.substr(0, space));
            made.bytes = allBytes(space == std::string_view::npos ? "" : line_.value.substr(space));
        }
    }

    void takeNumber(Step& made, std::string_view text) const {
        const auto number = numberOf(trimmed(text));
        if (!number) fail("'" + std::string(line_.key) + "' takes a number");
        made.count = *number;
    }

    std::string allBytes(std::string_view first) const {
        return bytesOf([&] {
            std::string bytes = readBytes(first);
            for (const auto more : line_.more) bytes += readBytes(more);
            return bytes;
        });
    }

    Statuses statusesOf(std::string_view text) const {
        Statuses statuses;
        while (!text.empty()) {
            const auto end = text.find(" or ");
            const auto one = trimmed(text.substr(0, end));
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 4);
            const auto number = numberOf(one);
            if (one == "closed")
                statuses.closed = true;
            else if (one == "cut")
                statuses.cut = true;
            else if (one.size() == 3 && one.ends_with("xx") && one[0] >= '1' && one[0] <= '5')
                statuses.ranges.emplace_back((one[0] - '0') * 100, (one[0] - '0') * 100 + 99);
            else if (number && *number >= 100 && *number <= 999)
                statuses.ranges.emplace_back(*number, *number);
            else
                fail("a status is like 403, 4xx, closed or cut, not '" + std::string(one) + "'");
        }
        if (statuses.ranges.empty() && !statuses.closed && !statuses.cut) fail("which status?");
        return statuses;
    }

    // ---- Shorthand -----------------------------------------------------------------------------------

    Step made(std::size_t number, std::string_view key, std::string_view value) {
        const Line written = line_;
        line_ = {number, key, value, {}};
        Step one = step(key);
        line_ = written;
        return one;
    }

    void add(std::string_view key, std::string_view value) {
        case_.steps.push_back(made(line_.number, key, value));
    }

    // "GET /x": a whole request.
    void addRequest() {
        const auto space = line_.value.find(' ');
        if (space == std::string_view::npos)
            fail("'" + std::string(line_.key) + "' takes a method and a target");
        const auto method = line_.value.substr(0, space);
        const bool hasBody = method != "GET" && method != "HEAD" && method != "CONNECT";
        add("client sends", "\"" + std::string(line_.value) + " HTTP/1.1\\r\\nHost: docker\\r\\n" +
                                (hasBody ? "Content-Length: 0\\r\\n" : "") + "\\r\\n\"");
    }

    // "POST /x BODY", with fields of its own on the lines below: what is sent, and what of it is the body.
    void addRequestWithBody() {
        const auto method = line_.value.substr(0, line_.value.find(' '));
        std::string_view rest = trimmed(line_.value.substr(method.size()));
        const auto target = rest.substr(0, rest.find(' '));
        if (target.empty()) fail("'" + std::string(line_.key) + "' takes a method, a target and a body");
        rest = trimmed(rest.substr(target.size()));
        const std::string body =
            rest.starts_with('"') ? bytesOf([&] { return readBytes(rest); }) : std::string(rest);
        std::string fields;
        for (const auto field : line_.more) fields.append(field).append("\r\n");
        if (line_.more.empty() && !body.empty()) fields = "Content-Type: application/json\r\n";
        Step sent = made(line_.number, "client sends", "\"\"");
        sent.bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: docker\r\n");
        sent.bytes += fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        sent.written = "client sends: " + std::string(line_.value);
        case_.steps.push_back(std::move(sent));
        if (line_.key == "withheld") return add("client gets status", "4xx");
        add("daemon gets request", std::string(method) + " " + std::string(target));
        Step got = made(line_.number, "daemon gets body", "\"\"");
        got.bytes = body;
        got.written = "daemon gets body: as it was sent";
        case_.steps.push_back(std::move(got));
        add("daemon answers", "201 \"{}\"");
        add("client gets status", "201");
    }

    bool takeShorthand() {
        const bool forwards = line_.key == "forwarded" || line_.key == "passed";
        const bool refuses = line_.key == "denied" || line_.key == "rejected" || line_.key == "refused" ||
                             line_.key == "withheld";
        forwards_ = forwards_ || forwards;
        refuses_ = refuses_ || refuses;
        if (line_.key == "withheld" || line_.key == "passed") {
            addRequestWithBody();
        } else if (line_.key == "denied" || line_.key == "rejected" || line_.key == "refused") {
            oneLine();
            addRequest();
            const auto head = line_.value.starts_with("HEAD ") ? "client gets head" : "client gets status";
            add(head, line_.key == "denied"     ? "403"
                      : line_.key == "rejected" ? "400"
                                                : "400 or 403 or closed");
        } else if (line_.key == "forwarded") {
            oneLine();
            addRequest();
            add("daemon gets request", line_.value);
            const std::string body = dockerBody(line_.value);
            Step answer = made(line_.number, "daemon answers", "200 \"\"");
            answer.bytes = body;
            case_.steps.push_back(std::move(answer));
            add("client gets status", "200");
            Step got = made(line_.number, "client gets body", "\"\"");
            got.bytes = body;
            got.written = "client gets body: the daemon's";
            case_.steps.push_back(std::move(got));
        } else if (line_.key == "ambiguous") {
            ambiguous_ = line_.number;
            if (!case_.steps.empty()) fail("'ambiguous' is the case's only step");
            case_.steps.push_back(ambiguousStep());
            add("client gets status", "400 or 411 or 501 or closed");
        } else
            return false;
        return true;
    }

    Step ambiguousStep() {
        const Line written = line_;
        line_.key = "client sends";
        Step one = step("client sends");
        line_ = written;
        return one;
    }

    std::string_view text_;
    const std::string& file_;
    const std::string& family_;
    Dialect dialect_;
    std::size_t number_ = 0;
    Line line_;
    Level level_ = Level::required;
    std::string settings_;
    std::string orElse_;
    bool refuses_ = false;
    bool forwards_ = false;
    bool open_ = false;
    std::size_t ambiguous_ = 0;
    Case case_;
    std::set<std::string> ids_;
    std::vector<Case> cases_;
};

} // namespace

const Step* Case::stepOf(Act act) const {
    const auto found =
        std::find_if(steps.begin(), steps.end(), [act](const Step& step) { return step.act == act; });
    return found == steps.end() ? nullptr : &*found;
}

bool Statuses::has(int status) const {
    return std::any_of(ranges.begin(), ranges.end(), [status](const auto& range) {
        return range.first <= status && status <= range.second;
    });
}

std::vector<Case> parseCases(std::string_view text, const std::string& file, const std::string& family,
                             Dialect dialect) {
    return Parser(text, file, family, dialect).parse();
}

const std::vector<std::string>& scriptedFamilies() {
    static const std::vector<std::string> all{"evasion", "framing", "passthrough", "stream",     "fault",
                                              "limits",  "config",  "lifecycle",   "operations", "doors",
                                              "mask",    "guard",   "long"};
    return all;
}

std::vector<Case> builtinCases(const std::string& family, Dialect dialect) {
    const std::string table = family + ".cases";
    return parseCases(embeddedTable(table), embeddedTableFile(table), family, dialect);
}

std::string expectedInWords(const Case& one) {
    std::string text;
    for (const auto& step : one.steps)
        if (step.wanted) text.append(text.empty() ? "" : "; ").append(step.written);
    return text.empty() ? "nothing at the daemon" : text;
}

} // namespace conformance
