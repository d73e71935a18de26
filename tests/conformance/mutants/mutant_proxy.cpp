// mutant-proxy [--mutant NAME]: a small, plain socket proxy that conforms, or gets exactly one rule wrong.
// The suite is tested by it: the case meant for a mutant must catch it. Not for use: a thread a connection.
#include "tests/conformance/mutants/doors.h"
#include "tests/conformance/mutants/mutation.h"
#include "tests/conformance/mutants/relay.h"

#include <atomic>
#include <csignal>
#include <cstring>
#include <iostream>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using mutants::Connection;
using mutants::Fd;
using mutants::is;
using mutants::Service;

constexpr int wrongSettings = 78;

std::map<std::string, std::string> environmentMap() {
    std::map<std::string, std::string> variables;
    for (const char* const* entry = environ; *entry != nullptr; ++entry)
        if (const char* const equals = std::strchr(*entry, '='); equals != nullptr)
            variables[std::string(*entry, static_cast<std::size_t>(equals - *entry))] = equals + 1;
    return variables;
}

std::string valueOr(const std::map<std::string, std::string>& variables, const char* name,
                    const char* otherwise) {
    const auto found = variables.find(name);
    return found == variables.end() || found->second.empty() ? otherwise : found->second;
}

// Blocked in every thread, and read here.
Fd termSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return Fd(::signalfd(-1, &signals, SFD_CLOEXEC));
}

void serve(Service& service, const mutants::Rules& rules, Fd client, std::atomic<unsigned long>& open,
           bool tooMany) {
    Connection connection(service, rules, std::move(client));
    if (tooMany)
        connection.turnAway();
    else
        connection.run();
    --open;
}

struct Listener {
    Fd fd;
    const mutants::Rules* rules;
};

void acceptUntil(const Fd& signals, const std::vector<Listener>& listeners, Service& service,
                 unsigned long most) {
    static std::atomic<unsigned long> open{0};
    for (;;) {
        std::vector<pollfd> all{{signals.get(), POLLIN, 0}};
        for (const auto& listener : listeners) all.push_back({listener.fd.get(), POLLIN, 0});
        if (::poll(all.data(), all.size(), -1) < 0) continue;
        if (all[0].revents != 0) return;
        for (std::size_t i = 0; i < listeners.size(); ++i) {
            if (all[i + 1].revents == 0) continue;
            Fd client(::accept4(listeners[i].fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!client) continue;
            const bool tooMany = ++open > most;
            const auto& rules = is("door-mixed-up") ? *listeners.front().rules : *listeners[i].rules;
            std::thread(serve, std::ref(service), std::cref(rules), std::move(client), std::ref(open),
                        tooMany)
                .detach();
        }
    }
}

int run(const std::map<std::string, std::string>& variables) {
    // Outlives every thread: they are not waited for, the process's end is theirs.
    static Service service(valueOr(variables, "SOCKET_PATH", "/var/run/docker.sock"));
    static const std::vector<mutants::Door> doors = mutants::doorsOf(variables);
    for (const auto& door : doors)
        if (door.rules.learns() && !is("learn-silent"))
            std::cerr << "mutant-proxy: LEARN: what is not granted passes\n";
    const Fd signals = termSignals();
    {
        std::vector<Listener> listeners;
        for (const auto& door : doors)
            for (const auto& address : door.addresses)
                listeners.push_back({mutants::listenOn(address), &door.rules});
        acceptUntil(signals, listeners, service, std::stoul(valueOr(variables, "MAX_CONNECTIONS", "1000")));
    }
    const std::chrono::seconds grace(std::stoi(valueOr(variables, "SHUTDOWN_GRACE", "5")));
    const bool patient = is("term-waits-for-streams") || is("term-waits-for-idle");
    while (!service.awaitQuiet(grace) && patient) {
    }
    std::cout.flush();
    std::_Exit(is("term-status") ? 1 : 0);
}

} // namespace

int main(int count, char** words) {
    try {
        const auto variables = environmentMap();
        const std::string name =
            count == 3 && std::string(words[1]) == "--mutant" ? words[2] : valueOr(variables, "MUTANT", "");
        if (!name.empty() && !mutants::mutate(name)) {
            std::cerr << "mutant-proxy: there is no mutant '" << name << "'; mutants.tsv lists them\n";
            return 2;
        }
        if (variables.contains("BUFFERED")) mutants::buffer();
        return run(variables);
    } catch (const mutants::SettingsError& error) {
        std::cerr << "mutant-proxy: " << error.what() << "\n";
        return wrongSettings;
    } catch (const std::exception& error) {
        std::cerr << "mutant-proxy: " << error.what() << "\n";
        return 1;
    }
}
