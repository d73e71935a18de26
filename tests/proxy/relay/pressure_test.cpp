// A peer that does not read makes the proxy hold little, and the other side wait.
#include "tests/proxy/relay/running_proxy.h"

#include <string>

namespace proxy::test {
namespace {

constexpr std::size_t much = std::size_t{64} << 20;
// What two unix sockets, a pipe and a block hold, with room to spare.
constexpr std::size_t bound = std::size_t{4} << 20;

class Pressure : public RelayTest {
protected:
    /// `from` sends what `to` does not read until later.
    void expectBounded(Peer& from, Peer& to) {
        const std::string bytes = pattern(much);
        const std::size_t taken = from.sendUntilStuck(bytes);
        EXPECT_LT(taken, bound);
        std::thread rest([&] { from.send(std::string_view(bytes).substr(taken)); });
        EXPECT_TRUE(to.read(much) == bytes);
        rest.join();
    }
    Peer connectUnix() { return connect(RunningProxy::Over::unix); }
};

TEST_F(Pressure, OfAResponseWithLength) {
    Peer client = connectUnix();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(much) + "\r\n\r\n";
    daemon.send(head);
    EXPECT_BYTES(client, head);
    expectBounded(daemon, client);
    EXPECT_EXCHANGE(client, daemon);
}

TEST_F(Pressure, OfAResponseUntilClose) {
    Peer client = connectUnix();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send("HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_NE(client.readHead(), "");
    expectBounded(daemon, client);
}

TEST_F(Pressure, OfAChunkedResponse) {
    Peer client = connectUnix();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4000000\r\n");
    EXPECT_NE(client.readHead(), "");
    EXPECT_BYTES(client, "4000000\r\n");
    expectBounded(daemon, client);
    daemon.send("\r\n0\r\n\r\n");
    EXPECT_BYTES(client, "\r\n0\r\n\r\n");
    EXPECT_EXCHANGE(client, daemon);
}

TEST_F(Pressure, OfARequest) {
    Peer client = connectUnix();
    const std::string head =
        "POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: " + std::to_string(much) + "\r\n\r\n";
    client.send(head);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, head);
    expectBounded(client, daemon);
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
    EXPECT_EXCHANGE(client, daemon);
}

TEST_F(Pressure, OfATunnelInBothDirections) {
    Peer client = connectUnix();
    client.send("POST /grpc HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    EXPECT_NE(client.readHead(), "");
    expectBounded(client, daemon);
    expectBounded(daemon, client);
    const std::string up = pattern(much);
    EXPECT_LT(client.sendUntilStuck(up), bound);
    daemon.send("the other direction is free");
    EXPECT_BYTES(client, "the other direction is free");
}

// Requests that are not read yet are not hoarded.
TEST_F(Pressure, OfAPipelineBehindASlowRequest) {
    Peer client = connectUnix();
    std::string many;
    while (many.size() < much) many += ping;
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    EXPECT_LT(client.sendUntilStuck(many), bound);
}

// One that moves masses leaves the others their turn.
TEST_F(Pressure, LeavesOthersTheirTurn) {
    Peer bulk = connectUnix();
    bulk.send(ping);
    Peer source = daemon_.accept();
    EXPECT_BYTES(source, ping);
    source.send("HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_NE(bulk.readHead(), "");
    std::thread writer([&] {
        const std::string block(std::size_t{1} << 20, 'x');
        for (int i = 0; i < 256; ++i) source.send(block);
        source.close();
    });
    std::thread reader([&] {
        for (std::string got = bulk.read(1 << 20); got.size() == 1 << 20; got = bulk.read(1 << 20)) {
        }
    });
    Peer client = connect();
    Peer daemon = pooled(client);
    for (int i = 0; i < 20; ++i) EXPECT_EXCHANGE(client, daemon);
    writer.join();
    reader.join();
}

} // namespace
} // namespace proxy::test
