// The program while it serves: its start, its limits, its end.
#include "tests/proxy/program/program.h"
#include "tests/proxy/relay/running_proxy.h"
#include "tests/row_name.h"

#include <Poco/JSON/Parser.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace proxy::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Serve : public testing::Test {
protected:
    Serve() {
        path_ = (fs::path(daemon_.path()).parent_path() / "proxy.sock").string();
        environment_ = {{"BIND_CONFIG", path_ + " mode 666"}, {"SOCKET_PATH", daemon_.path()}};
    }
    /// Reads the line that tells of the start, and lets the daemon be tried.
    std::string started(Program& program) {
        std::string line = program.line();
        EXPECT_THAT(line, HasSubstr("listening on "));
        daemon_.accept().close();
        return line;
    }
    /// A ping through the program and back.
    void expectServes(Peer& client) {
        client.send(ping);
        Peer daemon = daemon_.accept();
        EXPECT_BYTES(daemon, ping);
        daemon.send(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK"); // one connection each
        EXPECT_BYTES(client, pong);
    }
    RawDaemon daemon_;
    std::string path_;
    Program::Environment environment_;
};

// ---- Start ---------------------------------------------------------------------------------------

TEST_F(Serve, AHealthyStartIsOneLine) {
    Program program({}, environment_);
    const std::string line = started(program);
    EXPECT_THAT(line, AllOf(HasSubstr(" notice listening on " + path_), HasSubstr(daemon_.path()),
                            HasSubstr("granted: EVENTS PING VERSION"), HasSubstr("; running as uid "),
                            HasSubstr(::geteuid() == 0 ? " (only the socket's owner may open it); confined: "
                                                       : " (started as this user); confined: ")));
    program.signal(SIGTERM);
    EXPECT_THAT(linesOf(program.out()), SizeIs(1)) << "what follows is the end";
    EXPECT_EQ(program.status(), 0);
    EXPECT_THAT(program.err(), IsEmpty());
}

TEST_F(Serve, AMissingDaemonIsToldAtTheStart) {
    daemon_.remove();
    ::chmod(fs::path(path_).parent_path().c_str(), 0711); // as /run, which everybody may enter
    Program program({}, environment_);
    if (::geteuid() == 0) {
        EXPECT_THAT(program.line(), AllOf(HasSubstr(" warning "), HasSubstr("is not there yet"),
                                          HasSubstr("start this again")));
    }
    EXPECT_THAT(program.line(), AllOf(HasSubstr("listening on "), Not(HasSubstr("running as uid 0"))));
    EXPECT_THAT(program.line(), AllOf(HasSubstr(" err "), HasSubstr(daemon_.path()),
                                      HasSubstr("does not exist"), HasSubstr("until then clients get 503")));
    Peer client = dialUnix(path_);
    client.send(ping);
    EXPECT_EQ(readAnswer(client).status, 503);
    daemon_.start();
    ::chmod(daemon_.path().c_str(), 0660); // as dockerd does
    expectServes(client);
    program.signal(SIGTERM);
    EXPECT_EQ(program.status(), 0);
}

