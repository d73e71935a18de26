// What the program answers without serving.
#include "proxy/policy/operation.h"
#include "tests/proxy/program/program.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <unistd.h>

namespace proxy::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

TEST(Program, TellsItsVersion) {
    const Ran ran = run({"--version"});
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.out, testing::MatchesRegex("docker-socket-proxy [0-9]+\\.[0-9]+\\.[0-9]+\n"));
    EXPECT_THAT(ran.err, IsEmpty());
}

TEST(Program, Helps) {
    for (const char* const name : {"--help", "-h"}) {
        const Ran ran = run({name}, {{"LOG_LEVEL", "wrong, but not asked for"}});
        EXPECT_EQ(ran.status, 0);
        for (const char* const option : {"--check", "--explain [--door NAME] METHOD TARGET [--body FILE]",
                                         "--operations", "--suggest", "--healthcheck", "--version", "--help"})
            EXPECT_THAT(ran.out, HasSubstr(option));
        EXPECT_THAT(ran.err, IsEmpty());
    }
}

TEST(Program, RefusesUnknownArguments) {
    const Ran ran = run({"--listen", "2375"});
    EXPECT_EQ(ran.status, 64);
    EXPECT_THAT(ran.out, IsEmpty());
    EXPECT_THAT(ran.err,
                AllOf(StartsWith("docker-socket-proxy: unknown argument '--listen'"), HasSubstr("--help")));
}

TEST(Program, TellsEveryMistakeAtOnce) {
    const Program::Environment wrong{
        {"POST", "maybe"}, {"LOG_LEVEL", "loud"}, {"MAX_CONNECTIONS", "-1"}, {"BIND_CONFIG", "nonsense"}};
    for (const Program::Arguments& arguments :
         {Program::Arguments{}, {"--check"}, {"--healthcheck"}, {"--explain", "GET", "/"}}) {
        const Ran ran = run(arguments, wrong);
        EXPECT_EQ(ran.status, 78);
        EXPECT_THAT(ran.out, IsEmpty());
        EXPECT_THAT(linesOf(ran.err), SizeIs(4));
        for (const auto& [name, value] : wrong)
            EXPECT_THAT(linesOf(ran.err), testing::Contains(AllOf(StartsWith("docker-socket-proxy: "),
                                                                  HasSubstr(name), HasSubstr(value))));
    }
}

// What `docker logs dockerproxy 2>&1 | docker-socket-proxy --suggest` does, whatever the environment says.
TEST(Program, SuggestsFromALog) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> log(std::tmpfile(), &std::fclose);
    std::fputs("2026-11-26T08:15:00.123Z notice 127.0.0.1:5 GET /info SystemInfo deny tecnativa.section 403 "
               "0 0 0.010ms\n"
               "2026-11-26T08:15:00.123Z info 127.0.0.1:5 GET /i",
               log.get());
    std::rewind(log.get());
    Program program({"--suggest"}, {{"POST", "maybe"}}, [&] { ::dup2(::fileno(log.get()), STDIN_FILENO); });
    const std::string out = program.out();
    EXPECT_THAT(out, HasSubstr("# Line 2 is cut or changed"));
    EXPECT_THAT(out, HasSubstr("\nINFO=1\n"));
    EXPECT_THAT(program.err(), IsEmpty());
    EXPECT_EQ(program.status(), 0);
}

TEST(Program, ChecksItsSettings) {
    const Ran ran =
        run({"--check"}, {{"CONTAINERS", "1"}, {"BIND_CONFIG", "127.0.0.1:1234"}, {"CONTAINRS", "1"}});
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.out, HasSubstr("set      CONTAINERS=1\n"));
    EXPECT_THAT(ran.out, HasSubstr("default  POST=0\n"));
    EXPECT_THAT(ran.out, HasSubstr("set      BIND_CONFIG=127.0.0.1:1234\n"));
    EXPECT_THAT(ran.err, AllOf(StartsWith("docker-socket-proxy: warning: "), HasSubstr("CONTAINRS")));
}

