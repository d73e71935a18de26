#include "tests/faults/exchanges.h"

namespace faults {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view list = "GET /v1.41/containers/json HTTP/1.1\r\nHost: d\r\n\r\n";
constexpr std::string_view listed =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]";
constexpr std::string_view upgrade =
    "POST /v1.41/exec/0123/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
    "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
constexpr std::string_view upgraded =
    "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: "
    "Upgrade\r\nUpgrade: tcp\r\n\r\n";
constexpr std::size_t bulk = 400'000;

std::string sized(std::string_view line, std::string_view body) {
    return std::string(line) + " HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string bodyOf(std::size_t size) {
    return R"({"Image":"a","Env":["A=)" + std::string(size, 'e') + "\"]}";
}

void plain(Play& play) {
    const std::size_t client = play.client(Play::reads, list);
    play.answers(listed);
    play.says(client, list);
    play.answers(listed);
}

void posts(Play& play) {
    const std::string request = sized("POST /v1.41/images/load", std::string(3000, 'i'));
    const std::size_t client = play.client(Play::writes, std::string_view(request).substr(0, 200));
    play.says(client, std::string_view(request).substr(200));
    play.answers("HTTP/1.1 204 No Content\r\n\r\n");
    play.says(client, sized("POST /v1.41/containers/a/stop", ""));
    play.answers("HTTP/1.1 304 Not Modified\r\n\r\n");
}

