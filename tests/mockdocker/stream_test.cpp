// Answers that go on, and the manners of bodies.
#include "mockdocker/wire/answer.h"
#include "tests/mockdocker/client.h"

#include <gtest/gtest.h>

namespace mockdocker {
namespace {

using test::Client;
using test::Daemon;

std::string getBytes(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

TEST(Events, HeadComesAtOnceAndEventsAsTheyHappen) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(getBytes("/events"));
    EXPECT_NE(client.head().find("Transfer-Encoding: chunked\r\n\r\n"), std::string::npos);
    const std::string id = daemon.create(R"(["true"])");
    const std::string event = client.until("}\n\r\n");
    EXPECT_NE(event.find(R"("status":"create","id":")" + id), std::string::npos) << event;
}

TEST(Events, PastOnesAreReplayedAndUntilEnds) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["true"])");
    EXPECT_EQ(daemon.post("/containers/" + id + "/start").status(), 204);
    EXPECT_EQ(daemon.post("/containers/" + id + "/wait").body, "{\"Error\":null,\"StatusCode\":0}\n");
    const auto now = std::to_string(std::time(nullptr) + 1);
    const std::string past =
        daemon.get("/events?since=0&until=" + now + "&filters={%22event%22:[%22die%22]}").body;
    EXPECT_NE(past.find(R"("Action":"die")"), std::string::npos) << past;
    EXPECT_EQ(past.find(R"("Action":"start")"), std::string::npos) << past;
    EXPECT_EQ(daemon.get("/events?since=0&until=1").body, "");
    EXPECT_EQ(daemon.get("/events?until=zz").body,
              "{\"message\":\"strconv.ParseInt: parsing \\\"zz\\\": invalid syntax\"}\n");
}

TEST(Events, EndWhenTheClientHalfCloses) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(getBytes("/events"));
    client.head();
    client.closeWrite();
    client.toEnd();
    EXPECT_TRUE(client.ended());
}

TEST(Wait, HeadFirstBodyWhenTheContainerEnds) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["sh","-c","read x; exit 5"])", R"(,"OpenStdin":true)");
    EXPECT_EQ(daemon.post("/containers/" + id + "/start").status(), 204);
    Client client = daemon.client();
    client.send(Daemon::postBytes("/containers/" + id + "/wait", ""));
    EXPECT_NE(client.head().find("Transfer-Encoding: chunked\r\n"), std::string::npos);
    Client input = daemon.client();
    input.send(Daemon::postBytes("/containers/" + id + "/attach?stream=1&stdin=1", "", "Upgrade: tcp\r\n") +
               "go\n");
    EXPECT_EQ(client.until("0\r\n\r\n"), "1e\r\n{\"Error\":null,\"StatusCode\":5}\n\r\n0\r\n\r\n");
}

TEST(Wait, RemovedComesWithAutoRemove) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["false"])", R"(,"HostConfig":{"AutoRemove":true})");
    Client client = daemon.client();
    client.send(Daemon::postBytes("/containers/" + id + "/wait?condition=removed", ""));
    client.head();
    EXPECT_EQ(daemon.post("/containers/" + id + "/start").status(), 204);
    EXPECT_NE(client.until("0\r\n\r\n").find(R"("StatusCode":1)"), std::string::npos);
    EXPECT_EQ(daemon.get("/containers/" + id + "/json").status(), 404);
}

