#include "proxy/program/command_line.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <ostream>
#include <utility>

namespace proxy::program {

namespace {

constexpr auto table = std::to_array<Option>({
    {"--check", "", Command::Kind::check, 0, 0,
     "print the effective grants and listeners, warn when the\n"
     "daemon's socket cannot be opened, and exit"},
    {"--explain", "[--door NAME] METHOD TARGET [--body FILE]", Command::Kind::explain, 2, 2,
     "print whether the request would pass, as which operation,\n"
     "by which rule, and what would allow it. Where GUARD is set the\n"
     "file (- is standard input) is judged as its body, as if sent\n"
     "with Content-Type: application/json"},
    {"--operations", "[PATTERN]", Command::Kind::operations, 0, 1,
     "list operations, as ALLOW_OPERATIONS and DENY_OPERATIONS\n"
     "name them: \"Container*\"; with the variables that grant each"},
    {"--suggest", "", Command::Kind::suggest, 0, 0,
     "read this proxy's log from standard input, and print the least\n"
     "that allows what was asked for in it"},
    {"--healthcheck", "", Command::Kind::healthcheck, 0, 0,
     "ask the proxy that runs with the same settings; exit status 0 or 1"},
    {"--version", "", Command::Kind::version, 0, 0, "print the version, and exit"},
    {"--help", "", Command::Kind::help, 0, 0, "print this, and exit"},
    {"-h", "", Command::Kind::help, 0, 0, ""},
});

constexpr auto statuses = std::to_array<ExitStatus>({
    {0, "as asked"},
    {1, "unhealthy or denied"},
    {exitUsage, "wrong arguments"},
    {exitUnavailable, "cannot listen"},
    {exitConfig, "wrong settings"},
});

constexpr std::size_t column = 29; // where the explanations begin

void printEntry(std::ostream& out, std::string name, std::string_view help) {
    const std::string indent(column, ' ');
    std::string left = "  " + std::move(name);
    // What leaves no room beside it is explained below.
    if (left.size() >= column)
        left.append("\n").append(indent);
    else
        left.resize(column, ' ');
    out << left;
    for (const char c : help) {
        out << c;
        if (c == '\n') out << indent;
    }
    out << '\n';
}

// Takes `--door NAME` and `--body FILE` out, wherever they stand; false where one lacks what belongs to it.
bool takeOptions(std::vector<const char*>& arguments, Command& command) {
    for (auto each = arguments.begin(); each != arguments.end();) {
        const std::string_view word = *each;
        if (word != "--door" && word != "--body") {
            ++each;
            continue;
        }
        if (std::next(each) == arguments.end()) return false;
        (word == "--door" ? command.door : command.body.emplace()) = *std::next(each);
        each = arguments.erase(each, each + 2);
    }
    return true;
}

} // namespace

std::span<const Option> options() noexcept {
    return table;
}

std::span<const ExitStatus> exitStatuses() noexcept {
    return statuses;
}

Command parseCommandLine(std::span<const char* const> arguments) {
    Command command;
    if (arguments.empty()) return command;
    const std::string_view first = arguments.front();
    for (const Option& option : table) {
        if (first != option.name) continue;
        command.kind = option.kind;
        std::vector<const char*> rest(arguments.begin() + 1, arguments.end());
        const bool whole = option.kind != Command::Kind::explain || takeOptions(rest, command);
        if (!whole || rest.size() < option.least || rest.size() > option.most) {
            command.kind = Command::Kind::mistake;
            command.mistake = std::string(first) + " takes " +
                              (option.most == 0 ? "no argument" : std::string(option.arguments)) +
                              "; see --help";
        } else if (option.kind == Command::Kind::explain) {
            command.method = rest[0];
            command.target = rest[1];
        } else if (option.kind == Command::Kind::operations && !rest.empty()) {
            command.pattern = rest.front();
        }
        return command;
    }
    command.kind = Command::Kind::mistake;
    command.mistake =
        "unknown argument '" + std::string(first) + "'; see --help. Settings are environment variables";
    return command;
}

void printHelp(std::ostream& out) {
    out << "docker-socket-proxy: " << purpose << ".\n\n";
    printEntry(out, "docker-socket-proxy", whileServing);
    for (const Option& option : table) {
        if (option.help.empty()) continue;
        std::string left(option.name);
        if (!option.arguments.empty()) left.append(" ").append(option.arguments);
        printEntry(out, std::move(left), option.help);
    }
    out << "\nThe variables are listed with their present values by --check, and explained in the README.\n"
           "Exit status:";
    for (const ExitStatus& status : statuses)
        out << (&status == statuses.data() ? " " : "; ") << status.status << ' ' << status.means;
    out << ".\n";
}

void printVersion(std::ostream& out) {
    out << "docker-socket-proxy " DSP_VERSION "\n";
}

} // namespace proxy::program
