// Answers that go on: logs, wait, stats, events; and the h2c upgrades.
#include "mockdocker/routes/streams.h"

#include "mockdocker/routes/containers.h"
#include "mockdocker/state/json.h"

#include <algorithm>
#include <charconv>
#include <csignal>

namespace mockdocker {
namespace {

using json::quote;

std::optional<Time> timeOf(const std::string& text) { // "1609459200" or "1609459200.000000001"
    std::int64_t seconds = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || (at != text.data() + text.size() && *at != '.')) return {};
    std::string digits(at == text.data() + text.size() ? at : at + 1, text.data() + text.size());
    digits.resize(9, '0');
    std::int64_t nanoseconds = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), nanoseconds);
    return Time(std::chrono::duration_cast<Time::duration>(std::chrono::seconds(seconds) +
                                                           std::chrono::nanoseconds(nanoseconds)));
}

struct LogOptions {
    bool output;
    bool error;
    bool timestamps;
    bool frames;
    Time since{};
};

std::string logBytes(const std::vector<Output>& outputs, const LogOptions& options) {
    std::string bytes;
    for (const Output& output : outputs) {
        if (!(output.stream == 1 ? options.output : options.error) || output.at < options.since) continue;
        const std::string line = options.timestamps ? rfc3339(output.at) + " " + output.data : output.data;
        bytes += options.frames ? stdcopyFrame(output.stream, line) : line;
    }
    return bytes;
}

// tail=N counts what was printed at once as one line, which for emulated programs it is.
std::size_t firstOf(std::size_t count, const Request& request) {
    const std::string tail = request.query("tail").value_or("all");
    if (tail == "all" || tail.empty()) return 0;
    const auto lines = std::strtoul(tail.c_str(), nullptr, 10);
    return count > lines ? count - lines : 0;
}

void followLogs(Call& call, Stdio& stdio, const LogOptions& options, std::size_t sent) {
    const Wakeup wakeup;
    const Watching watching(stdio.changed, wakeup);
    while (true) {
        const bool over = stdio.exitCode().has_value();
        const auto outputs = stdio.outputFrom(sent);
        sent += outputs.size();
        if (!call.exchange.write(logBytes(outputs, options)) || over) return;
        if (await(call.exchange.connection(), wakeup, Watch::leaving) != Awoke::signal) return;
    }
}

} // namespace

void containerLogs(Call& call) {
    const Request& request = call.request();
    LogOptions options{request.queryBool("stdout"), request.queryBool("stderr"),
                       request.queryBool("timestamps"), true};
    if (!options.output && !options.error)
        return call.error(400, "Bad parameters: you must choose at least one stream");
    const auto container = requireContainer(call);
    if (!container) return;
    if (const auto since = request.query("since")) options.since = timeOf(*since).value_or(Time{});
    std::shared_ptr<Stdio> stdio;
    bool follow = request.queryBool("follow");
    {
        const auto guard = call.world.lock();
        stdio = container->stdio;
        options.frames = !container->terminal;
        follow = follow && container->running();
    }
    if (World::evergreen(call.name())) stdio->print(1, "a line of the log\n");
    const std::string_view type = !call.versionAtLeast("1.42") ? ""
                                  : options.frames             ? "application/vnd.docker.multiplexed-stream"
                                                               : "application/vnd.docker.raw-stream";
    if (!call.exchange.begin(200, type)) return;
    const std::size_t from = firstOf(stdio->outputs(), request);
    if (follow)
        followLogs(call, *stdio, options, from);
    else
        call.exchange.write(logBytes(stdio->outputFrom(from), options));
    if (World::evergreen(call.name())) stdio->kill(SIGKILL);
}

void containerWait(Call& call) {
    const std::string condition = call.request().query("condition").value_or("not-running");
    if (condition != "not-running" && condition != "next-exit" && condition != "removed" &&
        !condition.empty()) {
        return call.error(400, "invalid condition: " + quote(condition));
    }
    const auto container = requireContainer(call);
    if (!container) return;
    std::shared_ptr<Stdio> run;
    std::optional<int> over; // it had ended before we were asked
    {
        const auto guard = call.world.lock();
        const bool ended = !container->running() && condition != "next-exit";
        run = ended && condition == "removed" && container->lastRun ? container->lastRun : container->stdio;
        if (ended && condition != "removed") over = container->exitCode;
    }
    if (!call.exchange.begin(200, "application/json")) return; // flushed at once since API 1.30
    const Wakeup wakeup;
    const Watching watching(run->changed, wakeup);
    const auto waiting = [&] { return condition == "removed" ? !run->removed() : !run->exitCode(); };
    while (!over && waiting()) {
        if (await(call.exchange.connection(), wakeup, Watch::leaving) != Awoke::signal) return;
    }
    const int code = over.value_or(run->exitCode().value_or(0));
    call.exchange.write(json::object({{"Error", "null"}, {"StatusCode", std::to_string(code)}}) + "\n");
}

