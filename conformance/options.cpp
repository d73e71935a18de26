#include "conformance/options.h"

#include <functional>
#include <map>

namespace conformance {

const char* const usage =
    R"(socket-proxy-conformance: judges socket proxies for the Docker Engine API

  run --target FILE   starts the target with one settings vector after another and judges every case
  list                prints the ids of cases
  explain ID          prints what a case sends, what must happen and which rule says so

  --target FILE       an adapter, such as conformance/targets/haproxy.json
  --program PATH      instead of the program that the adapter's command names
  --family NAME       only this family (access)
  --id PREFIX         only cases whose id begins so; ids are FAMILY/SETTINGS/OPERATION/METHOD/VERSION
  --prefixes WHICH    default: no version, the oldest and the newest; all: every version
  --level LEVEL       deviations up to this level make the exit status 1: required (default), hardening
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

Level levelNamed(const std::string& name) {
    for (const Level level : {Level::required, Level::hardening, Level::observed})
        if (name == nameOf(level)) return level;
    throw UsageError("--level takes required, hardening or observed, not '" + name + "'");
}

Dialect dialectOption(const std::string& name) {
    if (const auto dialect = dialectNamed(name)) return *dialect;
    throw UsageError("--dialect takes tecnativa or linuxserver, not '" + name + "'");
}

std::string familyNamed(const std::string& name) {
    if (name != "access") throw UsageError("there is no family '" + name + "'; there is: access");
    return name;
}

int jobsOf(const std::string& text) {
    if (text.size() == 1 && text[0] >= '1' && text[0] <= '9') return text[0] - '0';
    throw UsageError("--jobs takes a number from 1 to 9, not '" + text + "'");
}

using Setter = std::function<void(Options&, const std::string&)>;

const std::map<std::string, Setter>& setters() {
    static const std::map<std::string, Setter> all{
        {"--target", [](Options& o, const std::string& v) { o.target = v; }},
        {"--program", [](Options& o, const std::string& v) { o.program = v; }},
        {"--family", [](Options& o, const std::string& v) { o.family = familyNamed(v); }},
        {"--id", [](Options& o, const std::string& v) { o.id = v; }},
        {"--prefixes", [](Options& o, const std::string& v) { o.prefixes = prefixesNamed(v); }},
        {"--level", [](Options& o, const std::string& v) { o.level = levelNamed(v); }},
        {"--dialect", [](Options& o, const std::string& v) { o.dialect = dialectOption(v); }},
        {"--jobs", [](Options& o, const std::string& v) { o.jobs = jobsOf(v); }},
    };
    return all;
}

void check(const Options& options) {
    if (options.command == "run" && options.target.empty())
        throw UsageError("run needs --target FILE, an adapter such as conformance/targets/haproxy.json");
    if (options.command == "explain" && options.id.empty())
        throw UsageError("explain needs the id of a case");
}

} // namespace

Options parseOptions(const std::vector<std::string>& arguments) {
    Options options;
    if (arguments.empty()) throw UsageError("say what to do: run, list or explain; --help tells more");
    options.command = arguments.front() == "--help" || arguments.front() == "-h" ? "help" : arguments.front();
    if (options.command != "run" && options.command != "list" && options.command != "explain" &&
        options.command != "help")
        throw UsageError("unknown command '" + options.command + "'; there are: run, list, explain");
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        if (options.command == "explain" && options.id.empty() && !arguments[i].starts_with("--")) {
            options.id = arguments[i];
            continue;
        }
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
