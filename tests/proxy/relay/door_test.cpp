// Several doors to one server: who comes by which is judged by that one's policy, for as long as the connection
// lasts, and every line of the log tells it.
#include "tests/proxy/relay/running_proxy.h"

#include <string>

namespace proxy::test {
namespace {

using Over = RunningProxy::Over;

constexpr std::string_view images = "GET /images/json HTTP/1.1\r\nHost: docker\r\n\r\n";

class Doors : public RelayTest {
protected:
    Doors() {
        options_.doors = {{"WATCHER", policy::Policy({policy::Variable::ping})},
                          {"", policy::Policy(policy::Grants{})},
                          {"BUILDER", policy::Policy({policy::Variable::images})}};
    }
    RunningProxy::Options options_; ///< the port is WATCHER's, the socket BUILDER's
};

TEST_F(Doors, EachIsJudgedByItsOwnPolicy) {
    configure(options_);
    Peer watcher = connect();
    Peer builder = connect(Over::unix);
    watcher.send(images);
    EXPECT_EQ(readAnswer(watcher).status, 403);
    builder.send(ping);
    EXPECT_EQ(readAnswer(builder).status, 403);

    Peer daemon = pooled(watcher);
    builder.send(images);
    EXPECT_BYTES(daemon, images); // on a connection that has served the other door
    daemon.send(pong);
    EXPECT_BYTES(builder, pong);
}

TEST_F(Doors, TheLogTellsThem) {
    configure(options_);
    Peer watcher = connect();
    Peer builder = connect(Over::unix);
    watcher.send(images);
    EXPECT_EQ(readAnswer(watcher).status, 403);
    EXPECT_NE(proxy().logged(" door=WATCHER GET /images/json ImageList deny "), "");
    builder.send(ping);
    EXPECT_EQ(readAnswer(builder).status, 403);
    EXPECT_NE(proxy().logged(" door=BUILDER GET /_ping SystemPing deny "), "");
    Peer daemon = pooled(watcher);
    EXPECT_NE(proxy().logged(" door=WATCHER GET /_ping SystemPing allow "), "");
    builder.send("nonsense\r\n\r\n");
    EXPECT_EQ(readAnswer(builder).status, 400);
    EXPECT_NE(proxy().logged(" door=BUILDER - - - reject request."), "");
    watcher.send("GET /%zz HTTP/1.1\r\nHost: d\r\n\r\n");
    EXPECT_EQ(readAnswer(watcher).status, 400);
    EXPECT_NE(proxy().logged(" door=WATCHER GET /%zz - reject request.path.escape "), "");
}

TEST_F(Doors, OneConnectionTooManyTellsItsDoorToo) {
    options_.limits.connections = 1;
    configure(options_);
    const Peer first = connect();
    proxy().settle();
    Peer second = connect(Over::unix);
    second.send(images);
    EXPECT_EQ(readAnswer(second).status, 503);
    EXPECT_NE(proxy().logged(" door=BUILDER - - - reject connection.limit 503 "), "");
}

TEST_F(Doors, OneWithoutANameIsNotToldOf) {
    options_.doors.front().name.clear();
    configure(options_);
    Peer client = connect();
    client.send(images);
    EXPECT_EQ(readAnswer(client).status, 403);
    const std::string line = proxy().logged(" deny ");
    EXPECT_EQ(line.find("door"), std::string::npos) << line;
}

// When the listeners, and whoever accepted, are gone, connections go on.
TEST_F(Doors, OutliveTheirListeners) {
    configure(options_);
    Peer watcher = connect();
    Peer builder = connect(Over::unix);
    watcher.send("GET /images/json HTTP/1.1\r\n");
    builder.send("GET /images/json HTTP/1.1\r\n");
    proxy().settle();
    proxy().shutdown();
    proxy().settle();
    EXPECT_TRUE(proxy().refuses());

    watcher.send("Host: d\r\n\r\n");
    EXPECT_EQ(readAnswer(watcher).status, 403);
    EXPECT_NE(proxy().logged(" door=WATCHER "), "");
    builder.send("Host: d\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.send(pong);
    EXPECT_EQ(readAnswer(builder).status, 200);
    EXPECT_NE(proxy().logged(" door=BUILDER "), "");
    EXPECT_TRUE(proxy().ended());
}

} // namespace
} // namespace proxy::test