TEST(Program, ChecksTheDaemonSSocket) {
    RawDaemon daemon;
    const auto check = [&] { return run({"--check"}, {{"SOCKET_PATH", daemon.path()}}); };
    EXPECT_THAT(check().err, IsEmpty());
    daemon.stop();
    EXPECT_THAT(check().err, StartsWith("docker-socket-proxy: warning: the Docker daemon's socket " +
                                        daemon.path() + " exists, but nothing listens on it"));
    daemon.remove();
    const Ran ran = check();
    EXPECT_EQ(ran.status, 0) << "the settings are right, and a daemon may come later";
    EXPECT_THAT(ran.out, HasSubstr("set      SOCKET_PATH=" + daemon.path() + "\n"));
    EXPECT_THAT(linesOf(ran.err),
                ElementsAre(StartsWith("docker-socket-proxy: warning: the Docker daemon's socket " +
                                       daemon.path() + " ")));
}

struct Explained {
    const char* id;
    const char* method;
    const char* target;
    int status;
    std::string text;
};
void PrintTo(const Explained& row, std::ostream* out) {
    *out << row.id;
}

class Explains : public testing::TestWithParam<Explained> {};

TEST_P(Explains, Request) {
    const Ran ran = run({"--explain", GetParam().method, GetParam().target}, {{"CONTAINERS", "1"}});
    EXPECT_EQ(ran.status, GetParam().status);
    EXPECT_THAT(ran.out, HasSubstr(GetParam().text));
    const auto lines = linesOf(ran.out);
    ASSERT_THAT(lines, SizeIs(GetParam().status == 0 ? 3 : 4)) << "of one layout, whatever the verdict";
    EXPECT_THAT(lines[0], testing::ContainsRegex("^(allowed|denied|rejected \\([0-9]+\\)): "));
    EXPECT_THAT(lines[1], StartsWith("operation: "));
    EXPECT_THAT(lines[2], StartsWith("rule: "));
    if (GetParam().status != 0) {
        EXPECT_THAT(lines[3], StartsWith("allowed with: "));
    }
    EXPECT_THAT(ran.err, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Explains,
    testing::Values(
        Explained{"allowed", "GET", "/v1.41/containers/json?all=1", 0, "ContainerList"},
        Explained{"denied", "POST", "/containers/create", 1, "POST=1"},
        Explained{"denied-section", "GET", "/secrets", 1, "SECRETS=1"},
        Explained{"unknown", "GET", "/nowhere", 1, "tecnativa.unknown"},
        Explained{"absolute", "GET", "http://docker/containers/json", 0, "ContainerList"},
        Explained{
            "rejected-escape", "GET", "/%zz", 1,
            "rejected (400): GET /%zz\noperation: none, for it cannot be read\nrule: request.path.escape, "},
        Explained{"rejected-form", "GET", "containers/json", 1, "\nrule: request.target.form, "},
        Explained{"blank-in-the-target", "GET", "/_ping HTTP/1.1\r\nX: 1", 1,
                  "rejected (400): GET /_ping HTTP/1.1\\x0d\\x0aX: 1\noperation: "},
        Explained{"blank-in-the-method", "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\nGET", "/secrets", 1,
                  "\nrule: request.line"},
        Explained{"blank-behind-the-method", "GET ", "/_ping", 1, "\nrule: request."},
        Explained{"line-in-front", "\r\nGET", "/_ping", 1, "\nrule: request.line"},
        Explained{"empty-method", "", "/_ping", 1, "\nrule: request.line"},
        Explained{"empty-target", "GET", "", 1, "\nrule: request."}),
    tests::byId);

// Each by its own grants, and by its name.
TEST(Program, ExplainsADoor) {
    const Program::Environment doors{{"CONTAINERS", "1"},
                                     {"BIND_CONFIG", "/1"},
                                     {"T__BIND_CONFIG", "/2"},
                                     {"T__ALLOW_OPERATIONS", "SystemInfo"}};
    EXPECT_EQ(run({"--explain", "GET", "/containers/json"}, doors).status, 0);
    EXPECT_EQ(run({"--explain", "--door", "T", "GET", "/containers/json"}, doors).status, 1);
    EXPECT_THAT(run({"--explain", "--door", "T", "GET", "/info"}, doors).out,
                HasSubstr("rule: operations.allowed, "));
    const Ran ran = run({"--explain", "--door", "W", "GET", "/info"}, doors);
    EXPECT_EQ(ran.status, 64);
    EXPECT_EQ(ran.err,
              "docker-socket-proxy: there is no door W; use --door with one of: the one without a name, T\n");
}

TEST(Program, ExplainsNoClosedDoor) {
    const Ran ran = run({"--explain", "GET", "/info"}, {{"BIND_CONFIG", "none"}, {"T__BIND_CONFIG", "/2"}});
    EXPECT_EQ(ran.status, 64);
    EXPECT_EQ(ran.err, "docker-socket-proxy: the door without a name is closed; use --door with one of: T\n");
}

TEST(Program, ListsOperations) {
    const auto all = linesOf(run({"--operations"}).out);
    EXPECT_THAT(all, SizeIs(policy::operations().size()));
    EXPECT_THAT(
        linesOf(run({"--operations", "ContainerSta*"}).out),
        ElementsAre("ContainerStats             GET    /containers/{id}/stats                 CONTAINERS=1",
                    "ContainerStart             POST   /containers/{id}/start                 POST=1 and "
                    "one of CONTAINERS=1, ALLOW_START=1"));
    EXPECT_THAT(run({"--operations", "ContainerPause"}, {{"DIALECT", "linuxserver"}}).out,
                HasSubstr("one of ALLOW_PAUSE=1, CONTAINERS=1 with POST=1"));
    // Whoever is told that a name is wrong looks for the right one here.
    const Ran mistaken = run({"--operations", "SystemInfo"}, {{"ALLOW_OPERATIONS", "SystmInfo"}});
    EXPECT_EQ(mistaken.status, 0);
    EXPECT_THAT(mistaken.err, HasSubstr("'SystmInfo'"));
    EXPECT_THAT(mistaken.out, StartsWith("SystemInfo "));
    const Ran none = run({"--operations", "Pods"});
    EXPECT_EQ(none.status, 64);
    EXPECT_THAT(none.err, HasSubstr("no operation is named 'Pods'"));
    EXPECT_THAT(run({"--operations", "\x1b[2J"}).err, HasSubstr("'\\x1b[2J'"));
    // A mistake, too, and it leaves a door whose dialect counts.
    EXPECT_THAT(run({"--operations", "SystemInfo"}, {{"BIND_CONFIG", "none"}}).out,
                StartsWith("SystemInfo "));
}

// ---- Health --------------------------------------------------------------------------------------

class Health : public testing::Test {
protected:
    Health()
        : port_(freePort())
        , path_(std::filesystem::path(daemon_.path()).parent_path() / "proxy.sock") {}

    Program::Environment environment(const std::string& bind) const {
        return {{"BIND_CONFIG", bind}, {"SOCKET_PATH", daemon_.path()}};
    }
    /// Runs the check; the daemon answers it with `response`, if it is asked.
    Ran check(const Program::Environment& environment, const std::string& response) {
        Program program({"--healthcheck"}, environment);
        if (!response.empty()) {
            Peer daemon = daemon_.accept();
            EXPECT_THAT(daemon.readHead(),
                        StartsWith("GET /_ping?docker-socket-proxy-healthcheck HTTP/1.1\r\n"));
            daemon.send(response);
            daemon.close();
        }
        Ran ran{};
        ran.out = program.out();
        ran.status = program.status();
        return ran;
    }
    const std::string good_ = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK";
    RawDaemon daemon_;
    std::uint16_t port_;
    std::string path_;
};

TEST_F(Health, OfAHealthyProxyOverEveryListener) {
    const std::string port = std::to_string(port_);
    for (const std::string& bind :
         {"127.0.0.1:" + port, ":" + port, "[::]:" + port + " v4v6", "[::1]:" + port,
          "[::]:" + port + " v6only", path_, "unix@" + path_ + " mode 666"}) {
        const Program::Environment same = environment(bind);
        Program proxy({}, same);
        const std::string started = proxy.line();
        if (bind.find("::") != std::string::npos && started.find("cannot listen") != std::string::npos)
            continue; // no IPv6
        EXPECT_THAT(started, HasSubstr("listening on ")) << bind;
        daemon_.accept().close(); // the proxy tries it at its start
        const Ran ran = check(same, good_);
        EXPECT_EQ(ran.status, 0) << bind << ": " << ran.out;
        EXPECT_EQ(ran.out, "healthy\n");
        proxy.signal(SIGTERM);
        EXPECT_EQ(proxy.status(), 0);
    }
}

TEST_F(Health, OfEveryDoor) {
    const std::string second = path_ + ".second";
    Program::Environment doors = environment(path_);
    doors["T__BIND_CONFIG"] = second;
    doors["T__PING"] = "0";
    Program proxy({}, doors);
    EXPECT_THAT(proxy.line(), HasSubstr("listening on " + path_));
    EXPECT_THAT(proxy.line(), HasSubstr("door T: listening on " + second));
    daemon_.accept().close();
    const Ran ran = check(doors, good_);
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(linesOf(ran.out), ElementsAre("healthy", StartsWith("T: healthy: ")));
    doors["U__BIND_CONFIG"] = path_ + ".third"; // which that proxy does not serve
    const Ran other = check(doors, good_);
    EXPECT_EQ(other.status, 1);
    EXPECT_THAT(linesOf(other.out), testing::Contains(StartsWith("U: unhealthy: ")));
}

TEST_F(Health, OfAProxyThatMayNotPing) {
    Program::Environment revoked = environment(path_);
    revoked["PING"] = "0";
    Program proxy({}, revoked);
    EXPECT_THAT(proxy.line(), HasSubstr("listening on "));
    const Ran ran = check(revoked, "");
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.out, StartsWith("healthy: "));
}