TEST_F(Serve, ListensOnSeveral) {
    const std::uint16_t port = freePort();
    const std::string second = path_ + ".second";
    environment_["BIND_CONFIG"] =
        "127.0.0.1:" + std::to_string(port) + "," + path_ + " mode 666," + second + " mode 660";
    Program program({}, environment_);
    const std::string line = started(program);
    EXPECT_THAT(line, HasSubstr("127.0.0.1:" + std::to_string(port) + ", " + path_ + ", " + second));
    Peer tcp = dialTcp(port);
    expectServes(tcp);
    Peer local = dialUnix(path_);
    expectServes(local);
    struct stat status {};
    EXPECT_EQ(::stat(second.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0660U);
    program.signal(SIGTERM);
    EXPECT_EQ(program.status(), 0);
}

// A door is a place and what is granted there; the log tells by which one a request came.
TEST_F(Serve, EveryDoorHasItsOwnGrants) {
    const std::string second = path_ + ".second";
    environment_["PING"] = "0";
    environment_["T__BIND_CONFIG"] = second + " mode 666";
    environment_["T__DENY_OPERATIONS"] = "SystemVersion";
    environment_["T__GUARD"] = "1";
    Program program({}, environment_);
    EXPECT_THAT(program.line(), HasSubstr(" notice listening on " + path_ + ", in front of "));
    EXPECT_THAT(started(program),
                AllOf(HasSubstr(" notice door T: listening on " + second),
                      HasSubstr("; granted: EVENTS PING VERSION; denied by name: SystemVersion; "
                                "guarded: baseline; running as ")));
    Peer unnamed = dialUnix(path_);
    unnamed.send(ping);
    EXPECT_EQ(readAnswer(unnamed).status, 403);
    Peer named = dialUnix(second);
    expectServes(named);
    named.send("GET /version HTTP/1.1\r\nHost: d\r\n\r\n");
    EXPECT_EQ(readAnswer(named).status, 403);
    program.signal(SIGTERM);
    const auto lines = linesOf(program.out());
    ASSERT_THAT(lines, SizeIs(testing::Ge(3U)));
    EXPECT_THAT(lines[0], AllOf(HasSubstr(" SystemPing deny "), Not(HasSubstr("door="))));
    EXPECT_THAT(lines[1], HasSubstr(" door=T GET /_ping SystemPing allow "));
    EXPECT_THAT(lines[2], HasSubstr(" door=T GET /version SystemVersion deny operations.denied 403 "));
    EXPECT_EQ(program.status(), 0);
}

TEST_F(Serve, TheDoorWithoutANameMayBeClosed) {
    const std::string second = path_ + ".second";
    environment_["BIND_CONFIG"] = "none";
    environment_["T__BIND_CONFIG"] = second + " mode 666";
    Program program({}, environment_);
    EXPECT_THAT(started(program), HasSubstr(" door T: listening on " + second));
    EXPECT_FALSE(fs::exists(path_));
    Peer client = dialUnix(second);
    expectServes(client);
}

TEST_F(Serve, SaysWhereItCannotListen) {
    const net::Listener taken(net::TcpPlace{"127.0.0.1", 0, net::TcpPlace::Family::v4});
    environment_["BIND_CONFIG"] = path_ + ",127.0.0.1:" + std::to_string(taken.port());
    const Ran ran = run({}, environment_);
    EXPECT_EQ(ran.status, 69);
    EXPECT_THAT(linesOf(ran.out), SizeIs(1));
    EXPECT_THAT(ran.out, AllOf(HasSubstr(" emerg cannot listen on 127.0.0.1:" + std::to_string(taken.port())),
                               HasSubstr("in use")));
    EXPECT_FALSE(fs::exists(path_)) << "nothing is left of the one that could be opened";
}

TEST_F(Serve, WarnsOfNearMisses) {
    environment_["CONTAINRS"] = "1";
    Program program({}, environment_);
    EXPECT_THAT(program.line(), AllOf(HasSubstr(" warning "), HasSubstr("CONTAINRS")));
    started(program);
}

TEST_F(Serve, WritesJsonWhenAsked) {
    environment_["LOG_FORMAT"] = "json";
    environment_["LOG_LEVEL"] = "info";
    Program program({}, environment_);
    const auto parse = [](const std::string& line) {
        return Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
    };
    EXPECT_THAT(parse(started(program))->getValue<std::string>("message"),
                HasSubstr("listening on " + path_));
    Peer client = dialUnix(path_);
    expectServes(client);
    const auto access = parse(program.line());
    EXPECT_EQ(access->getValue<std::string>("operation"), "SystemPing");
    EXPECT_EQ(access->getValue<int>("status"), 200);
    EXPECT_THAT(access->getValue<std::string>("client"), testing::StartsWith("unix:pid="));
}

TEST_F(Serve, TellsMistakesInJsonWhenAsked) {
    environment_["LOG_FORMAT"] = "json";
    environment_["LOG_LEVEL"] = "err";
    environment_["POST"] = "maybe\n";
    environment_["MAX_CONNECTIONS"] = "\"many\"";
    environment_["CONTAINRS"] = "1";
    const Ran ran = run({}, environment_);
    EXPECT_EQ(ran.status, 78);
    EXPECT_THAT(ran.out, IsEmpty());
    std::vector<std::string> told;
    for (const std::string& line : linesOf(ran.err)) {
        const auto parsed = Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
        told.push_back(parsed->getValue<std::string>("level") + " " +
                       parsed->getValue<std::string>("message"));
    }
    EXPECT_THAT(told, testing::ElementsAre(testing::StartsWith("emerg POST=\"maybe\": use "),
                                           testing::StartsWith("emerg MAX_CONNECTIONS=\"\"many\"\": use "),
                                           testing::StartsWith("warning CONTAINRS is not known here")));
}

TEST_F(Serve, TellsItsOwnHealthChecksToWhoDebugsOnly) {
    Program program({}, environment_);
    started(program);
    Program check({"--healthcheck"}, environment_);
    Peer daemon = daemon_.accept();
    EXPECT_THAT(daemon.readHead(),
                testing::StartsWith("GET /_ping?docker-socket-proxy-healthcheck HTTP/1.1\r\n"));
    daemon.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK");
    EXPECT_EQ(check.status(), 0);
    Peer client = dialUnix(path_);
    expectServes(client);
    EXPECT_THAT(program.line(), HasSubstr(" GET /_ping SystemPing allow "))
        << "of the health check before, none";
    daemon_.remove();
    EXPECT_EQ(Program({"--healthcheck"}, environment_).status(), 1);
    EXPECT_THAT(program.line(),
                AllOf(HasSubstr(" err "), HasSubstr("-healthcheck SystemPing allow "), HasSubstr(" 503 ")));
}

// ---- Limits --------------------------------------------------------------------------------------

struct Files {
    const char* id;
    rlim_t soft;
    rlim_t hard;
};
void PrintTo(const Files& row, std::ostream* out) {
    *out << row.id;
}

class FileLimit : public Serve, public testing::WithParamInterface<Files> {};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true; // a sanitizer's own memory is not what is measured
#else
constexpr bool sanitized = false;
#endif

std::size_t residentMebibytes(const Program& program) {
    std::ifstream in("/proc/" + std::to_string(program.pid()) + "/status");
    for (std::string line; std::getline(in, line);)
        if (line.rfind("VmRSS:", 0) == 0) return std::stoul(line.substr(6)) / 1024;
    return 0;
}

TEST_P(FileLimit, ServesAndAllocatesNothingForIt) {
    const rlimit limit{GetParam().soft, GetParam().hard};
    rlimit own{};
    ::getrlimit(RLIMIT_NOFILE, &own);
    const rlimit higher{own.rlim_cur, limit.rlim_max};
    if (limit.rlim_max > own.rlim_max && ::setrlimit(RLIMIT_NOFILE, &higher) != 0)
        GTEST_SKIP() << "no more than " << own.rlim_max << " files are to be had here";
    Program program({}, environment_, [limit] {
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::_exit(126);
    });
    started(program);
    Peer client = dialUnix(path_);
    expectServes(client);
    if (!sanitized) {
        EXPECT_LT(residentMebibytes(program), 32U);
    }
}

INSTANTIATE_TEST_SUITE_P(Rows, FileLimit,
                         testing::Values(Files{"few", 64, 64}, Files{"usual", 1024, 1024},
                                         Files{"to-be-raised", 256, 4096},
                                         Files{"a-million", 1 << 20, 1 << 20},
                                         Files{"a-billion", 1 << 30, 1 << 30}),
                         tests::byId);

// More clients than files: those that find none wait or are told, nobody is lost, and it passes.
TEST_F(Serve, SurvivesRunningOutOfFiles) {
    environment_["MAX_CONNECTIONS"] = "1000";
    Program program({}, environment_, [] {
        const rlimit few{40, 40};
        if (::setrlimit(RLIMIT_NOFILE, &few) != 0) ::_exit(126);
    });
    EXPECT_THAT(program.line(),
                AllOf(HasSubstr(" warning "), HasSubstr("MAX_CONNECTIONS=1000 is more than")));
    started(program);
    Peer first = dialUnix(path_);
    expectServes(first);
    std::vector<Peer> many;
    for (int i = 0; i < 60; ++i) many.push_back(dialUnix(path_));
    std::string line;
    while (line.find("cannot accept a connection") == std::string::npos && !(line = program.line()).empty()) {
    }
    EXPECT_THAT(line, AllOf(HasSubstr(" warning "), HasSubstr("limit of open files")));
    many.clear();
    Peer last = dialUnix(path_);
    expectServes(last);
}

// Many that read much, and slowly: each may hold a pipe besides its two sockets, and newcomers need theirs.
TEST_F(Serve, SlowReadersOfMuchLeaveRoomForNewcomers) {
    Program program({}, environment_, [] {
        const rlimit few{200, 200};
        if (::setrlimit(RLIMIT_NOFILE, &few) != 0) ::_exit(126);
    });
    started(program);
    constexpr std::size_t much = 1'000'000;
    std::vector<Peer> clients;
    std::vector<Peer> daemons;
    for (int i = 0; i < 45; ++i) {
        clients.push_back(dialUnix(path_));
        clients.back().send(ping);
        daemons.push_back(daemon_.accept());
        EXPECT_BYTES(daemons.back(), ping);
        daemons.back().send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(much) + "\r\n\r\n");
    }
    const std::string body(much, 'x');
    std::vector<std::thread> senders;
    for (Peer& daemon : daemons) senders.emplace_back([&] { (void)daemon.sendUntilStuck(body); });
    for (std::thread& sender : senders) sender.join();
    for (int i = 0; i < 10; ++i) {
        clients.push_back(dialUnix(path_));
        expectServes(clients.back());
    }
    program.signal(SIGTERM);
    program.signal(SIGTERM);
    EXPECT_THAT(program.out(), Not(HasSubstr("cannot accept")));
}

