#include "conformance/options.h"

#include "conformance/cases/case.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace conformance {
namespace {

struct Command {
    std::string_view name;
    std::string_view takes;
    std::string_view about;
};

// clang-format off
constexpr std::array commands{
    Command{"run", "--target FILE | --image NAME", "starts the target with one settings vector after another and judges every case"},
    Command{"compare", "A [B]", "what changed from report A to report B, or between the two targets in A; both JSON"},
    Command{"render", "FILE …", "prints reports that run --json wrote, their targets side by side, or writes them anew"},
    Command{"list", "", "prints the ids of cases"},
    Command{"explain", "ID …", "prints what a case sends, what must happen and which rule says so"},
    Command{"help", "[COMMAND]", "prints this, or what one command takes, as --help does"},
};
// clang-format on

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

int portOf(const std::string& text) {
    int port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536) return port;
    throw UsageError("--image-port takes a port from 1 to 65535, not '" + text + "'");
}

struct Option {
    std::string_view name;
    std::string_view value;
    std::string_view commands; // that take it
    bool adds;                 // given again, it is one more
    std::string_view about;
    void (*set)(Options&, const std::string&);
};

// clang-format off
constexpr std::array all{
    Option{"--target", "FILE", "run", true,
           "an adapter, such as conformance/targets/haproxy.json, or the name of one that is installed; again:\n"
           "another one, side by side",
           [](Options& o, const std::string& v) { o.targets.push_back(v); }},
    Option{"--image", "NAME", "run", true,
           "instead of an adapter, or beside: containers of this image on the engine that docker is for, with\n"
           "the variables, SOCKET_PATH and BIND_CONFIG in their environment",
           [](Options& o, const std::string& v) { o.images.push_back(v); }},
    Option{"--image-port", "PORT", "run", false, "where such an image does not read BIND_CONFIG: the port it listens on",
           [](Options& o, const std::string& v) { o.imagePort = portOf(v); }},
    Option{"--baseline", "FILE", "run", false, "known deviations, instead of those that the adapter names",
           [](Options& o, const std::string& v) { o.baseline = v; }},
    Option{"--program", "PATH", "run", false, "instead of the program that the adapter's command names",
           [](Options& o, const std::string& v) { o.program = v; }},
    Option{"--family", "NAME", "run list", true,
           "only this family: access, evasion, framing, passthrough, stream, fault, limits, config,\n"
           "lifecycle; operations, doors, mask, guard, of targets whose adapters declare that capability;\n"
           "or long, which waits for more than ten minutes and runs only when named; again: that one, too",
           [](Options& o, const std::string& v) { o.families.push_back(familyNamed(v)); }},
    Option{"--id", "PREFIX", "run list explain", true,
           "only cases whose id begins so: access/SETTINGS/OPERATION/METHOD/VERSION, FAMILY/NAME;\n"
           "again: those, too",
           [](Options& o, const std::string& v) { o.ids.push_back(v); }},
    Option{"--prefixes", "WHICH", "run list explain", false,
           "default: no version, the oldest and the newest; all: every version",
           [](Options& o, const std::string& v) { o.prefixes = prefixesNamed(v); }},
    Option{"--level", "LEVEL", "run compare", false,
           "deviations up to this level make the exit status 1: required (default), hardening",
           [](Options& o, const std::string& v) { o.level = levelOption(v); }},
    Option{"--json", "FILE", "run render", false, "writes everything that was seen; compare and render read it",
           [](Options& o, const std::string& v) { o.reports.json = v; }},
    Option{"--junit", "FILE", "run render", false, "writes JUnit XML",
           [](Options& o, const std::string& v) { o.reports.junit = v; }},
    Option{"--html", "FILE", "run render", false, "writes a page with the matrix, which needs no network",
           [](Options& o, const std::string& v) { o.reports.html = v; }},
    Option{"--dialect", "NAME", "list explain", false, "tecnativa (default) or linuxserver",
           [](Options& o, const std::string& v) { o.dialect = dialectOption(v); }},
    Option{"--jobs", "N", "run", false, "targets at a time that are kept busy (default 2); while one starts, others are judged",
           [](Options& o, const std::string& v) { o.jobs = jobsOf(v); }},
};
// clang-format on

bool takes(const Option& option, std::string_view command) {
    std::string_view rest = option.commands;
    while (!rest.empty()) {
        const auto end = std::min(rest.size(), rest.find(' '));
        if (rest.substr(0, end) == command) return true;
        rest.remove_prefix(std::min(rest.size(), end + 1));
    }
    return false;
}

