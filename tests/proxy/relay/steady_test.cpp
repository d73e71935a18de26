// On the steady path nothing is allocated: exchanges on connections that exist, allowed ones and denied ones.
#include "tests/proxy/net/allocations.h"
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <string>

namespace proxy::test {
namespace {

constexpr int warmUp = 20;
constexpr int exchanges = 1000;

class Steady : public RelayTest {
protected:
    void use(policy::Grants grants) {
        RunningProxy::Options options;
        options.doors = oneDoor({.grants = grants});
        options.level = log::Level::info; // the log included
        configure(options);
    }
    std::size_t allocated() {
        std::size_t count = 0;
        proxy().onLoop([&] { count = allocations(); });
        return count;
    }
    template <class Exchange>
    std::size_t allocatedBy(Exchange exchange) {
        for (int i = 0; i < warmUp; ++i) exchange();
        const std::size_t before = allocated();
        for (int i = 0; i < exchanges && !HasFailure(); ++i) exchange();
        // Being asked costs as much the second time as the first.
        const std::size_t after = allocated();
        const std::size_t asking = allocated() - after;
        return after - before - asking;
    }
};

struct Use {
    const char* id;
    std::string request;
    std::string response;
};
void PrintTo(const Use& row, std::ostream* out) {
    *out << row.id;
}

class Allowed : public Steady, public testing::WithParamInterface<Use> {};

TEST_P(Allowed, ExchangesAllocateNothing) {
    use(everything());
    Peer client = connect();
    Peer daemon = pooled(client);
    EXPECT_EQ(allocatedBy([&] {
                  client.send(GetParam().request);
                  EXPECT_BYTES(daemon, GetParam().request);
                  daemon.send(GetParam().response);
                  EXPECT_BYTES(client, GetParam().response);
                  EXPECT_NE(proxy().logged(""), ""); // a log that nobody reads piles up
              }),
              0U);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Allowed,
    testing::Values(
        Use{"ping", std::string(ping), std::string(pong)},
        Use{"list-with-a-long-target",
            "GET /v1.41/containers/json?all=1&filters=" + std::string(200, 'f') +
                " HTTP/1.1\r\nHost: d\r\nUser-Agent: Docker-Client/20.10 (linux)\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[]\n\r\n0\r\n\r\n"},
        Use{"create",
            "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 13\r\n\r\n{\"Image\":\"x\"}",
            "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{\"Id\":\"1\"}"},
        Use{"with-credentials",
            "POST /images/create?fromImage=x HTTP/1.1\r\nHost: d\r\nX-Registry-Auth: " +
                std::string(1500, 'a') + "\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"}),
    tests::byId);

class DeniedSteadily : public Steady, public testing::WithParamInterface<Use> {};

TEST_P(DeniedSteadily, DenialsAllocateNothing) {
    use(policy::Grants::defaults());
    Peer client = connect();
    EXPECT_EQ(allocatedBy([&] {
                  client.send(GetParam().request);
                  const Answer got = readAnswer(client);
                  EXPECT_EQ(got.status, 403);
                  EXPECT_NE(proxy().logged(""), "");
              }),
              0U);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, DeniedSteadily,
    testing::Values(Use{"get", "GET /v1.41/containers/json?all=1 HTTP/1.1\r\nHost: d\r\n\r\n", ""},
                    Use{"post-with-a-body",
                        "POST /containers/create?name=" + std::string(300, 'n') +
                            " HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}",
                        ""},
                    Use{"unknown", "GET /nowhere HTTP/1.1\r\nHost: d\r\n\r\n", ""}),
    tests::byId);

// What a guard does not judge, and its own one allocation where it does: the reader's memory.
TEST_F(Steady, AGuardedDoorAllocatesAsMuchAsItJudges) {
    RunningProxy::Options options;
    options.doors[0].guard = guard::Guard({.profile = guard::Profile::baseline});
    options.level = log::Level::info;
    configure(options);
    Peer client = connect();
    Peer daemon = pooled(client);
    const auto allocates = [&](const std::string& request) {
        return allocatedBy([&] {
            client.send(request);
            EXPECT_BYTES(daemon, request);
            daemon.send(pong);
            EXPECT_BYTES(client, pong);
            EXPECT_NE(proxy().logged(""), "");
        });
    };
    EXPECT_EQ(allocates(std::string(ping)), 0U);
    EXPECT_EQ(allocates("POST /containers/x/start HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n"), 0U);
    EXPECT_EQ(allocates("POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
                        "Content-Length: 13\r\n\r\n{\"Image\":\"x\"}"),
              static_cast<std::size_t>(exchanges));
}

TEST_F(Steady, ATunnelAllocatesNothing) {
    use(everything());
    Peer client = connect();
    client.send("POST /grpc HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    EXPECT_NE(client.readHead(), "");
    EXPECT_EQ(allocatedBy([&] {
                  client.send("frame");
                  EXPECT_BYTES(daemon, "frame");
                  daemon.send("frame");
                  EXPECT_BYTES(client, "frame");
              }),
              0U);
}

TEST_F(Steady, TheTestCounts) {
    std::string kept;
    EXPECT_GT(allocatedBy([&] { proxy().onLoop([&] { kept = std::string(100, 'x'); }); }), 0U);
}

} // namespace
} // namespace proxy::test
