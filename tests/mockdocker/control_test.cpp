// The control protocol, as another process speaks it.
#include "mockdocker/control.h"
#include "tests/mockdocker/client.h"

#include <gtest/gtest.h>

namespace mockdocker {
namespace {

using test::Client;
using test::Daemon;

class ControlTest : public testing::Test {
protected:
    std::string tell(const std::string& command) {
        client_.send(command + "\n");
        return client_.until("\n");
    }
    Daemon daemon_;
    bool stopped_ = false;
    Control control_{daemon_.path("control.sock"), *daemon_, [this] { stopped_ = true; }};
    Client client_{daemon_.path("control.sock")};
};

TEST_F(ControlTest, RecordsAreAskedByHead) {
    EXPECT_EQ(daemon_.post("/auth?case=1", "{}").status(), 200);
    EXPECT_EQ(daemon_.get("/_ping?case=2").status(), 200);
    EXPECT_EQ(tell(R"({"do":"wait","requests":1,"head":"case=1"})"), "{\"ok\":true}\n");
    const std::string records = tell(R"({"do":"records","head":"case=1"})");
    EXPECT_NE(records.find(R"("target":"/auth?case=1")"), std::string::npos) << records;
    EXPECT_NE(records.find(R"("body":"e30=")"), std::string::npos) << records;
    EXPECT_EQ(records.find("case=2"), std::string::npos);
    EXPECT_NE(tell(R"({"do":"records"})").find("case=2"), std::string::npos);
    EXPECT_EQ(tell(R"({"do":"clear"})"), "{\"ok\":true}\n");
    EXPECT_EQ(tell(R"({"do":"records","head":"case"})"), "{\"connections\":[],\"accepted\":2}\n");
}

TEST_F(ControlTest, FaultsAreScriptedAwaitedAndReleased) {
    EXPECT_EQ(tell(R"({"do":"script","fault":"stall","path":"/_ping","where":"body"})"),
              "{\"ok\":true,\"id\":1}\n");
    Client client = daemon_.client();
    client.send("GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(tell(R"({"do":"wait","hits":1,"id":1})"), "{\"ok\":true}\n");
    EXPECT_EQ(tell(R"({"do":"hits","id":1})"), "{\"hits\":1}\n");
    EXPECT_EQ(tell(R"({"do":"release","id":1})"), "{\"ok\":true}\n");
    EXPECT_EQ(client.answer().body, "OK");
}

TEST_F(ControlTest, RawBytesComeAsBase64) {
    tell(R"({"do":"script","fault":"raw","path":"/x","base64":"AP8K","then":"close","times":"always"})");
    for (int i = 0; i < 2; ++i) {
        Client client = daemon_.client();
        client.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(client.toEnd(), std::string("\0\xff\n", 3));
    }
}

TEST_F(ControlTest, WaitsEndAtTheirDeadline) {
    EXPECT_EQ(tell(R"({"do":"wait","requests":1,"ms":1})"), "{\"ok\":false}\n");
    EXPECT_EQ(tell(R"({"do":"wait","idle":true,"ms":1000})"), "{\"ok\":true}\n");
}

TEST_F(ControlTest, EndsOfConnectionsAreAwaited) {
    { const Client client = daemon_.client(); }
    EXPECT_EQ(tell(R"({"do":"wait","ended":1,"end":"eof"})"), "{\"ok\":true}\n");
}

TEST_F(ControlTest, DiesAndRises) {
    tell(R"({"do":"die"})");
    EXPECT_THROW(daemon_.client(), std::system_error);
    tell(R"({"do":"rise"})");
    EXPECT_EQ(daemon_.get("/_ping").body, "OK");
    tell(R"({"do":"stop"})");
    EXPECT_TRUE(stopped_);
}

TEST_F(ControlTest, UnknownMembersAreRefusedEverywhere) {
    for (const char* command :
         {R"({"do":"script","fault":"stall","pth":"/x"})", R"({"do":"script","fault":"stall","status":200})",
          R"({"do":"script","fault":"answer","offset":1})", R"({"do":"script","fault":"die","where":"head"})",
          R"({"do":"records","id":1})", R"({"do":"wait","hits":1,"id":1,"ended":1})",
          R"({"do":"wait","requests":1,"accepted":1})", R"({"do":"release","id":1,"byts":1})",
          R"({"do":"remove","id":1,"bytes":1})", R"({"do":"hits","head":"x"})", R"({"do":"clear","id":1})",
          R"({"do":"forget","head":"x"})", R"({"do":"recording","off":true})", R"({"do":"die","now":true})",
          R"({"do":"rise","now":true})", R"({"do":"stop","now":true})"})
        EXPECT_NE(tell(command).find("unknown member"), std::string::npos) << command;
    EXPECT_FALSE(stopped_);
    EXPECT_EQ(daemon_.get("/_ping").body, "OK");
}

// One of them would be performed, and the test that scripted both would believe in the other, too.
TEST_F(ControlTest, FaultsThatDoNotCombineAreRefused) {
    tell(R"({"do":"script","fault":"stall","path":"/_ping"})");
    tell(R"({"do":"script","fault":"cut","path":"/_ping"})");
    const auto flows = daemon_.get("/_ping");
    EXPECT_EQ(flows.status(), 500);
    EXPECT_NE(flows.body.find("faults 1 2 do not combine"), std::string::npos) << flows.body;
    tell(R"({"do":"script","fault":"answer","path":"/_ping"})");
    tell(R"({"do":"script","fault":"echo","path":"/_ping"})");
    EXPECT_NE(daemon_.get("/_ping").body.find("faults 3 4 do not combine"), std::string::npos);
    tell(R"({"do":"script","fault":"answer","path":"/_ping","body":"x"})");
    tell(R"({"do":"script","fault":"http10","path":"/_ping"})");
    EXPECT_EQ(daemon_.get("/_ping").body, "x");
}

TEST_F(ControlTest, MistakesAreNamed) {
    EXPECT_EQ(tell("nonsense"), "{\"error\":\"not a JSON object\"}\n");
    EXPECT_EQ(tell(R"({"do":"dance"})"), "{\"error\":\"unknown \\\"do\\\":\\\"dance\\\"\"}\n");
    EXPECT_NE(tell(R"({"do":"script","fault":"flood"})").find("is not one of answer, closeDelimited, cut"),
              std::string::npos);
    EXPECT_NE(tell(R"({"do":"script"})").find("is missing"), std::string::npos);
    EXPECT_NE(tell(R"({"do":"script","fault":"stall","times":"often"})").find("must be a number"),
              std::string::npos);
}

} // namespace
} // namespace mockdocker
