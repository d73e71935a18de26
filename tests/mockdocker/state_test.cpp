// The daemon's world: containers, their emulated commands, images.
#include "mockdocker/routes/tar.h"
#include "mockdocker/state/json.h"
#include "mockdocker/state/program.h"
#include "tests/mockdocker/client.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

namespace mockdocker {
namespace {

using test::Daemon;

struct Script {
    const char* id;
    const char* script;
    const char* input;
    const char* output; ///< stdout and stderr as they come, "1:" or "2:" before each
    int code;
};

const Script scripts[] = {
    {"echo", "echo a  b", "", "1:a b\n", 0},
    {"quotes", "echo 'a  b' \"c;d\"", "", "1:a  b c;d\n", 0},
    {"stderr", "echo x >&2; echo y", "", "2:x\n1:y\n", 0},
    {"and-or", "false && echo no || echo yes", "", "1:yes\n", 0},
    {"exit", "echo a; exit 3; echo b", "", "1:a\n", 3},
    {"last-code", "false", "", "", 1},
    {"status", "false; echo $?", "", "1:1\n", 0},
    {"unknown", "nocmd", "", "2:sh: nocmd: not found\n", 127},
    {"cat", "cat", "in", "1:in", 0},
    {"count", "wc -c", "12345", "1:5\n", 0},
    {"read", "read x; echo <$x>", "word\n", "1:<word>\n", 0},
    {"assign", "A=1; echo $A$B", "", "1:12\n", 0},
    {"seq", "seq 3", "", "1:1\n2\n3\n", 0},
    {"null", "echo a >/dev/null", "", "", 0},
    {"nested", "sh -c 'exit 4'", "", "", 4},
};

class Scripts : public testing::TestWithParam<Script> {};

TEST_P(Scripts, RunAsAShellWould) {
    Stdio stdio(false);
    stdio.feed(GetParam().input);
    stdio.closeInput();
    EXPECT_EQ(run({{"sh", "-c", GetParam().script}, {"B=2"}, "host"}, stdio), GetParam().code);
    std::string output;
    for (const Output& piece : stdio.outputFrom(0)) output += std::to_string(piece.stream) + ":" + piece.data;
    EXPECT_EQ(output, GetParam().output);
}

INSTANTIATE_TEST_SUITE_P(All, Scripts, testing::ValuesIn(scripts), tests::byId);

TEST(Container, LivesItsLife) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["sleep","1000"])");
    const auto state = [&] { return daemon.get("/containers/" + id + "/json").body; };
    const auto post = [&](const std::string& what) {
        return daemon.post("/containers/" + id + what).status();
    };
    EXPECT_NE(state().find(R"("Status":"created")"), std::string::npos);
    EXPECT_EQ(daemon.get("/containers/json").body, "[]\n");
    EXPECT_EQ(post("/start"), 204);
    EXPECT_EQ(post("/start"), 304);
    EXPECT_NE(daemon.get("/containers/json").body.find(id), std::string::npos);
    EXPECT_EQ(post("/pause"), 204);
    EXPECT_EQ(post("/pause"), 409);
    EXPECT_EQ(post("/unpause"), 204);
    EXPECT_EQ(post("/restart"), 204);
    EXPECT_EQ(daemon.ask("DELETE /containers/" + id + " HTTP/1.1\r\nHost: x\r\n\r\n").status(), 409);
    EXPECT_EQ(post("/kill?signal=KILL"), 204);
    EXPECT_NE(state().find(R"("ExitCode":137)"), std::string::npos) << state();
    EXPECT_EQ(post("/stop"), 304);
    EXPECT_EQ(post("/kill"), 409);
    EXPECT_EQ(daemon.ask("DELETE /containers/" + id.substr(0, 12) + " HTTP/1.1\r\nHost: x\r\n\r\n").status(),
              204);
    EXPECT_EQ(daemon.get("/containers/" + id + "/json").status(), 404);
}

TEST(Container, StartRefusesABodyAndAnUnknownCommand) {
    const Daemon daemon;
    const std::string id = daemon.create(R"(["nocmd"])");
    EXPECT_NE(daemon.post("/containers/" + id + "/start").body.find("executable file not found in $PATH"),
              std::string::npos);
    EXPECT_NE(
        daemon.post("/containers/" + id + "/start", "{abcdefghijkl").body.find("non-empty request body"),
        std::string::npos);
}