void chunks(Play& play) {
    const std::size_t client = play.client(
        Play::writes,
        "POST /v1.41/images/load HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab");
    play.says(client, "cd\r\n30d40\r\n" + std::string(200'000, 'c'));
    play.says(client, "\r\n0\r\n\r\n");
    play.answers(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n30d40\r\n" +
        std::string(200'000, 'd'));
    play.daemonSays("\r\n0\r\n\r\n");
}

void creates(Play& play) {
    const std::size_t client = play.client(Play::guarded, sized("POST /v1.41/containers/create", bodyOf(10)));
    play.answers("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}");
    const std::string body = bodyOf(150'000);
    play.says(client,
              "POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
              "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
    play.says(client, "249f0\r\n" + body.substr(0, 100'000));
    play.says(client,
              body.substr(100'000, 50'000) + "\r\n" + "1a\r\n" + body.substr(150'000) + "\r\n0\r\n\r\n");
    play.answers("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}");
}

void refusedByTheGuard(Play& play) {
    play.client(Play::guarded,
                sized("POST /v1.41/containers/create", R"({"HostConfig":{"Privileged":true}})"));
    const std::size_t client =
        play.client(Play::guarded,
                    "POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n11170\r\n" +
                        bodyOf(70'000 - 27));
    play.says(client, "\r\n0\r\n\r\n");
}

void masked(Play& play) {
    const std::size_t client =
        play.client(Play::reads, "GET /v1.41/containers/a/json HTTP/1.1\r\nHost: d\r\n\r\n");
    play.answers(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n"
        R"({"Config":{"Env":["SECRET=abcdef)");
    play.daemonSays("\r\n6\r\ngh\"]}}\r\n0\r\n\r\n");
    play.says(client, "GET /v1.41/containers/b/json HTTP/1.1\r\nHost: d\r\n\r\n");
    play.answers("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nSECRET");
}

void denied(Play& play) {
    const std::size_t client = play.client(Play::reads, sized("POST /v1.41/containers/create", bodyOf(3000)));
    play.says(client, "GET /v1.41/secrets HTTP/1.1\r\nHost: d\r\n\r\n");
    play.says(client, "GET /" + std::string(70'000, 'p') + " HTTP/1.1\r\nHost: d\r\n\r\n");
}

void hijacked(Play& play) {
    const std::size_t client = play.client(Play::writes, upgrade);
    play.answers(upgraded);
    play.says(client, "in");
    play.daemonSays(std::string(bulk, 'o'));
    play.says(client, std::string(bulk, 'i'));
    play.daemonSays("done");
    play.ends(client);
    if (!play.world.daemons.empty()) play.world.daemons.back().finishing = true;
    play.settle();
}

// The client reads nothing for a while.
void stalled(Play& play) {
    const std::size_t client = play.client(Play::reads, list);
    play.stalls(client, true);
    play.answers("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + std::string(500'000, 'b'));
    play.stalls(client, false);
    play.settle();
    play.says(client, list);
    play.answers(listed);
}

void untilClose(Play& play) {
    play.client(Play::reads, list);
    play.answers("HTTP/1.0 200 OK\r\n\r\n" + std::string(bulk, 'u'));
    for (fuzz::End& daemon : play.world.daemons) daemon.finishing = true;
    play.settle();
}

void gone(Play& play) {
    play.world.daemonGoes();
    const std::size_t client = play.client(Play::reads, list);
    play.world.daemonComes();
    play.says(client, list);
    play.answers(listed);
}

void breaks(Play& play) {
    const std::size_t client = play.client(Play::reads, list);
    play.answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbeginning");
    for (fuzz::End& daemon : play.world.daemons) daemon.fd.reset();
    play.settle();
    play.says(client, list);
}

// A pooled connection that has died is not what the next request fails by.
void diesInThePool(Play& play) {
    const std::size_t client = play.client(Play::reads, list);
    play.answers(listed);
    for (fuzz::End& daemon : play.world.daemons) daemon.fd.reset();
    play.says(client, list);
    play.answers(listed);
    play.world.daemonGoes();
    play.world.daemonComes();
    play.says(client, list);
    play.answers(listed);
}

void malformed(Play& play) {
    play.client(Play::reads, "GET /_ping HTTP/1.1\r\nHost : d\r\n\r\n");
    const std::size_t late = play.client(Play::reads, "GET /_pi");
    play.world.passTime(11s);
    play.says(late, "ng");
}

void tooMany(Play& play) {
    for (int i = 0; i < 4; ++i) play.client(Play::reads, "GET /v1.41/eve");
    play.client(Play::reads, "GET /v1.41/secrets HTTP/1.1\r\nHost: d\r\n\r\n");
}

void leaves(Play& play) {
    const std::size_t client = play.client(Play::reads, "GET /v1.41/events HTTP/1.1\r\nHost: d\r\n\r\n");
    play.answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n");
    play.leaves(client);
}

// One is served to its end, one is cut off, one is idle.
void shutdown(Play& play) {
    play.client(Play::reads, "");
    play.client(Play::reads, list);
    play.world.shutdown();
    play.answers(listed);
    play.settle();
}

void shutdownOfStreams(Play& play) {
    play.client(Play::reads, "GET /v1.41/events HTTP/1.1\r\nHost: d\r\n\r\n");
    play.answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n");
    const std::size_t client = play.client(Play::writes, upgrade);
    play.answers(upgraded);
    play.says(client, "in");
    play.world.shutdown();
    play.world.passTime(31s);
    play.settle();
}

constexpr Scene all[] = {
    {"plain", plain},
    {"post", posts},
    {"chunks", chunks},
    {"create", creates},
    {"guard-refuses", refusedByTheGuard, false},
    {"masked", masked},
    {"denied", denied, false},
    {"hijacked", hijacked},
    {"slow-reader", stalled},
    {"until-close", untilClose},
    {"daemon-gone", gone},
    {"daemon-breaks-off", breaks},
    {"pooled-dies", diesInThePool},
    {"malformed", malformed, false},
    {"too-many", tooMany, false, false, true},
    {"client-leaves", leaves},
    {"shutdown", shutdown, true, true},
    {"shutdown-of-streams", shutdownOfStreams, true, true},
};

} // namespace

std::span<const Scene> scenes() noexcept {
    return all;
}

} // namespace faults
