#include "proxy/program/command_line.h"

#include "proxy/http/request.h"
#include "proxy/log/quote.h"
#include "proxy/net/stream.h"
#include "proxy/policy/explain.h"
#include "proxy/policy/policy.h"
#include "proxy/privileges/diagnosis.h"
#include "proxy/privileges/give_up.h"
#include "proxy/relay/judge.h"
#include "proxy/suggest/suggest.h"

#include <array>
#include <istream>
#include <memory>
#include <ostream>

namespace proxy::program {

namespace {

struct Option {
    std::string_view name;
    std::string_view arguments;
    Command::Kind kind;
    std::size_t count;
    std::string_view help;
};

constexpr std::array<Option, 7> options{{
    {"--check", "", Command::Kind::check, 0,
     "print the effective grants and listeners, warn when the\n"
     "                             daemon's socket cannot be opened, and exit"},
    {"--explain", "METHOD TARGET", Command::Kind::explain, 2,
     "print whether the request would pass, as which operation,\n"
     "                             by which rule, and what would allow it"},
    {"--suggest", "", Command::Kind::suggest, 0,
     "read this proxy's log from standard input, and print the least\n"
     "                             that allows what was asked for in it"},
    {"--healthcheck", "", Command::Kind::healthcheck, 0,
     "ask the proxy that runs with the same settings; exit status 0 or 1"},
    {"--version", "", Command::Kind::version, 0, "print the version, and exit"},
    {"--help", "", Command::Kind::help, 0, "print this, and exit"},
    {"-h", "", Command::Kind::help, 0, ""},
}};

std::string printable(std::string_view text) {
    std::string safe;
    log::appendPrintable(safe, text);
    return safe;
}

} // namespace

Command parseCommandLine(std::span<const char* const> arguments) {
    Command command;
    if (arguments.empty()) return command;
    const std::string_view first = arguments.front();
    for (const Option& option : options) {
        if (first != option.name) continue;
        if (arguments.size() - 1 != option.count) {
            command.kind = Command::Kind::mistake;
            command.mistake = std::string(first) + (option.count == 0 ? " takes no argument" : " takes ") +
                              std::string(option.arguments) + "; see --help";
            return command;
        }
        command.kind = option.kind;
        if (option.kind == Command::Kind::explain) {
            command.method = arguments[1];
            command.target = arguments[2];
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
        left.resize(std::max<std::size_t>(left.size() + 1, 29), ' ');
        out << left << option.help << '\n';
    }
    out << "\nThe variables are listed with their present values by --check, and explained in the README.\n"
           "Exit status: 0 as asked; 1 unhealthy or denied; 64 wrong arguments; 69 cannot listen; 78 wrong "
           "settings.\n";
}

void printVersion(std::ostream& out) {
    out << "docker-socket-proxy " DSP_VERSION "\n";
}

void printCheck(std::ostream& out, const settings::Settings& settings) {
    out << settings::describe(settings);
}

void checkSocket(std::ostream& out, const settings::Settings& settings) {
    (void)privileges::giveUp(settings.socketPath);
    const int error = net::dialUnix(settings.socketPath).error;
    if (error != 0)
        out << "docker-socket-proxy: warning: " << privileges::diagnose(settings.socketPath, error) << '\n';
}

int printExplanation(std::ostream& out, const settings::Settings& settings, std::string_view method,
                     std::string_view target) {
    const std::string request =
        std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: docker\r\n\r\n";
    const auto head = std::make_unique<http::RequestHead>();
    http::ParseResult parsed = http::parseRequest(request, *head);
    std::string scratch(request.size(), '\0');
    relay::Judgement judged;
    if (parsed.outcome == http::Outcome::complete) {
        // A blank in METHOD or TARGET would have made it another request than the one asked about.
        if (head->size != request.size() || head->method != method || head->target != target)
            parsed.reason = http::Reject::requestLineWhitespace;
        else
            judged = relay::judge(*head, policy::Policy(settings.grants), scratch);
        if (judged.flaw != http::Reject::none) parsed.reason = judged.flaw;
    }
    if (parsed.reason != http::Reject::none || parsed.outcome != http::Outcome::complete) {
        const http::RejectInfo& info = http::describe(parsed.reason);
        out << "rejected (" << info.status << "): " << printable(method) << ' ' << printable(target)
            << "\noperation: none, for it cannot be read\nrule: " << info.name << ", " << info.sentence
            << "\nallowed with: nothing\n";
        return 1;
    }
    out << policy::explain(judged.verdict, method, target);
    return judged.verdict.allowed ? 0 : 1;
}

void printSuggestion(std::istream& log, std::ostream& out) {
    suggest::Suggestion suggestion;
    for (std::string line; std::getline(log, line);) suggestion.read(line);
    suggestion.print(out);
}

void printProblems(std::ostream& out, const settings::Reading& reading) {
    for (const std::string& mistake : reading.mistakes) out << "docker-socket-proxy: " << mistake << '\n';
    for (const std::string& warning : reading.warnings)
        out << "docker-socket-proxy: warning: " << warning << '\n';
}

} // namespace proxy::program