TEST(Container, CreateIsExactAboutItsJson) {
    const Daemon daemon;
    EXPECT_EQ(daemon.post("/containers/create", R"({"Ima)").body, "{\"message\":\"unexpected EOF\"}\n");
    EXPECT_EQ(daemon.post("/containers/create", R"({"Image":"nop"})").status(), 404);
    EXPECT_EQ(daemon.post("/containers/create?name=a", R"({"Image":"busybox"})").status(), 201);
    EXPECT_EQ(daemon.post("/containers/create?name=a", R"({"Image":"busybox"})").status(), 409);
}

TEST(Container, EvergreenNamesNeverChange) {
    const Daemon daemon;
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(daemon.ask("DELETE /containers/mock/a HTTP/1.1\r\nHost: x\r\n\r\n").status(), 204);
        EXPECT_EQ(daemon.post("/containers/mock/a/start").status(), 204);
        EXPECT_EQ(daemon.get("/containers/mock/a/json").status(), 200);
    }
    EXPECT_EQ(daemon.get("/containers/json?all=1").body, "[]\n");
}

TEST(Image, IsPulledTaggedBuiltAndDeleted) {
    const Daemon daemon;
    EXPECT_EQ(daemon.get("/images/debian/json").status(), 404);
    const auto pull = daemon.post("/images/create?fromImage=docker.io%2Flibrary%2Fdebian&tag=12");
    EXPECT_TRUE(pull.has("Transfer-Encoding: chunked"));
    EXPECT_NE(pull.body.find("{\"status\":\"Pulling from library/debian\",\"id\":\"12\"}\r\n"),
              std::string::npos)
        << pull.body;
    EXPECT_EQ(daemon.get("/images/debian:12/json").status(), 200);
    EXPECT_EQ(daemon.post("/images/debian:12/tag?repo=mine&tag=1").status(), 201);
    const std::string tar = tarOf("Dockerfile", "FROM debian:12\nRUN echo building\n");
    const auto build = daemon.ask(
        "POST /build?t=built HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-tar\r\nContent-Length: " +
        std::to_string(tar.size()) + "\r\n\r\n" + tar);
    EXPECT_NE(build.body.find("{\"stream\":\"building\\n\"}\r\n"), std::string::npos) << build.body;
    EXPECT_NE(build.body.find("Successfully tagged built:latest"), std::string::npos);
    EXPECT_EQ(daemon.get("/images/built/json").status(), 200);
    EXPECT_EQ(daemon.ask("DELETE /images/mine:1 HTTP/1.1\r\nHost: x\r\n\r\n").body,
              "[{\"Untagged\":\"mine:1\"}]\n");
}

TEST(Image, BuildWithoutATarFails) {
    const Daemon daemon;
    EXPECT_EQ(daemon.post("/build").body, "{\"message\":\"unexpected EOF\"}\n");
}

TEST(Volume, IsCreatedListedRemoved) {
    const Daemon daemon;
    EXPECT_EQ(daemon.post("/volumes/create", R"({"Name":"v"})").status(), 201);
    EXPECT_NE(daemon.get("/volumes").body.find(R"("Name":"v")"), std::string::npos);
    EXPECT_EQ(daemon.ask("DELETE /volumes/v HTTP/1.1\r\nHost: x\r\n\r\n").status(), 204);
    EXPECT_EQ(daemon.get("/volumes/v").status(), 404);
}

TEST(Swarm, AnswersOrIsNoManager) {
    const Daemon manager;
    EXPECT_EQ(manager.get("/services").body, "[]\n");
    const Daemon none({.swarm = false});
    EXPECT_EQ(none.get("/services").status(), 503);
}

TEST(Tar, RoundTrip) {
    const std::string archive = tarOf("Dockerfile", "FROM x\n");
    EXPECT_EQ(archive.size() % 512, 0U);
    EXPECT_TRUE(isTar(archive));
    EXPECT_EQ(tarMember(archive, "./Dockerfile"), "FROM x\n");
    EXPECT_EQ(tarMember(archive, "other"), std::nullopt);
    EXPECT_FALSE(isTar(std::string(512, 'x')));
}

TEST(Json, IsWrittenAsGoDoes) {
    EXPECT_EQ(json::quote("a\"b\\c/\n\x01<"), "\"a\\\"b\\\\c/\\n\\u0001<\"");
    EXPECT_EQ(json::parseObject("[1]").isNull(), true);
    EXPECT_EQ(json::write(json::parseObject(R"({"a":{"b":[1,"x/y",null,true]}})")),
              R"({"a":{"b":[1,"x/y",null,true]}})");
}

} // namespace
} // namespace mockdocker
