#include "conformance/options.h"

#include "conformance/cases/case.h"

#include <algorithm>
#include <functional>
#include <map>

namespace conformance {

const char* const usage =
    R"(socket-proxy-conformance: judges socket proxies for the Docker Engine API

  run --target FILE   starts the target with one settings vector after another and judges every case;
                      --target again: another one, side by side
  compare A [B]       what changed from report A to report B, or between the two targets in A; both JSON
  render FILE …       writes reports anew from JSON ones, their targets side by side
  list                prints the ids of cases
  explain ID          prints what a case sends, what must happen and which rule says so

  --target FILE       an adapter, such as conformance/targets/haproxy.json
  --program PATH      instead of the program that the adapter's command names
  --family NAME       only this family: access, evasion, framing, passthrough, stream, fault, limits, config,
                      lifecycle, or long, which waits for more than ten minutes and runs only when named
  --id PREFIX         only cases whose id begins so: access/SETTINGS/OPERATION/METHOD/VERSION, FAMILY/NAME
  --prefixes WHICH    default: no version, the oldest and the newest; all: every version
  --level LEVEL       deviations up to this level make the exit status 1: required (default), hardening
  --json FILE         writes everything that was seen; compare and render read it
  --junit FILE        writes JUnit XML
  --html FILE         writes a page with the matrix, which needs no network
  --dialect NAME      for list and explain: tecnativa (default) or linuxserver
  --jobs N            targets at a time (default 2)

Exit status: 0 conforms, 1 deviates, 2 could not be judged.
)";

namespace {

Prefixes prefixesNamed(const std::string& name) {
    if (name == "default") return Prefixes::common;
    if (name == "all") return Prefixes::all;
    throw UsageError("--prefixes takes default or all, not '" + name + "'");
}

Level levelOption(const std::string& name) {
    if (const auto level = levelNamed(name)) return *level;
    throw UsageError("--level takes required, hardening or observed, not '" + name + "'");
}

Dialect dialectOption(const std::string& name) {
    if (const auto dialect = dialectNamed(name)) return *dialect;
    throw UsageError("--dialect takes tecnativa or linuxserver, not '" + name + "'");
}

std::string familyNamed(const std::string& name) {
    std::string known = "access";
    for (const auto& family : scriptedFamilies()) {
        if (name == family) return name;
        known += " " + family;
    }
    if (name != "access") throw UsageError("there is no family '" + name + "'; there are: " + known);
    return name;
}

int jobsOf(const std::string& text) {
    if (text.size() == 1 && text[0] >= '1' && text[0] <= '9') return text[0] - '0';
    throw UsageError("--jobs takes a number from 1 to 9, not '" + text + "'");
}

using Setter = std::function<void(Options&, const std::string&)>;

const std::map<std::string, Setter>& setters() {
    static const std::map<std::string, Setter> all{
        {"--target", [](Options& o, const std::string& v) { o.targets.push_back(v); }},
        {"--program", [](Options& o, const std::string& v) { o.program = v; }},
        {"--family", [](Options& o, const std::string& v) { o.family = familyNamed(v); }},
        {"--id", [](Options& o, const std::string& v) { o.id = v; }},
        {"--prefixes", [](Options& o, const std::string& v) { o.prefixes = prefixesNamed(v); }},
        {"--level", [](Options& o, const std::string& v) { o.level = levelOption(v); }},
        {"--dialect", [](Options& o, const std::string& v) { o.dialect = dialectOption(v); }},
        {"--json", [](Options& o, const std::string& v) { o.reports.json = v; }},
        {"--junit", [](Options& o, const std::string& v) { o.reports.junit = v; }},
        {"--html", [](Options& o, const std::string& v) { o.reports.html = v; }},
        {"--jobs", [](Options& o, const std::string& v) { o.jobs = jobsOf(v); }},
    };
    return all;
}

void check(const Options& options) {
    const auto& command = options.command;
    if (command == "run" && options.targets.empty())
        throw UsageError("run needs --target FILE, an adapter such as conformance/targets/haproxy.json");
    if (options.targets.size() > 1 && !options.program.empty())
        throw UsageError("--program names the program of one target, and there are " +
                         std::to_string(options.targets.size()));
    if (command == "explain" && options.id.empty()) throw UsageError("explain needs the id of a case");
    if (command == "compare" && (options.inputs.empty() || options.inputs.size() > 2))
        throw UsageError("compare needs two reports that run --json wrote, or one of two targets");
    if (command == "render" && (options.inputs.empty() || !options.reports.any()))
        throw UsageError("render needs reports that run --json wrote, and --html, --junit or --json");
    if (command != "run" && command != "render" && options.reports.any())
        throw UsageError("only run and render write reports");
}

const std::vector<std::string> commands{"run", "compare", "render", "list", "explain", "help"};

// A word without dashes; false: the command takes none.
bool takeWord(Options& options, const std::string& word) {
    if (options.command == "explain" && options.id.empty())
        options.id = word;
    else if (options.command == "compare" || options.command == "render")
        options.inputs.push_back(word);
    else
        return false;
    return true;
}

} // namespace

Options parseOptions(const std::vector<std::string>& arguments) {
    Options options;
    if (arguments.empty())
        throw UsageError("say what to do: run, compare, render, list or explain; --help tells more");
    options.command = arguments.front() == "--help" || arguments.front() == "-h" ? "help" : arguments.front();
    if (std::find(commands.begin(), commands.end(), options.command) == commands.end())
        throw UsageError("unknown command '" + options.command +
                         "'; there are: run, compare, render, list, explain");
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        if (!arguments[i].starts_with("--") && takeWord(options, arguments[i])) continue;
        const auto known = setters().find(arguments[i]);
        if (known == setters().end())
            throw UsageError("unknown option '" + arguments[i] + "'; --help lists them");
        if (i + 1 == arguments.size()) throw UsageError(arguments[i] + " needs a value");
        known->second(options, arguments[++i]);
    }
    check(options);
    return options;
}

} // namespace conformance
