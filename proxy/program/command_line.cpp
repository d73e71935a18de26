#include "proxy/program/command_line.h"

#include <algorithm>
#include <array>
#include <ostream>

namespace proxy::program {

namespace {

struct Option {
    std::string_view name;
    std::string_view arguments;
    Command::Kind kind;
    std::size_t least; // arguments, besides a door
    std::size_t most;
    std::string_view help;
};

constexpr std::array<Option, 8> options{{
    {"--check", "", Command::Kind::check, 0, 0,
     "print the effective grants and listeners, warn when the\n"
     "                             daemon's socket cannot be opened, and exit"},
    {"--explain", "[--door NAME] METHOD TARGET", Command::Kind::explain, 2, 2,
     "print whether the request would pass, as which operation,\n"
     "                             by which rule, and what would allow it"},
    {"--operations", "[PATTERN]", Command::Kind::operations, 0, 1,
     "list operations, as ALLOW_OPERATIONS and DENY_OPERATIONS\n"
     "                             name them: \"Container*\"; with the variables that grant each"},
    {"--suggest", "", Command::Kind::suggest, 0, 0,
     "read this proxy's log from standard input, and print the least\n"
     "                             that allows what was asked for in it"},
    {"--healthcheck", "", Command::Kind::healthcheck, 0, 0,
     "ask the proxy that runs with the same settings; exit status 0 or 1"},
    {"--version", "", Command::Kind::version, 0, 0, "print the version, and exit"},
    {"--help", "", Command::Kind::help, 0, 0, "print this, and exit"},
    {"-h", "", Command::Kind::help, 0, 0, ""},
}};

constexpr std::size_t column = 29; // where the explanations begin

// True also when there is none to be taken.
bool takeDoor(std::span<const char* const>& arguments, Command& command) {
    if (arguments.empty() || arguments.front() != std::string_view("--door")) return true;
    if (arguments.size() < 2) return false;
    command.door = arguments[1];
    arguments = arguments.subspan(2);
    return true;
}

} // namespace

Command parseCommandLine(std::span<const char* const> arguments) {
    Command command;
    if (arguments.empty()) return command;
    const std::string_view first = arguments.front();
    for (const Option& option : options) {
        if (first != option.name) continue;
        command.kind = option.kind;
        auto rest = arguments.subspan(1);
        const bool whole = option.kind != Command::Kind::explain || takeDoor(rest, command);
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
    out << "docker-socket-proxy: lets through to the Docker Engine API what its environment variables "
           "grant.\n\n"
           "  docker-socket-proxy        serve, until SIGTERM, SIGINT, SIGQUIT, SIGHUP or SIGUSR1; a second "
           "one\n"
           "                             ends what is still running. SIGUSR2 is ignored: nothing is "
           "reloaded\n";
    for (const Option& option : options) {
        if (option.help.empty()) continue;
        std::string left = "  " + std::string(option.name);
        if (!option.arguments.empty()) left += " " + std::string(option.arguments);
        // What leaves no room beside it is explained below.
        if (left.size() >= column)
            left.append("\n").append(column, ' ');
        else
            left.resize(column, ' ');
        out << left << option.help << '\n';
    }
    out << "\nThe variables are listed with their present values by --check, and explained in the README.\n"
           "Exit status: 0 as asked; 1 unhealthy or denied; 64 wrong arguments; 69 cannot listen; 78 wrong "
           "settings.\n";
}

void printVersion(std::ostream& out) {
    out << "docker-socket-proxy " DSP_VERSION "\n";
}

} // namespace proxy::program