TEST_F(Serve, TellsWhenNoFileIsLeftForTheDaemon) {
    environment_["MAX_CONNECTIONS"] = "1000";
    Program program({}, environment_, [] {
        const rlimit few{30, 30};
        if (::setrlimit(RLIMIT_NOFILE, &few) != 0) ::_exit(126);
    });
    EXPECT_NE(program.line(), "");
    started(program);
    std::vector<Peer> many;
    for (int i = 0; i < 60; ++i) many.push_back(dialUnix(path_));
    std::string line;
    while (line.find("cannot accept a connection") == std::string::npos && !(line = program.line()).empty()) {
    }
    many.front().send(ping);
    const Answer answer = readAnswer(many.front());
    EXPECT_EQ(answer.status, 503);
    EXPECT_THAT(answer.body, HasSubstr("no file descriptor is left"));
    many.erase(many.begin() + 1, many.end());
    expectServes(many.front());
}

TEST_F(Serve, TellsWhoMayNotOpenTheSocket) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
    ::chmod(daemon_.path().c_str(), 0600);
    ::chmod(fs::path(path_).parent_path().c_str(), 0777);
    Program program({}, environment_, [] {
        if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(126);
    });
    EXPECT_THAT(program.line(), HasSubstr("listening on "));
    EXPECT_THAT(program.line(), AllOf(HasSubstr(" err "), HasSubstr("permission denied")));
    Peer client = dialUnix(path_);
    client.send(ping);
    const Answer answer = readAnswer(client);
    EXPECT_EQ(answer.status, 503);
    EXPECT_THAT(answer.body,
                AllOf(HasSubstr(daemon_.path()), HasSubstr("permission denied"), HasSubstr("65534")));
    ::chmod(daemon_.path().c_str(), 0666);
    expectServes(client);
}

