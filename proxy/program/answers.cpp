#include "proxy/program/answers.h"

#include "proxy/http/request.h"
#include "proxy/log/quote.h"
#include "proxy/net/stream.h"
#include "proxy/policy/explain.h"
#include "proxy/policy/policy.h"
#include "proxy/privileges/diagnosis.h"
#include "proxy/privileges/give_up.h"
#include "proxy/program/command_line.h"
#include "proxy/program/guarded.h"
#include "proxy/relay/judge.h"
#include "proxy/suggest/suggest.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <memory>
#include <ostream>

namespace proxy::program {

namespace {

std::string nameOf(const settings::Door& door) {
    return door.name.empty() ? "the one without a name" : door.name;
}

// What, granted alone, allows the operation, as a sentence has it.
std::string grantedBy(const policy::Operation& operation, policy::Dialect dialect) {
    const policy::Policy nothing(policy::Access{.dialect = dialect, .grants = {}});
    policy::Verdict verdict = nothing.decide(operation.method, policy::samplePath(operation));
    verdict.byName = false;
    const std::string ways = policy::alternatives(verdict);
    return ways.empty() ? "its name only" : ways;
}

} // namespace

void printCheck(std::ostream& out, const settings::Settings& settings) {
    out << settings::describe(settings);
    for (const settings::Door& door : settings.doors) printGuard(out, door);
}

void checkSocket(std::ostream& out, const settings::Settings& settings) {
    (void)privileges::giveUp(settings.socketPath);
    const int error = net::dialUnix(settings.socketPath).error;
    if (error != 0)
        out << "docker-socket-proxy: warning: " << privileges::diagnose(settings.socketPath, error) << '\n';
}

const settings::Door* findDoor(std::ostream& errors, const settings::Settings& settings,
                               std::string_view name) {
    const auto found = std::ranges::find(settings.doors, name, &settings::Door::name);
    if (found != settings.doors.end()) return &*found;
    errors << "docker-socket-proxy: "
           << (name.empty() ? "the door without a name is closed"
                            : "there is no door " + log::printable(name))
           << "; use --door with one of: ";
    for (const settings::Door& door : settings.doors)
        errors << (&door == settings.doors.data() ? "" : ", ") << nameOf(door);
    errors << '\n';
    return nullptr;
}

std::optional<std::string> readBody(std::ostream& errors, const std::string& file, std::size_t limit) {
    std::ifstream opened;
    errno = 0;
    if (file != "-") opened.open(file, std::ios::binary);
    std::istream& in = file == "-" ? std::cin : opened;
    std::string body;
    std::array<char, 16'384> piece{};
    while (body.size() <= limit && in.good()) {
        in.read(piece.data(), static_cast<std::streamsize>(std::min(piece.size(), limit + 1 - body.size())));
        body.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    }
    if (in.good() || (in.eof() && !in.bad())) return body;
    errors << "docker-socket-proxy: --body: cannot read " << log::printable(file) << ": "
           << std::strerror(errno) << '\n';
    return std::nullopt;
}

int printExplanation(std::ostream& out, const settings::Door& door, std::string_view method,
                     std::string_view target, const std::optional<std::string>& body) {
    std::string request = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: docker\r\n";
    if (body)
        request.append("Content-Type: application/json\r\nContent-Length: ")
            .append(std::to_string(body->size()))
            .append("\r\n");
    request.append("\r\n");
    const auto head = std::make_unique<http::RequestHead>();
    http::ParseResult parsed = http::parseRequest(request, *head);
    std::string scratch(request.size(), '\0');
    relay::Judgement judged;
    if (parsed.outcome == http::Outcome::complete) {
        // A blank in METHOD or TARGET would have made it another request than the one asked about.
        if (head->size != request.size() || head->method != method || head->target != target)
            parsed.reason = http::Reject::requestLineWhitespace;
        else
            judged = relay::judge(*head, policy::Policy(door.access), scratch);
        if (judged.flaw != http::Reject::none) parsed.reason = judged.flaw;
    }
    if (parsed.reason != http::Reject::none || parsed.outcome != http::Outcome::complete) {
        const http::RejectInfo& info = http::describe(parsed.reason);
        out << "rejected (" << info.status << "): " << log::printable(method) << ' ' << log::printable(target)
            << "\noperation: none, for it cannot be read\nrule: " << info.name << ", " << info.sentence
            << "\nallowed with: nothing\n";
        return 1;
    }
    if (judged.verdict.allowed && door.guard.profile != guard::Profile::off)
        return printJudgement(
            out, guard::Guard(door.guard),
            relay::guardRequest(*head, judged.verdict.operation, scratch, body ? *body : std::string_view{}),
            judged.verdict, target);
    out << policy::explain(judged.verdict, method, target);
    if (judged.verdict.allowed && body) out << "body: not looked at, for the door is not guarded\n";
    return judged.verdict.allowed ? 0 : 1;
}

int printOperations(std::ostream& out, std::ostream& errors, std::string_view pattern,
                    policy::Dialect dialect) {
    const policy::OperationPatterns wanted = policy::parseOperations(pattern);
    for (const std::string& mistake : wanted.mistakes)
        errors << "docker-socket-proxy: " << log::printable(mistake) << '\n';
    if (!wanted.mistakes.empty()) return exitUsage;
    for (const policy::Operation& operation : policy::operations())
        if (pattern.empty() || wanted.operations.has(operation))
            out << std::left << std::setw(26) << operation.id << ' ' << std::setw(6) << operation.method
                << ' ' << std::setw(38) << operation.path << ' ' << grantedBy(operation, dialect) << '\n';
    return 0;
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
