// Closings of ours: a client that takes what has been sent to it gets all of it, whatever else it
// may have sent that nobody reads.
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <string>
#include <vector>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;
using namespace std::chrono_literals;

constexpr std::size_t mebi = std::size_t{1} << 20;
// More than a client's window holds, less than the kernel does: the rest is on its way when the proxy closes.
constexpr std::size_t onItsWay = 150'000;

class Closing : public RelayTest {};

TEST_F(Closing, ADenialOfAnUploadArrives) {
    configure({oneDoor({}), roomy(), log::Level::info});
    for (const Over over : {Over::tcp, Over::unix}) {
        Peer client = connect(over);
        std::thread sender([&] {
            client.send(
                "POST /build HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: 900000\r\n\r\n" +
                std::string(900'000, 'x'));
        });
        const Answer answer = readAnswer(client);
        EXPECT_EQ(answer.status, 403);
        EXPECT_TRUE(answer.closes());
        sender.join();
        EXPECT_EQ(client.end(), Peer::End::closed);
    }
}

struct Behind {
    const char* id;
    std::string request;
    std::string behind; ///< sent when the request is with the daemon: nobody reads it
    std::string response;
    bool framed; ///< the response's end is known without the daemon's closing
};
void PrintTo(const Behind& row, std::ostream* out) {
    *out << row.id;
}

class OctetsBehind : public Closing, public testing::WithParamInterface<Behind> {};

TEST_P(OctetsBehind, DoNotDestroyTheAnswer) {
    for (const Over over : {Over::tcp, Over::unix}) {
        Peer client = connect(over);
        client.send(GetParam().request);
        Peer daemon = daemon_.accept();
        EXPECT_NE(daemon.readHead(), "");
        client.send(GetParam().behind);
        const std::string body = pattern(onItsWay);
        daemon.send(GetParam().response + body);
        if (!GetParam().framed) daemon.close();
        EXPECT_NE(proxy().logged(" allow "), "") << "for the proxy it is over now";
        EXPECT_NE(client.readHead(), "");
        EXPECT_TRUE(client.rest() == body);
        EXPECT_EQ(client.end(), Peer::End::closed);
    }
}

const std::string withLength = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(onItsWay) + "\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(Rows, OctetsBehind,
                         testing::Values(Behind{"until-close-and-a-request", std::string(ping),
                                                std::string(ping), "HTTP/1.1 200 OK\r\n\r\n", false},
                                         Behind{"http10-and-a-line-end", "GET /_ping HTTP/1.0\r\n\r\n",
                                                "\r\n", "HTTP/1.0 200 OK\r\n\r\n", false},
                                         Behind{"http10-with-length-and-a-line-end",
                                                "GET /_ping HTTP/1.0\r\n\r\n", "\r\n", withLength, true},
                                         Behind{"close-and-a-request",
                                                "GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n",
                                                std::string(ping), withLength, true},
                                         Behind{"refused-behind-a-good-one", std::string(ping),
                                                "GET /x y z\r\n\r\n" + std::string(ping),
                                                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false}),
                         tests::byId);

// ---- How long, and how much ----------------------------------------------------------------------

class Lingering : public Closing, public testing::WithParamInterface<Over> {
protected:
    static constexpr auto period = 2s;

    /// A tunnel whose daemon has ended with much input unread and all its output on the way.
    Peer left(const std::string& output) {
        Peer client = connect(GetParam());
        client.send("POST /grpc HTTP/1.1\r\nHost: d\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
        Peer daemon = daemon_.accept();
        EXPECT_NE(daemon.readHead(), "");
        daemon.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
        EXPECT_NE(client.readHead(), "");
        (void)client.sendUntilStuck(std::string(16 * mebi, 'i'));
        daemon.send(output);
        daemon.close();
        EXPECT_NE(proxy().logged(" allow "), "");
        return client;
    }
};

TEST_P(Lingering, LastsAsLongAsTheClientTakesSomething) {
    const std::string output = pattern(onItsWay);
    Peer client = left(output);
    proxy().advance(period); // what it still sent counted, too
    std::string got;
    for (int i = 0; i < 3; ++i) {
        got += client.read(onItsWay / 3);
        proxy().settle();
        proxy().advance(period);
    }
    EXPECT_TRUE(got == output);
    EXPECT_EQ(client.end(), Peer::End::closed);
}

TEST_P(Lingering, EndsWithAClientThatTakesNothing) {
    const Peer client = left(pattern(onItsWay));
    for (int i = 0; i < 3; ++i) proxy().advance(period);
    EXPECT_EQ(proxy().connections(), 0U);
}

TEST_P(Lingering, EndsWithTheGrace) {
    Peer client = left(pattern(onItsWay));
    proxy().shutdown();
    proxy().settle();
    EXPECT_EQ(proxy().connections(), 1U);
    proxy().shutdown(); // for the second time: the grace is over
    EXPECT_TRUE(proxy().ended());
}

TEST_P(Lingering, IsNotForAClientThatHasEnded) {
    Peer client = connect(GetParam());
    client.send("GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
    client.halfClose();
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.send(pong);
    EXPECT_NE(client.readHead(), "");
    EXPECT_EQ(client.rest(), "OK");
    proxy().settle();
    EXPECT_EQ(proxy().connections(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Clients, Lingering, testing::Values(Over::tcp, Over::unix),
                         [](const auto& row) { return row.param == Over::tcp ? "tcp" : "unix"; });

// ---- Answers of our own that nobody takes --------------------------------------------------------

TEST_F(Closing, AClientThatReadsNoDenialIsNotKept) {
    configure({oneDoor({}), roomy(), log::Level::info});
    Peer client = connect(Over::unix);
    std::string many;
    while (many.size() < 16 * mebi) many += "GET /secrets HTTP/1.1\r\nHost:\r\n\r\n";
    (void)client.sendUntilStuck(many);
    EXPECT_EQ(proxy().connections(), 1U);
    proxy().advance(10s);
    EXPECT_EQ(proxy().connections(), 0U);
    EXPECT_NE(proxy().logged("the client did not take the answer in time"), "");
}

} // namespace
} // namespace proxy::test
