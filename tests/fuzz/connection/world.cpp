#include "tests/fuzz/connection/world.h"

#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace fuzz {

namespace {

using namespace std::chrono_literals;
using proxy::net::Clock;
using proxy::net::Fd;
using proxy::policy::Variable;

// More turns than anything that goes on takes: whoever needs more, goes round in circles.
constexpr int mostTurns = 20'000;
constexpr std::size_t mostConnections = 4;
constexpr int backlog = 1; // so that the daemon's queue can be full
constexpr int highestDescriptor = 128;

Clock::time_point now{};

// Of this process; its sockets lie in it, in memory where that can be: an inode on a disk costs more than an exchange.
const std::string& folder() {
    static const std::string path = [] {
        std::string name =
            std::string(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/fuzz-XXXXXX";
        require(::mkdtemp(name.data()) != nullptr, "there is a temporary folder");
        std::signal(SIGPIPE, SIG_IGN); // as the program does
        return name;
    }();
    static const struct Leave {
        ~Leave() { ::rmdir(path.c_str()); }
        const std::string& path;
    } leave{path};
    return path;
}

std::string daemonPath() {
    return folder() + "/daemon";
}

std::vector<proxy::relay::Door> makeDoors() {
    using proxy::policy::Access;
    using proxy::policy::Policy;
    const proxy::policy::Grants reads{Variable::containers, Variable::ping, Variable::version,
                                      Variable::events};
    const proxy::policy::Grants writes{Variable::containers, Variable::ping, Variable::version,
                                       Variable::events,     Variable::exec, Variable::images,
                                       Variable::post};
    const proxy::policy::Grants creates =
        writes | proxy::policy::Grants{Variable::networks, Variable::volumes};
    std::vector<proxy::relay::Door> all;
    all.push_back({"READS", Policy(Access{.grants = reads, .maskEnv = true})});
    all.push_back({"WRITES", Policy(Access{.grants = writes})});
    all.push_back({"GUARDED", Policy(Access{.grants = creates}),
                   proxy::guard::Guard({.profile = proxy::guard::Profile::baseline})});
    return all;
}

int openNull() {
    static const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    return null;
}

// In one system call: it is asked twice a run.
long openDescriptors() {
    std::array<pollfd, highestDescriptor> all{};
    for (int fd = 0; fd < highestDescriptor; ++fd) all[static_cast<std::size_t>(fd)].fd = fd;
    require(::poll(all.data(), all.size(), 0) >= 0, "descriptors can be counted");
    return std::ranges::count_if(all, [](const pollfd& each) { return (each.revents & POLLNVAL) == 0; });
}

Fd unixSocket(const std::string& path, bool listens) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    if (!listens) return ::connect(fd.number(), where, sizeof address) == 0 ? std::move(fd) : Fd();
    require(::bind(fd.number(), where, sizeof address) == 0 && ::listen(fd.number(), backlog) == 0,
            "the daemon listens");
    return fd;
}

} // namespace

// ---- One end -----------------------------------------------------------------------------------------

bool End::pump() {
    if (!open()) return false;
    const bool sentSome = send();
    return receive() || sentSome;
}

bool End::receive() {
    static std::array<char, 65536> block;
    if (stalled || ended) return false;
    const ssize_t got = ::recv(fd.number(), block.data(), block.size(), 0);
    if (got < 0 && errno == EAGAIN) return false;
    if (got > 0) in.append(block.data(), static_cast<std::size_t>(got));
    ended = got <= 0;
    return true;
}

bool End::send() {
    if (out.empty()) {
        if (finishing) ::shutdown(fd.number(), SHUT_WR);
        finishing = false;
        return false;
    }
    const ssize_t gone = ::send(fd.number(), out.data(), out.size(), MSG_NOSIGNAL);
    if (gone < 0 && errno == EAGAIN) return false;
    const std::size_t octets = gone < 0 ? 0 : static_cast<std::size_t>(gone);
    sent.append(out, 0, octets);
    out.erase(0, gone < 0 ? out.size() : octets); // nobody will ever take it
    return true;
}

