// Nobody who always has something more ready keeps the others waiting: what is done in one turn is bounded. Counted
// in rounds of the loop, in each of which nobody has more than one turn.
#include "tests/proxy/relay/running_proxy.h"

#include <string>
#include <vector>

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

// All have news in the same round, and the request comes last. Each transfer ends with what is sent there, and is logged.
TEST_F(Turns, OneRequestIsNotBehindAllWhoMoveMasses) {
    constexpr int transfers = 24;
    const std::string mass(std::size_t{100} << 10, 'x');
    const std::string head =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(2 * mass.size()) + "\r\n\r\n";
    configure({oneDoor({.grants = policy::Grants::defaults()}), roomy(), log::Level::info});
    std::vector<Peer> clients;
    std::vector<Peer> daemons;
    for (int i = 0; i < transfers; ++i) {
        clients.push_back(connect(RunningProxy::Over::unix));
        clients.back().send(ping);
        daemons.push_back(daemon_.accept());
        EXPECT_BYTES(daemons.back(), ping);
        daemons.back().send(head);
        EXPECT_BYTES(clients.back(), head);
    }
    Peer modest = connect();
    proxy().settle();
    const auto sendAll = [&] {
        for (Peer& daemon : daemons) daemon.send(mass);
    };
    proxy().onLoop(sendAll); // each in one step, for it is there as a whole
    for (Peer& client : clients) EXPECT_BYTES(client, mass);
    proxy().onLoop([&] {
        sendAll();
        modest.send("GET /info HTTP/1.1\r\nHost:\r\n\r\n");
    });
    int before = 0;
    for (std::string line = proxy().logged(""); line.find(" /info ") == std::string::npos && !line.empty();
         line = proxy().logged(""))
        ++before;
    EXPECT_LE(before, 4);
    EXPECT_EQ(readAnswer(modest).status, 403);
    for (Peer& client : clients) EXPECT_BYTES(client, mass);
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
