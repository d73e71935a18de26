// docker-socket-proxy: the straight line from the command line to an exit status.

#include "proxy/program/answers.h"
#include "proxy/program/command_line.h"
#include "proxy/program/healthcheck.h"
#include "proxy/program/serve.h"

#include <Poco/Exception.h>

#include <exception>
#include <iostream>
#include <unistd.h>

namespace {

int run(std::span<const char* const> arguments) {
    using namespace proxy;
    using Kind = program::Command::Kind;

    const program::Command command = program::parseCommandLine(arguments);
    if (command.kind == Kind::mistake) {
        std::cerr << "docker-socket-proxy: " << command.mistake << '\n';
        return program::exitUsage;
    }
    if (command.kind == Kind::help) return program::printHelp(std::cout), 0;
    if (command.kind == Kind::version) return program::printVersion(std::cout), 0;
    if (command.kind == Kind::suggest) return program::printSuggestion(std::cin, std::cout), 0;

    const settings::Environment environment = settings::environment(environ);
    const settings::Reading reading = settings::read(environment);
    if (command.kind == Kind::serve) return program::serve(reading);

    program::printProblems(std::cerr, reading);
    // Whoever has misspelled one looks for its name here.
    if (command.kind == Kind::operations)
        return program::printOperations(std::cout, std::cerr, command.pattern,
                                        reading.settings.doors.front().access.dialect);
    if (!reading.mistakes.empty()) return program::exitConfig;
    if (command.kind == Kind::healthcheck) return program::healthcheck(reading.settings, std::cout);
    if (command.kind == Kind::explain) {
        const settings::Door* const door = program::findDoor(std::cerr, reading.settings, command.door);
        if (door == nullptr) return program::exitUsage;
        std::optional<std::string> body;
        if (command.body) body = program::readBody(std::cerr, *command.body, door->guard.bodyLimit);
        if (command.body && !body) return program::exitUsage;
        return program::printExplanation(std::cout, *door, command.method, command.target, body);
    }
    program::printCheck(std::cout, reading.settings);
    program::checkSocket(std::cerr, reading.settings);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
    } catch (const Poco::Exception& e) {
        std::cerr << "docker-socket-proxy: " << e.displayText() << '\n';
    } catch (const std::exception& e) {
        std::cerr << "docker-socket-proxy: " << e.what() << '\n';
    }
    return 1;
}