void addEntry(std::string& text, std::string_view name, std::string_view value, std::string_view about) {
    constexpr std::size_t indent = 22;
    std::string line = "  " + std::string(name) + (value.empty() ? "" : " ") + std::string(value);
    const auto isBeginning = [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }; // of a character
    const auto width = static_cast<std::size_t>(std::count_if(line.begin(), line.end(), isBeginning));
    line.append(indent - std::min(indent - 1, width), ' ');
    for (const char c : about) {
        line.push_back(c);
        if (c == '\n') line.append(indent, ' ');
    }
    text.append(line).append("\n");
}

bool asksForHelp(const std::string& word) {
    return word == "--help" || word == "-h";
}

void check(const Options& options) {
    const auto& command = options.command;
    const auto targets = options.targets.size() + options.images.size();
    if (command == "run" && targets == 0)
        throw UsageError(
            "run needs --target FILE, an adapter such as conformance/targets/haproxy.json, or --image NAME");
    if (targets > 1 && !options.program.empty())
        throw UsageError("--program names the program of one target, and there are " +
                         std::to_string(targets));
    if (targets > 1 && !options.baseline.empty())
        throw UsageError("--baseline names the known deviations of one target, and there are " +
                         std::to_string(targets));
    if (options.images.empty() && options.imagePort != 0)
        throw UsageError("--image-port needs --image; an adapter has \"image_port\"");
    if (command == "explain" && options.ids.empty()) throw UsageError("explain needs the id of a case");
    if (command == "compare" && (options.inputs.empty() || options.inputs.size() > 2))
        throw UsageError("compare needs two reports that run --json wrote, or one of two targets");
    if (command == "render" && options.inputs.empty())
        throw UsageError("render needs reports that run --json wrote");
}

// A word that is no option; false: the command takes none.
bool takeWord(Options& options, const std::string& word) {
    const auto& command = options.command;
    if (command == "explain")
        options.ids.push_back(word);
    else if (command == "compare" || command == "render" || (command == "help" && options.inputs.empty()))
        options.inputs.push_back(word);
    else
        return false;
    return true;
}

void takeOption(Options& options, const std::string& word, const std::string* value, bool again) {
    const auto* known =
        std::find_if(all.begin(), all.end(), [&](const Option& one) { return one.name == word; });
    const std::string help = "'" + options.command + " --help' lists those that it takes";
    if (known == all.end()) throw UsageError("unknown option '" + word + "'; " + help);
    if (!takes(*known, options.command))
        throw UsageError(options.command + " does not take " + word + "; " + help);
    if (value == nullptr) throw UsageError(word + " needs a value");
    if (again && !known->adds)
        throw UsageError(word + " stands there twice, the second time with '" + *value +
                         "'; it takes one value");
    known->set(options, *value);
}

const Command* commandNamed(std::string_view name) {
    const auto* found =
        std::find_if(commands.begin(), commands.end(), [&](const Command& one) { return one.name == name; });
    if (found != commands.end()) return found;
    throw UsageError("unknown command '" + std::string(name) +
                     "'; there are: run, compare, render, list, explain");
}

} // namespace

std::string usageOf(std::string_view command) {
    std::string text;
    if (command.empty()) {
        text = "socket-proxy-conformance: judges socket proxies for the Docker Engine API\n\n";
        for (const auto& one : commands) addEntry(text, one.name, one.takes, one.about);
        addEntry(text, "--version", "", "prints the suite's version");
    } else {
        const auto* one = commandNamed(command);
        text = "socket-proxy-conformance " + std::string(one->name) + (one->takes.empty() ? "" : " ") +
               std::string(one->takes) + ": " + std::string(one->about) + "\n";
    }
    text += "\n";
    for (const auto& option : all)
        if (command.empty() || takes(option, command))
            addEntry(text, option.name, option.value, option.about);
    return text + "\nExit status: 0 conforms, 1 deviates, 2 could not be judged.\n";
}

Options parseOptions(const std::vector<std::string>& arguments) {
    Options options;
    if (arguments.empty())
        throw UsageError("say what to do: run, compare, render, list or explain; --help tells more");
    if (arguments.front() == "--version") {
        options.command = "version";
        return options;
    }
    options.command = asksForHelp(arguments.front()) ? "help" : commandNamed(arguments.front())->name;
    std::set<std::string> seen;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (asksForHelp(word)) {
            if (options.command != "help") options.inputs = {options.command};
            options.command = "help";
            return options;
        }
        if (!word.starts_with("-") && takeWord(options, word)) continue;
        const bool hasValue = i + 1 < arguments.size();
        takeOption(options, word, hasValue ? &arguments[i + 1] : nullptr, !seen.insert(word).second);
        ++i;
    }
    check(options);
    return options;
}

} // namespace conformance