TEST(Logs, ArePastThenLive) {
    const Daemon daemon;
    const std::string id =
        daemon.create(R"(["sh","-c","echo one; read x; echo two >&2"])", R"(,"OpenStdin":true)");
    EXPECT_EQ(daemon.post("/containers/" + id + "/start").status(), 204);
    Client client = daemon.client();
    client.send(getBytes("/containers/" + id + "/logs?stdout=1&stderr=1&follow=1"));
    client.head();
    EXPECT_EQ(client.until("one\n\r\n"), chunk(stdcopyFrame(1, "one\n")));
    Client input = daemon.client();
    input.send(Daemon::postBytes("/containers/" + id + "/attach?stream=1&stdin=1", "", "Upgrade: tcp\r\n") +
               "go\n");
    EXPECT_EQ(client.until("0\r\n\r\n"), chunk(stdcopyFrame(2, "two\n")) + "0\r\n\r\n");
    EXPECT_EQ(daemon.get("/containers/" + id + "/logs?stdout=1").body, stdcopyFrame(1, "one\n"));
    EXPECT_EQ(daemon.get("/containers/" + id + "/logs?stdout=1&stderr=1&tail=1").body,
              stdcopyFrame(2, "two\n"));
}

TEST(Stats, StreamUnlessToldOtherwise) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["true"])");
    EXPECT_NE(daemon.get("/containers/" + id + "/stats?stream=0").body.find("cpu_stats"), std::string::npos);
    Client client = daemon.client();
    client.send(getBytes("/containers/" + id + "/stats"));
    EXPECT_NE(client.until("}\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
    EXPECT_NE(client.until("}\n\r\n").find("cpu_stats"), std::string::npos); // the second one
}

TEST(Body, ContinueIsSentWhenTheHandlerReads) {
    const Daemon daemon;
    Client client = daemon.client();
    const std::string head = "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: "
                             "application/json\r\nContent-Length: 15\r\nExpect: 100-continue\r\n\r\n";
    client.send(head);
    EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send(R"({"Image":"nop"})");
    EXPECT_EQ(client.answer().body, "{\"message\":\"No such image: nop:latest\"}\n");
}

TEST(Body, ExpectedAndNotWantedEndsTheConnection) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(
        "POST /containers/x/start HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    const auto answer = client.answer();
    EXPECT_EQ(answer.status(), 404);
    EXPECT_TRUE(answer.has("Connection: close\r\n"));
    client.toEnd();
    EXPECT_TRUE(client.ended());
}

TEST(Body, SmallUnreadOnesAreSkipped) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send(Daemon::postBytes("/nope", "12345") + getBytes("/_ping"));
    EXPECT_EQ(client.answer().status(), 404);
    EXPECT_EQ(client.answer().body, "OK");
}

TEST(Body, LargeUnreadOnesEndTheConnection) {
    const Daemon daemon;
    Client client = daemon.client();
    client.send("POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" +
                std::string(300000, 'x'));
    EXPECT_TRUE(client.answer().has("Connection: close\r\n"));
}

TEST(Body, BrokenChunksEndTheConnection) {
    const Daemon daemon;
    for (const char* chunks : {"zz\r\n", "3\r\nabcXY0\r\n\r\n", "-1\r\n", "11111111111111111\r\n", "\r\n"}) {
        Client client = daemon.client();
        client.send(std::string("POST /nope HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n") +
                    chunks);
        EXPECT_TRUE(client.answer().has("Connection: close\r\n")) << chunks;
        client.toEnd();
        EXPECT_TRUE(client.ended()) << chunks;
    }
}

TEST(Connection, PersistsAsItsVersionSays) {
    const Daemon daemon;
    Client old = daemon.client();
    old.send("GET /_ping HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(old.head().starts_with("HTTP/1.0 200 OK\r\n"));
    EXPECT_EQ(old.toEnd(), "OK");
    Client kept = daemon.client();
    kept.send("GET /_ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(kept.answer().has("Connection: keep-alive\r\n"));
    kept.send(getBytes("/_ping"));
    EXPECT_EQ(kept.answer().body, "OK");
    Client closing = daemon.client();
    closing.send("GET /info HTTP/1.0\r\n\r\n");
    EXPECT_EQ(closing.head().find("chunked"), std::string::npos);
    EXPECT_TRUE(closing.toEnd().ends_with("}\n"));
}

} // namespace
} // namespace mockdocker