void containerStats(Call& call) {
    const auto container = requireContainer(call);
    if (!container) return;
    if (World::evergreen(call.name())) container->stdio->kill(SIGKILL);
    const std::string sample = json::object(
        {{"read", quote(rfc3339(std::chrono::system_clock::now()))},
         {"preread", quote(rfc3339({}))},
         {"pids_stats", R"({"current":1})"},
         {"blkio_stats", "{}"},
         {"num_procs", "0"},
         {"storage_stats", "{}"},
         {"cpu_stats",
          R"({"cpu_usage":{"total_usage":1000000,"percpu_usage":[1000000],"usage_in_kernelmode":0,"usage_in_usermode":0},"system_cpu_usage":100000000,"online_cpus":2,"throttling_data":{}})"},
         {"precpu_stats", R"({"cpu_usage":{"total_usage":0},"throttling_data":{}})"},
         {"memory_stats", R"({"usage":1048576,"stats":{},"limit":1073741824})"},
         {"name", quote("/" + container->name)},
         {"id", quote(container->id)},
         {"networks", "{}"}});
    const std::string stream = call.request().query("stream").value_or("1");
    if (stream == "0" || stream == "false") return call.reply(200, sample);
    if (!call.exchange.begin(200, "application/json")) return;
    const Wakeup never;
    while (call.exchange.write(sample + "\n")) { // the daemon's own rhythm is one a second
        const auto next = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        if (await(call.exchange.connection(), never, Watch::leaving, next) != Awoke::timeout) return;
    }
}

namespace {

struct EventFilter {
    Poco::JSON::Object::Ptr filters;
    std::optional<Time> since;
    std::optional<Time> until;

    [[nodiscard]] bool passes(const Event& event) const {
        if ((since && event.at < *since) || (until && event.at > *until)) return false;
        const auto attribute = [&](const std::string& name) {
            const auto at = event.attributes.find(name);
            return at == event.attributes.end() ? std::string{} : at->second;
        };
        const auto ofType = [&](const std::string& key) {
            return event.type == key ? std::vector{event.id, attribute("name")} : std::vector<std::string>{};
        };
        return any("type", {event.type}) &&
               any("event", {event.action, event.action.substr(0, event.action.find(':'))}) &&
               any("container", ofType("container")) &&
               any("image", {attribute("image"), event.type == "image" ? event.id : ""}) &&
               any("label", labels(event));
    }

private:
    [[nodiscard]] bool any(const std::string& key, const std::vector<std::string>& actual) const {
        if (!filters || !filters->has(key)) return true;
        const auto wanted =
            filters->isObject(key) ? filters->getObject(key)->getNames() : json::listAt(*filters, key);
        return std::ranges::any_of(
            wanted, [&](const auto& value) { return std::ranges::find(actual, value) != actual.end(); });
    }
    static std::vector<std::string> labels(const Event& event) {
        std::vector<std::string> all;
        for (const auto& [key, value] : event.attributes) {
            all.push_back(key);
            all.emplace_back(key).append("=").append(value);
        }
        return all;
    }
};

// False: an error has been answered.
bool readTime(Call& call, const std::string& key, std::optional<Time>& time) {
    const auto text = call.request().query(key);
    if (!text || text->empty()) return true;
    time = timeOf(*text);
    if (time) return true;
    call.error(500,
               "strconv.ParseInt: parsing " + quote(text->substr(0, text->find('.'))) + ": invalid syntax");
    return false;
}

Deadline deadlineOf(const std::optional<Time>& until) {
    if (!until) return {};
    const auto left = *until - std::chrono::system_clock::now();
    return std::chrono::steady_clock::now() +
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(left);
}

} // namespace

void systemEvents(Call& call) {
    EventFilter filter;
    if (!readTime(call, "since", filter.since) || !readTime(call, "until", filter.until)) return;
    filter.filters = json::parseObject(call.request().query("filters").value_or("{}"));
    Events& events = call.world.events;
    const Wakeup wakeup;
    const Watching watching(events.changed, wakeup);
    std::size_t seen = filter.since ? 0 : events.count();
    if (!call.exchange.begin(200, call.versionAtLeast("1.52") ? "application/jsonl" : "application/json"))
        return;
    const Deadline deadline = deadlineOf(filter.until);
    while (true) {
        const bool over = deadline && *deadline <= std::chrono::steady_clock::now();
        std::string lines;
        for (const Event& event : events.from(seen)) {
            ++seen;
            if (filter.passes(event)) lines += toJson(event) + "\n";
        }
        if (!call.exchange.write(lines) || over) return;
        const Awoke awoke = await(call.exchange.connection(), wakeup, Watch::leaving, deadline);
        if (awoke == Awoke::gone) return;
    }
}

namespace {

// Past the upgrade both speak HTTP/2. The mock sends the preface its role begins with and takes what comes.
void upgradeToHttp2(Call& call, int missing, std::string_view preface) {
    const std::string* upgrade = call.request().find("Upgrade");
    if (upgrade == nullptr || upgrade->empty()) return call.error(missing, "no upgrade proto in request");
    if (*upgrade != "h2c") return call.error(missing, "protocol " + *upgrade + " not supported");
    if (!call.exchange.hijack(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 101))
        return;
    if (!call.exchange.sendRaw(preface)) return;
    while (!call.exchange.readRaw().empty()) {
    }
}

// An HTTP/2 SETTINGS frame without settings.
constexpr std::string_view emptySettings("\0\0\0\x04\0\0\0\0\0", 9);
const std::string clientPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string(emptySettings);

} // namespace

void session(Call& call) {
    upgradeToHttp2(call, 400, clientPreface);
} // roles are reversed: the daemon is the client
void serveGrpc(Call& call) {
    upgradeToHttp2(call, 500, emptySettings);
}

} // namespace mockdocker