// ---- Standard output -----------------------------------------------------------------------------

// A descriptor that is closed at the start would be the next one opened: the
// log would be written to a client.
TEST_F(Serve, StartsWithoutStandardStreams) {
    Program program({}, environment_, [] {
        for (int fd = 0; fd < 3; ++fd) ::close(fd);
    });
    daemon_.accept().close(); // it has started when it tries the daemon
    for (int i = 0; i < 3; ++i) {
        Peer client = dialUnix(path_);
        client.send("GET /secrets HTTP/1.1\r\nHost: d\r\n\r\n");
        EXPECT_EQ(readAnswer(client).status, 403);
        client.send("GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
        Peer daemon = daemon_.accept();
        EXPECT_EQ(daemon.readHead(), "GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n");
        daemon.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
        EXPECT_EQ(client.rest(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK")
            << "and no log line";
        EXPECT_EQ(daemon.rest(), "");
    }
}

TEST_F(Serve, OutlivesAFullFileOfItsLog) {
    const std::string file = path_ + ".log";
    Program program({}, environment_, [&file] {
        const rlimit nothing{0, 0};
        const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT, 0600);
        if (::dup2(fd, STDOUT_FILENO) < 0 || ::setrlimit(RLIMIT_FSIZE, &nothing) != 0) ::_exit(126);
    });
    daemon_.accept().close(); // it has started when it tries the daemon
    Peer client = dialUnix(path_);
    expectServes(client);
}

TEST_F(Serve, OutlivesTheReaderOfItsLog) {
    Program program({}, environment_);
    started(program);
    program.closeOutput();
    for (int i = 0; i < 3; ++i) {
        Peer client = dialUnix(path_);
        client.send("GET /secrets HTTP/1.1\r\nHost: d\r\n\r\n");
        EXPECT_EQ(readAnswer(client).status, 403);
    }
    program.signal(SIGTERM);
    EXPECT_EQ(program.status(), 0);
}

// ---- End -----------------------------------------------------------------------------------------

struct Ending {
    const char* name;
    int number;
};
void PrintTo(const Ending& row, std::ostream* out) {
    *out << row.name;
}

class EndsServe : public Serve, public testing::WithParamInterface<Ending> {};

TEST_P(EndsServe, WithGraceAndALine) {
    Program program({}, environment_,
                    [] { std::signal(GetParam().number, SIG_DFL); }); // nohup(1) ignores SIGHUP
    started(program);
    Peer client = dialUnix(path_);
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    Peer idle = dialUnix(path_);
    program.signal(GetParam().number);
    EXPECT_EQ(idle.end(), Peer::End::closed);
    EXPECT_THAT(program.line(), HasSubstr(std::string(" info ") + GetParam().name + ": shutting down"));
    daemon.send(pong);
    EXPECT_EQ(client.rest(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
    EXPECT_EQ(program.status(), 0);
    EXPECT_FALSE(fs::exists(path_)) << "its socket goes with it";
    EXPECT_THAT(run({"--help"}).out, HasSubstr(GetParam().name));
}

INSTANTIATE_TEST_SUITE_P(Rows, EndsServe,
                         testing::Values(Ending{"SIGTERM", SIGTERM}, Ending{"SIGINT", SIGINT},
                                         Ending{"SIGQUIT", SIGQUIT}, Ending{"SIGHUP", SIGHUP},
                                         Ending{"SIGUSR1", SIGUSR1}),
                         [](const auto& row) { return tests::rowName(row.param.name); });

TEST_F(Serve, HasNothingToReload) {
    Program program({}, environment_);
    started(program);
    program.signal(SIGUSR2);
    EXPECT_THAT(program.line(), HasSubstr(" info SIGUSR2: ignored, there is nothing to reload"));
    Peer client = dialUnix(path_);
    expectServes(client);
    EXPECT_THAT(run({"--help"}).out, HasSubstr("SIGUSR2"));
}

TEST_F(Serve, OutlivesItsTerminalWhenToldSo) {
    Program program({}, environment_, [] { std::signal(SIGHUP, SIG_IGN); }); // as nohup(1) does
    started(program);
    program.signal(SIGHUP);
    program.signal(SIGUSR2);
    EXPECT_THAT(program.line(), HasSubstr("SIGUSR2")) << "no line tells of the SIGHUP that came before";
    Peer client = dialUnix(path_);
    expectServes(client);
}

TEST_F(Serve, EndsOpenStreamsWithTheGrace) {
    environment_["SHUTDOWN_GRACE"] = "1";
    Program program({}, environment_);
    started(program);
    Peer client = dialUnix(path_);
    client.send("GET /events HTTP/1.1\r\nHost: d\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    daemon.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_NE(client.readHead(), "");
    program.signal(SIGTERM);
    EXPECT_EQ(program.status(), 0);
    EXPECT_NE(client.end(), Peer::End::silent);
    EXPECT_EQ(daemon.end(), Peer::End::closed);
}

TEST_F(Serve, EndsAtOnceWhenToldTwice) {
    environment_["SHUTDOWN_GRACE"] = "3600";
    Program program({}, environment_);
    started(program);
    Peer client = dialUnix(path_);
    client.send("GET /events HTTP/1.1\r\nHost: d\r\n\r\n");
    Peer daemon = daemon_.accept();
    EXPECT_NE(daemon.readHead(), "");
    Peer idle = dialUnix(path_);
    program.signal(SIGTERM);
    EXPECT_EQ(idle.end(), Peer::End::closed) << "the first has been heard";
    program.signal(SIGTERM);
    EXPECT_EQ(program.status(), 0);
}

} // namespace
} // namespace proxy::test