TEST_F(Health, OfAProxyWhoseDaemonIsDown) {
    daemon_.remove();
    std::filesystem::permissions(std::filesystem::path(path_).parent_path(), std::filesystem::perms(0711));
    Program proxy({}, environment(path_));
    if (::geteuid() == 0) {
        EXPECT_THAT(proxy.line(), HasSubstr("is not there yet"));
    }
    EXPECT_THAT(proxy.line(), HasSubstr("listening on "));
    const Ran ran = check(environment(path_), "");
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.out, AllOf(StartsWith("unhealthy: 503 "), HasSubstr("does not exist")));
}

TEST_F(Health, OfAProxyWhoseDaemonIsIll) {
    Program proxy({}, environment(path_));
    EXPECT_THAT(proxy.line(), HasSubstr("listening on "));
    daemon_.accept().close();
    const Ran ran =
        check(environment(path_),
              "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsick");
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.out, StartsWith("unhealthy: 500 sick"));
}

TEST_F(Health, OfNobody) {
    for (const std::string& bind : {"127.0.0.1:" + std::to_string(port_), path_}) {
        const Ran ran = check(environment(bind), "");
        EXPECT_EQ(ran.status, 1);
        EXPECT_THAT(ran.out, AllOf(StartsWith("unhealthy: " + bind), HasSubstr("does not answer")));
    }
}

} // namespace
} // namespace proxy::test
