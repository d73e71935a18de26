// Nobody who always has something more ready keeps the others waiting: what is done in one turn is bounded. Counted
// in rounds of the loop, in each of which everybody has one turn.
#include "tests/proxy/relay/running_proxy.h"

#include <string>

namespace proxy::test {
namespace {

constexpr std::uint64_t many = 2000;
constexpr std::uint64_t turns = many / net::Turn::most;

std::string times(std::uint64_t count, std::string_view text) {
    std::string all;
    for (std::uint64_t i = 0; i < count; ++i) all += text;
    return all;
}

class Turns : public RelayTest {
protected:
    /// Sends in one piece; returns the rounds until `count` heads have come back.
    std::uint64_t roundsFor(Peer& sender, const std::string& bytes, Peer& reader, std::uint64_t count) {
        const std::uint64_t before = proxy().rounds();
        std::thread writer([&] { sender.send(bytes); });
        for (std::uint64_t i = 0; i < count && !HasFailure(); ++i) EXPECT_NE(reader.readHead(), "");
        writer.join();
        return proxy().rounds() - before;
    }
    void grant(policy::Grants grants) {
        configure({oneDoor({.grants = grants}), roomy(), log::Level::notice});
    }
};

TEST_F(Turns, OfWhoIsDenied) {
    grant(policy::Grants::defaults());
    Peer client = connect();
    EXPECT_GE(roundsFor(client, times(many, "HEAD /secrets HTTP/1.1\r\nHost:\r\n\r\n"), client, many), turns);
}

TEST_F(Turns, OfWhoAsksWhileTheDaemonIsDown) {
    grant(policy::Grants::defaults());
    Peer client = connect();
    daemon_.remove();
    EXPECT_GE(roundsFor(client, times(many, "HEAD /_ping HTTP/1.1\r\nHost:\r\n\r\n"), client, many), turns);
}

TEST_F(Turns, OfADaemonThatNeverComesToItsAnswer) {
    Peer client = connect();
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    const std::string interim = times(many, "HTTP/1.1 102 Processing\r\n\r\n");
    EXPECT_GE(roundsFor(daemon, interim + std::string(pong), client, many), turns);
    EXPECT_BYTES(client, pong);
}

// Both have news in the same round, and the one that asks without end comes first.
TEST_F(Turns, OneRequestIsNotBehindAllOfAnothersClient) {
    grant(policy::Grants::defaults());
    Peer greedy = connect();
    Peer modest = connect();
    proxy().settle();
    proxy().onLoop([&] {
        greedy.send(times(500, "HEAD /secrets HTTP/1.1\r\nHost:\r\n\r\n"));
        modest.send("GET /info HTTP/1.1\r\nHost:\r\n\r\n");
    });
    int before = 0;
    for (std::string line = proxy().logged(""); line.find(" /info ") == std::string::npos && !line.empty();
         line = proxy().logged(""))
        ++before;
    EXPECT_LE(before, 2 * net::Turn::most);
    EXPECT_EQ(readAnswer(modest).status, 403);
}

// More octets than blocks: a pipe takes much at a time.
TEST_F(Turns, OfWhoMovesMasses) {
    constexpr std::size_t much = std::size_t{64} << 20;
    Peer client = connect(RunningProxy::Over::unix);
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    const std::uint64_t before = proxy().rounds();
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(much) + "\r\n\r\n";
    std::thread sender([&] { daemon.send(head + std::string(much, 'x')); });
    EXPECT_BYTES(client, head);
    for (std::size_t left = much; left > 0 && !HasFailure();) {
        const std::size_t got = client.read(std::min(left, std::size_t{1} << 20)).size();
        EXPECT_NE(got, 0U);
        left -= got;
    }
    sender.join();
    EXPECT_GE(proxy().rounds() - before, much >> 21);
}

} // namespace
} // namespace proxy::test