// ---- The world ---------------------------------------------------------------------------------------

World::World(Setup setup)
    : entered_(setup.entered)
    , log_(setup.log < 0 ? openNull() : setup.log, proxy::log::Level::debug, proxy::log::Format::json) {
    descriptors_ = openDescriptors();
    daemonComes();
    now = Clock::time_point{1h};
    loop_ = std::make_unique<proxy::net::Loop>([] { return now; });
    loop_->afterRound([this] { log_.flush(); });
    // Once: what a guard makes of each operation takes longer than an exchange.
    static const std::vector<proxy::relay::Door> threeDoors = makeDoors();
    server_ = std::make_unique<proxy::relay::Server>(
        *loop_, threeDoors, daemonPath(), proxy::relay::Server::Limits{mostConnections, 30s, {}, 2}, log_);
    clients.reserve(32);
    daemons.reserve(64);
}

World::~World() = default;

void World::connect(std::size_t door) {
    if (draining_ || clients.size() == clients.capacity()) return;
    const std::string path = folder() + "/door" + std::to_string(door);
    if (!listening_[door])
        server_->listen(proxy::net::Listener(proxy::net::UnixPlace{path, {}, {}, {}}), door);
    listening_[door] = true;
    Client client;
    client.fd = unixSocket(path, false);
    client.door = door;
    if (client.open()) clients.push_back(std::move(client));
}

void World::daemonGoes() {
    daemon_.reset();
    ::unlink(daemonPath().c_str());
}

void World::daemonComes() {
    if (!daemon_.valid()) daemon_ = unixSocket(daemonPath(), true);
}

bool World::accept() {
    if (!accepting || !daemon_.valid() || daemons.size() == daemons.capacity()) return false;
    End end;
    end.fd = Fd(::accept4(daemon_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!end.open()) return false;
    daemons.push_back(std::move(end));
    return true;
}

// The daemon first: what it says unasked is said before the next request.
bool World::pump() {
    bool moved = accept();
    for (End& daemon : daemons) moved = daemon.pump() || moved;
    for (Client& client : clients) moved = client.pump() || moved;
    return moved;
}

bool World::turn() {
    if (turnsLeft_ >= 0 && turnsLeft_-- == 0)
        for (int i = 0; i < shutdowns_; ++i) askToEnd();
    enter(true);
    const bool news = loop_->turn();
    enter(false);
    return news;
}

void World::settle() {
    int turns = 0;
    do
        while (turn()) require(++turns < mostTurns, "the loop comes to rest");
    while (pump());
}

void World::passTime(std::chrono::milliseconds time) {
    now += time;
    settle();
}

bool World::passTimeToDeadline() {
    const int left = loop_->sleepTime();
    if (left < 0) return false;
    passTime(std::chrono::milliseconds(left));
    return true;
}

void World::askToEnd() {
    enter(true);
    server_->shutdown();
    enter(false);
    draining_ = true;
}

void World::shutdown() {
    askToEnd();
    settle();
}

void World::tell() const {
    const auto tellOf = [](const char* name, std::size_t number, const End& end) {
        std::fprintf(stderr, "== %s %zu sent\n%s\n== and received%s\n%s\n", name, number, end.sent.c_str(),
                     end.ended ? ", to its end" : "", end.in.c_str());
    };
    for (std::size_t i = 0; i < clients.size(); ++i) tellOf("client", i, clients[i]);
    for (std::size_t i = 0; i < daemons.size(); ++i) tellOf("daemon", i, daemons[i]);
}

void World::end() {
    for (Client& client : clients) client.fd.reset();
    for (End& daemon : daemons) daemon.fd.reset();
    daemonGoes();
    settle();
    // A connection whose client has gone may still wait for room in the daemon's queue, but for nothing else.
    for (int i = 0; i < 3 && server_->connections() != 0; ++i) passTimeToDeadline();
    require(server_->connections() == 0, "whose client has gone is gone");
    if (!draining_) server_->shutdown();
    settle();
    server_.reset();
    loop_.reset();
    require(openDescriptors() == descriptors_, "no descriptor is left");
}

} // namespace fuzz
