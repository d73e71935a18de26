#include "proxy/program/serve.h"

#include "proxy/confine/confine.h"
#include "proxy/log/log.h"
#include "proxy/net/listener.h"
#include "proxy/privileges/give_up.h"
#include "proxy/program/answers.h"
#include "proxy/program/command_line.h"
#include "proxy/program/join.h"
#include "proxy/relay/scrape.h"
#include "proxy/relay/server.h"

#include <Poco/Exception.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace proxy::program {

namespace {

// Listeners, standard streams, epoll, connections being turned away.
constexpr std::size_t reservedDescriptors = 64;
constexpr std::size_t descriptorsAConnection = 2; // the client's and the daemon's
constexpr std::size_t mostConnections = 1'000'000;
constexpr std::size_t descriptorsAPipe = 2; // a slow reader of much holds a pipe as well
constexpr std::size_t mostPipes = 1024;

// select(2), the reason for a low soft limit, is not used here.
std::size_t raiseFileLimit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    if (limit.rlim_cur < limit.rlim_max) {
        const rlimit raised{limit.rlim_max, limit.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    return static_cast<std::size_t>(limit.rlim_cur);
}

// Who may hold descriptors, so that all together never exceed the limit.
struct Budget {
    std::size_t connections;
    std::size_t pipes;
};

Budget budgetFor(std::size_t files) {
    const std::size_t usable = files > 2 * reservedDescriptors ? files - reservedDescriptors : files / 2;
    const std::size_t pipes = std::min(usable / 32, mostPipes);
    const std::size_t connections = (usable - pipes * descriptorsAPipe) / descriptorsAConnection;
    return {std::clamp<std::size_t>(connections, 1, mostConnections), pipes};
}

net::Listener open(const settings::Listener& listener) {
    if (const auto* tcp = std::get_if<settings::TcpListener>(&listener))
        return net::Listener(net::TcpPlace{tcp->address, tcp->port, join(tcp->family)});
    const auto& local = std::get<settings::UnixListener>(listener);
    return net::Listener(net::UnixPlace{local.path, local.mode, local.uid, local.gid});
}

// What daemons are sent, and what would end this one without a word where nobody takes it. A core, which SIGQUIT
// asks for, would hold clients' requests; SIGUSR1 is what images that are based on HAProxy's are stopped by. There is
// nothing to reload: settings are environment variables.
struct Taken {
    int number;
    std::string_view name;
    bool ends;
};
constexpr std::array<Taken, 6> taken{{{SIGTERM, "SIGTERM", true},
                                      {SIGINT, "SIGINT", true},
                                      {SIGQUIT, "SIGQUIT", true},
                                      {SIGHUP, "SIGHUP", true},
                                      {SIGUSR1, "SIGUSR1", true},
                                      {SIGUSR2, "SIGUSR2", false}}};

bool isIgnored(int number) {
    struct sigaction now {};
    return ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

// Blocked, so that they arrive through the descriptor and nowhere else.
net::Fd signalDescriptor() {
    sigset_t set;
    sigemptyset(&set);
    for (const Taken& each : taken)
        if (each.number != SIGHUP || !isIgnored(SIGHUP)) sigaddset(&set, each.number); // nohup(1) means it
    if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) throw Poco::SystemException("sigprocmask", errno);
    (void)std::signal(SIGPIPE, SIG_IGN); // whoever reads the log may leave
    (void)std::signal(SIGXFSZ, SIG_IGN); // and a file that it is written to may be full
    net::Fd fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!fd.valid()) throw Poco::SystemException("signalfd", errno);
    return fd;
}

// The first that ends begins the server's grace; a second one ends it.
class Signals {
public:
    Signals(net::Loop& loop, relay::Server& server, log::Log& log)
        : endpoint_(loop, signalDescriptor())
        , server_(server)
        , log_(log) {
        endpoint_.whenIdle(&Signals::arrive, this);
    }

private:
    static void arrive(void* self, net::Endpoint& endpoint) {
        auto& signals = *static_cast<Signals*>(self);
        signalfd_siginfo info{};
        while (::read(endpoint.number(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
            const auto* const which =
                std::ranges::find(taken, static_cast<int>(info.ssi_signo), &Taken::number);
            signals.log_.event(
                log::Level::info,
                {which->name, which->ends ? ": shutting down" : ": ignored, there is nothing to reload"});
            if (which->ends) signals.server_.shutdown();
        }
        endpoint.clear(net::readable);
    }

    net::Endpoint endpoint_;
    relay::Server& server_;
    log::Log& log_;
};

std::string grantedNames(const policy::Grants& grants) {
    std::string names;
    for (const policy::Variable variable : grants)
        names.append(names.empty() ? "" : " ").append(policy::facts(variable).name);
    return names.empty() ? "nothing" : names;
}

// "granted: CONTAINERS PING; by name: SystemInfo; denied by name: ContainerExport; guarded: baseline".
std::string given(const settings::Door& door) {
    const policy::Access& access = door.access;
    std::string text("granted: ");
    text.append(grantedNames(access.grants));
    if (!access.allowed.empty()) text.append("; by name: ").append(policy::describe(access.allowed));
    if (!access.denied.empty()) text.append("; denied by name: ").append(policy::describe(access.denied));
    if (access.dialect != policy::Dialect::tecnativa)
        text.append("; dialect: ").append(nameOf(access.dialect));
    if (access.maskEnv) text.append("; environments are masked");
    if (access.learn) text.append("; learning");
    if (door.guard.profile != guard::Profile::off)
        text.append("; guarded: ").append(nameOf(door.guard.profile));
    return text;
}

// A listener, and what it leads to.
struct Opened {
    net::Listener listener;
    std::size_t door;
};

// All or none: a socket's file goes with its listener. Throws Poco::Exception, whose message says all.
std::vector<Opened> openAll(const settings::Settings& settings, log::Log& log) {
    std::vector<Opened> opened;
    for (std::size_t door = 0; door < settings.doors.size(); ++door)
        for (const settings::Listener& place : settings.doors[door].listeners)
            opened.push_back({open(place), door});
    for (const settings::Listener& place : settings.metrics)
        opened.push_back({open(place), settings.doors.size()});
    for (const Opened& each : opened)
        if (!each.listener.warning().empty()) log.event(log::Level::warning, each.listener.warning());
    return opened;
}

// Where METRICS_BIND is set, each is counted, and behind them comes the one that tells it.
std::vector<relay::Door> doorsOf(const settings::Settings& settings, metrics::Metrics& counted) {
    const bool counts = !settings.metrics.empty();
    std::vector<relay::Door> doors;
    doors.reserve(settings.doors.size() + 1);
    for (const settings::Door& door : settings.doors)
        doors.push_back({door.name, policy::Policy(door.access), guard::Guard(door.guard),
                         counts ? &counted.add(door.name) : nullptr});
    if (counts) doors.push_back({.name = {}, .policy = policy::Policy({}), .metrics = &counted});
    return doors;
}

std::chrono::seconds now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
}

confine::Outcome confineTo(const settings::Settings& settings) {
    if (!settings.confine)
        return {"nothing (CONFINE=0)",
                {"CONFINE=0: what takes over this process may call all of the kernel and open files"}};
    std::vector<std::string> folders;
    const auto add = [&folders](const std::vector<settings::Listener>& listeners) {
        for (const settings::Listener& place : listeners)
            if (const auto* local = std::get_if<settings::UnixListener>(&place))
                folders.push_back(std::filesystem::path(local->path).parent_path());
    };
    for (const settings::Door& door : settings.doors) add(door.listeners);
    add(settings.metrics);
    return confine::confine(folders);
}

// Whoever collects lines of JSON gets these, too.
int refuse(const settings::Reading& reading) {
    if (reading.settings.logFormat == settings::LogFormat::text) {
        printProblems(std::cerr, reading);
    } else {
        log::Log log(STDERR_FILENO, log::Level::debug, log::Format::json);
        for (const std::string& mistake : reading.mistakes) log.event(log::Level::emerg, mistake);
        for (const std::string& warning : reading.warnings) log.event(log::Level::warning, warning);
    }
    return exitConfig;
}

int serve(const settings::Reading& reading, log::Log& log) {
    const settings::Settings& settings = reading.settings;
    for (const std::string& warning : reading.warnings) log.event(log::Level::warning, warning);

    const Budget budget = budgetFor(raiseFileLimit());
    const std::size_t bearable = budget.connections;
    const std::size_t limit = settings.maxConnections.value_or(bearable);
    if (limit > bearable)
        log.event(log::Level::warning, "MAX_CONNECTIONS=" + std::to_string(limit) +
                                           " is more than the limit of open files bears, " +
                                           std::to_string(bearable) + "; raise that limit (ulimit -n)");

    metrics::Metrics counted(relay::metricNames(), DSP_VERSION, now());
    net::Loop loop;
    relay::Server server(loop, doorsOf(settings, counted), settings.socketPath,
                         {limit, settings.shutdownGrace, {}, budget.pipes}, log);
    Signals signals(loop, server, log);
    std::vector<std::string> places(settings.doors.size() + 1); // the last: of metrics
    try {
        for (Opened& each : openAll(settings, log)) {
            std::string& place = places[each.door];
            place.append(place.empty() ? "" : ", ").append(each.listener.name());
            server.listen(std::move(each.listener), each.door);
        }
    } catch (const Poco::Exception& e) {
        log.event(log::Level::emerg, e.message());
        return exitUnavailable;
    }
    // Nothing has been accepted yet.
    const privileges::Outcome outcome = privileges::giveUp(settings.socketPath);
    for (const std::string& warning : outcome.warnings) log.event(log::Level::warning, warning);
    const confine::Outcome confined = confineTo(settings);
    for (const std::string& warning : confined.warnings) log.event(log::Level::warning, warning);
    loop.afterRound([&log] { log.flush(); });
    for (std::size_t i = 0; i < settings.doors.size(); ++i) {
        const settings::Door& door = settings.doors[i];
        log.event(log::Level::notice,
                  (door.name.empty() ? "" : "door " + door.name + ": ") + "listening on " + places[i] +
                      ", in front of " + settings.socketPath + "; " + given(door) + "; running as " +
                      outcome.became + " (" + outcome.why + "); confined: " + confined.holds);
    }
    if (!settings.metrics.empty())
        log.event(log::Level::notice, "metrics: listening on " + places.back() + ", at /metrics");
    server.tryDaemon();
    loop.run();
    return 0;
}

} // namespace

int serve(const settings::Reading& reading) {
    if (!reading.mistakes.empty()) return refuse(reading);
    log::Log log(STDOUT_FILENO, join(reading.settings.logLevel), join(reading.settings.logFormat));
    try {
        return serve(reading, log);
    } catch (const Poco::Exception& e) {
        log.event(log::Level::emerg, e.displayText());
    } catch (const std::exception& e) {
        log.event(log::Level::emerg, e.what());
    }
    return 1;
}

} // namespace proxy::program
