#include "tests/faults/play.h"

#include "proxy/net/task.h"
#include "tests/faults/inject.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <unistd.h>

namespace faults {

using namespace std::chrono_literals;

Play::LogPipe::LogPipe() {
    std::array<int, 2> ends{-1, -1};
    fuzz::require(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0, "there is a pipe");
    reader = proxy::net::Fd(ends[0]);
    writer = proxy::net::Fd(ends[1]);
}

Play::Play()
    : world({pipe_.writer.number(), &entered}) {}

Play::~Play() = default;

std::size_t Play::client(std::size_t door, std::string_view text) {
    const std::size_t number = world.clients.size();
    world.connect(door);
    says(number, text);
    return number;
}

void Play::says(std::size_t client, std::string_view text) {
    if (client < world.clients.size()) world.clients[client].out += text;
    settle();
}

void Play::stalls(std::size_t client, bool stalled) {
    if (client < world.clients.size()) world.clients[client].stalled = stalled;
}

void Play::ends(std::size_t client) {
    if (client < world.clients.size()) world.clients[client].finishing = true;
    settle();
}

void Play::leaves(std::size_t client) {
    if (client < world.clients.size()) world.clients[client].fd.reset();
    settle();
}

void Play::answers(std::string_view text) {
    for (std::size_t i = 0; i < world.daemons.size(); ++i) {
        fuzz::End& daemon = world.daemons[i];
        if (daemon.in.size() == std::exchange(answered_[i], daemon.in.size())) continue;
        daemon.out += text;
    }
    settle();
}

void Play::daemonSays(std::string_view text) {
    if (!world.daemons.empty()) world.daemons.back().out += text;
    settle();
}

// With the pause that the proxy makes where descriptors or the daemon's queue have run out.
void Play::settle() {
    world.settle();
    world.passTime(120ms);
    world.settle();
    if (onSettled != nullptr) onSettled(*this);
    readLog();
}

void Play::readLog() {
    std::array<char, 65536> part; // NOLINT: filled by read
    for (ssize_t n = 0; (n = ::read(pipe_.reader.number(), part.data(), part.size())) > 0;)
        log_.append(part.data(), static_cast<std::size_t>(n));
}

Seen Play::seen() {
    Seen seen;
    for (const fuzz::Client& client : world.clients)
        seen.clients.push_back(client.in + (client.ended ? "|" : ""));
    for (const fuzz::End& daemon : world.daemons) {
        seen.daemon += daemon.in;
        seen.connections.push_back(daemon.in);
    }
    constexpr std::size_t time = std::string_view(R"({"time":"2026-11-26T00:00:00.000Z",)").size();
    for (std::string_view rest = log_; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n') + 1);
        seen.log += line.substr(std::min(time, line.size()));
        rest.remove_prefix(line.empty() ? rest.size() : line.size());
    }
    return seen;
}

bool Play::serves() {
    for (fuzz::Client& client : world.clients) client.fd.reset();
    world.accepting = true;
    world.daemonComes();
    settle();
    world.passTime(5s);
    const std::size_t next = client(reads, "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n");
    answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    return world.clients[next].in == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
}

void emptyFramePool() {
    constexpr std::size_t step = 128;
    constexpr std::size_t largest = 4096;
    for (std::size_t size = step; size <= largest; size += step)
        for (bool pooled = true; pooled;) {
            const std::ptrdiff_t before = living();
            void* const frame = proxy::net::FramePool::allocate(size);
            pooled = living() == before;
            ::operator delete(frame);
        }
}

} // namespace faults
