// mockdockerd: a mock Docker daemon on a unix socket, for programs that are tested from outside.
//
//     mockdockerd --socket /tmp/docker.sock --control /tmp/control.sock
//
// It prints one line, "listening on PATH", when it accepts. `docker -H unix:///tmp/docker.sock run busybox
// echo hi` works; what it saw and how it shall misbehave is asked and told on the control socket, one JSON
// object a line (README.md beside this file). It ends on SIGTERM, SIGINT, {"do":"stop"} and, with
// --until-eof, when its standard input ends: a test that dies takes its daemon with it. Exit status: 0; 64
// for bad arguments, 71 when it cannot listen.
#include "mockdocker/control.h"
#include "mockdocker/mock_daemon.h"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace {

using mockdocker::Options;

constexpr std::string_view help =
    R"(mockdockerd: a mock Docker daemon on a unix socket, for programs that are tested from outside

  --socket PATH          listen on this unix socket; must be given
  --control PATH         JSON control protocol on this unix socket
  --tcp PORT             listen on 127.0.0.1:PORT, too (0: any; printed)
  --api-version 1.N      the API version to pass for (default 1.41)
  --min-api-version 1.N  the oldest accepted prefix (default: as engines of that version)
  --experimental         checkpoints answer
  --no-swarm             not a swarm manager: swarm routes answer 503
  --no-record            keep nothing of what is received (load tests)
  --until-eof            end when standard input ends
  --help                 this text
)";

struct Arguments {
    Options options;
    std::string control;
    bool untilEof = false;
};

[[noreturn]] void usage(const std::string& problem) {
    std::cerr << "mockdockerd: " << problem << "\n" << help;
    std::exit(64); // NOLINT(concurrency-mt-unsafe): no thread runs yet
}

std::uint16_t portOf(const std::string& text) {
    std::uint16_t port = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || at != text.data() + text.size())
        usage("--tcp " + text + " is no port number");
    return port;
}

Arguments parse(int count, char** values) {
    Arguments arguments;
    Options& options = arguments.options;
    using Set = void (*)(Arguments&, const std::string&);
    const std::map<std::string, Set, std::less<>> withValue = {
        {"--socket", [](Arguments& a, const std::string& v) { a.options.socketPath = v; }},
        {"--control", [](Arguments& a, const std::string& v) { a.control = v; }},
        {"--tcp", [](Arguments& a, const std::string& v) { a.options.tcpPort = portOf(v); }},
        {"--api-version", [](Arguments& a, const std::string& v) { a.options.identity.apiVersion = v; }},
        {"--min-api-version",
         [](Arguments& a, const std::string& v) { a.options.identity.minApiVersion = v; }},
    };
    for (int i = 1; i < count; ++i) {
        const std::string name = values[i];
        if (name == "--help") {
            std::cout << help;
            std::exit(0); // NOLINT(concurrency-mt-unsafe)
        }
        if (name == "--experimental")
            options.identity.experimental = true;
        else if (name == "--no-swarm")
            options.identity.swarm = false;
        else if (name == "--no-record")
            options.limits.enabled = false;
        else if (name == "--until-eof")
            arguments.untilEof = true;
        else if (const auto at = withValue.find(name); at == withValue.end())
            usage("unknown argument " + name);
        else if (++i == count)
            usage(name + " needs a value");
        else
            at->second(arguments, values[i]);
    }
    if (options.socketPath.empty()) usage("--socket is missing");
    return arguments;
}

// Thousands of idle streams need as many descriptors.
void raiseFileLimit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void endWithInput() {
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) > 0) {
    }
    ::kill(::getpid(), SIGTERM);
}

void runUntilTold(const Arguments& arguments) {
    sigset_t ends;
    ::sigemptyset(&ends);
    ::sigaddset(&ends, SIGTERM);
    ::sigaddset(&ends, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &ends, nullptr); // inherited by every thread: sigwait is the only taker
    mockdocker::MockDaemon daemon(arguments.options);
    std::unique_ptr<mockdocker::Control> control;
    if (!arguments.control.empty()) {
        control = std::make_unique<mockdocker::Control>(arguments.control, daemon,
                                                        [] { ::kill(::getpid(), SIGTERM); });
    }
    std::cout << "listening on " << daemon.socketPath();
    if (arguments.options.tcpPort) std::cout << " and 127.0.0.1:" << daemon.tcpPort();
    std::cout << std::endl;
    if (arguments.untilEof) std::thread(endWithInput).detach(); // blocked in read() until the process ends
    int signal = 0;
    ::sigwait(&ends, &signal);
    daemon.stop();
}

} // namespace

int main(int count, char** values) {
    (void)::signal(SIGPIPE, SIG_IGN);
    const Arguments arguments = parse(count, values);
    raiseFileLimit();
    try {
        runUntilTold(arguments);
    } catch (const std::system_error& error) {
        std::cerr << "mockdockerd: " << error.what() << "\n";
        return 71;
    }
    return 0;
}
