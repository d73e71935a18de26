// What --check and --explain say of a guarded door.
#include "tests/proxy/program/program.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <memory>
#include <ostream>
#include <string>
#include <unistd.h>

namespace proxy::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

// At its beginning.
File fileOf(const std::string& text) {
    File file(std::tmpfile(), &std::fclose);
    std::fputs(text.c_str(), file.get());
    std::rewind(file.get());
    return file;
}

// With `body` on standard input.
Ran explain(Program::Arguments arguments, const Program::Environment& environment, const std::string& body) {
    const File file = fileOf(body);
    arguments.insert(arguments.begin(), "--explain");
    arguments.insert(arguments.end(), {"--body", "-"});
    Program program(arguments, environment, [&] { ::dup2(::fileno(file.get()), STDIN_FILENO); });
    Ran ran{};
    ran.out = program.out();
    ran.err = program.err();
    ran.status = program.status();
    return ran;
}

const Program::Environment guarded{{"CONTAINERS", "1"}, {"NETWORKS", "1"}, {"VOLUMES", "1"},
                                   {"POST", "1"},       {"GUARD", "1"},    {"GUARD_BODY_LIMIT", "4k"}};

// ---- --check --------------------------------------------------------------------------------------

std::vector<std::string> guardLines(const Program::Environment& environment) {
    std::vector<std::string> lines;
    for (const std::string& line : linesOf(run({"--check"}, environment).out))
        if (line.starts_with("guard ")) lines.push_back(line);
    return lines;
}

TEST(Check, saysWhatAGuardedDoorRefusesOfWhatItGrants) {
    EXPECT_THAT(
        guardLines(guarded),
        ElementsAre(
            "guard    GUARD=baseline: what clients create stays a container",
            "guard    refused, whatever is set: getContainerCheckpoints postContainerCheckpoint "
            "deleteContainerCheckpoint postContainersCopy VolumeUpdate",
            "guard    refused without GUARD_CP=1: ContainerArchiveInfo ContainerArchive PutContainerArchive",
            "guard    refused without GUARD_EXEC=1: ContainerAttachWebsocket ContainerAttach ContainerExec"));
    EXPECT_THAT(
        guardLines({{"GUARD", "restricted"}, {"DIALECT", "linuxserver"}}),
        ElementsAre("guard    GUARD=restricted: what clients create stays a container, and its processes "
                    "are not root's",
                    "guard    refused, whatever is set: what writes behind /libpod"));
    EXPECT_THAT(guardLines({{"CONTAINERS", "1"}, {"POST", "1"}}), IsEmpty());
}

TEST(Check, saysItOfEachDoor) {
    EXPECT_THAT(guardLines({{"CONTAINERS", "1"},
                            {"BIND_CONFIG", "/1"},
                            {"T__BIND_CONFIG", "/2"},
                            {"T__GUARD", "1"},
                            {"T__GUARD_EXEC", "1"},
                            {"T__GUARD_CP", "1"},
                            {"T__ALLOW_OPERATIONS", "ContainerExec ContainerArchive ImageBuild Session"}}),
                ElementsAre("guard    T__GUARD=baseline: what clients create stays a container",
                            "guard    refused without T__GUARD_BUILD=1: ImageBuild Session"));
}

// ---- --explain ------------------------------------------------------------------------------------

struct Explained {
    const char* id;
    Program::Arguments request;
    std::string body;
    int status;
    std::string text; // whole, without its first line
};
void PrintTo(const Explained& row, std::ostream* out) {
    *out << row.id;
}

const std::string createAllowed =
    "operation: ContainerCreate\nrule: tecnativa.section, the variable named like the "
    "first path segment governs the section\n";
const std::string nothing = "allowed with: nothing\n";

class ExplainsBody : public testing::TestWithParam<Explained> {};

TEST_P(ExplainsBody, Judged) {
    const auto& row = GetParam();
    const Ran ran = explain(row.request, guarded, row.body);
    EXPECT_EQ(ran.status, row.status);
    EXPECT_EQ(ran.out, (row.status == 0 ? "allowed: " : "refused: ") + row.request[0] + " " + row.request[1] +
                           "\n" + row.text);
    EXPECT_THAT(ran.err, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ExplainsBody,
    testing::Values(
        Explained{"harmless",
                  {"POST", "/v1.41/containers/create?name=x"},
                  R"({"Image":"i"})",
                  0,
                  createAllowed + "guard: baseline, which refuses nothing of it\n"},
        Explained{"privileged",
                  {"POST", "/v1.41/containers/create"},
                  R"({"Image":"i","HostConfig":{"Privileged":true}})",
                  1,
                  "operation: ContainerCreate\nrule: guard.create.privileged, A privileged container owns "
                  "the host\n"
                  "at: HostConfig.Privileged, which is true\n" +
                      nothing},
        Explained{
            "bind",
            {"POST", "/containers/create"},
            R"({"HostConfig":{"Binds":["/etc:/h"]}})",
            1,
            "operation: ContainerCreate\nrule: guard.create.bind, A folder of the host is mounted that is "
            "not listed\nat: HostConfig.Binds[0], which is /etc:/h\nallowed with: GUARD_BINDS\n"},
        Explained{
            "query",
            {"POST", "/containers/create?colour=red"},
            "{}",
            1,
            "operation: ContainerCreate\nrule: guard.query.unknown, Nothing is known about a parameter of "
            "this name\nat: colour, which is red\n" +
                nothing},
        Explained{"path",
                  {"POST", "/networks/h%6Fst/connect"},
                  R"({"Container":"c"})",
                  1,
                  "operation: NetworkConnect\nrule: guard.network.host, The host's network is shared\n"
                  "at: the request, which is host\nallowed with: GUARD_HOST=network\n"},
        Explained{"version",
                  {"POST", "/v1.023/containers/create"},
                  "{}",
                  1,
                  "operation: ContainerCreate\nrule: guard.version, The path's API version is not one from "
                  "1.24 on, "
                  "written plainly\nat: the request, which is 1.023\n" +
                      nothing},
        Explained{"empty",
                  {"POST", "/containers/create"},
                  "",
                  1,
                  "operation: ContainerCreate\nrule: guard.body.missing, There is no body to be judged\n"
                  "allowed with: a body, which is what is judged: give it with --body FILE\n"},
        Explained{"too-large",
                  {"POST", "/containers/create"},
                  std::string(4097, ' '),
                  1,
                  "operation: ContainerCreate\nrule: guard.body.size, The body is larger than what is read "
                  "to judge "
                  "it\nallowed with: GUARD_BODY_LIMIT\n"},
        Explained{
            "exec",
            {"POST", "/containers/c/exec"},
            "{}",
            1,
            "operation: ContainerExec\nrule: guard.operation.exec, Any container can be entered, also those "
            "that own the host\nallowed with: GUARD_EXEC=1\n"},
        Explained{"not-looked-at",
                  {"POST", "/containers/c/stop"},
                  "{",
                  0,
                  "operation: ContainerStop\nrule: tecnativa.section, the variable named like the first path "
                  "segment governs the section\nguard: baseline, which refuses nothing of it; the body is "
                  "not looked at\n"},
        Explained{
            "control-octets-are-shown",
            {"POST", "/containers/create"},
            R"({"HostConfig":{"Binds":["/e\u001b[2J:/h"]}})",
            1,
            "operation: ContainerCreate\nrule: guard.json.text, A text to be judged has control characters, "
            "or "
            "more octets in escapes than a path\nat: HostConfig.Binds[0], which is /e\\u001b[2J:/h\n" +
                nothing},
        Explained{
            "key-is-shown-in-ascii",
            {"POST", "/containers/create"},
            "{\"\xc3\xa9\":1}",
            1,
            "operation: ContainerCreate\nrule: guard.json.folded_key, The daemon would take this key for one "
            "spelled otherwise\nat: \\xc3\\xa9\n" +
                nothing}),
    tests::byId);

TEST(ExplainsGuard, WithoutABody) {
    const Ran create = run({"--explain", "POST", "/containers/create"}, guarded);
    EXPECT_EQ(create.status, 1);
    EXPECT_EQ(create.out, "refused: POST /containers/create\noperation: ContainerCreate\n"
                          "rule: guard.body.missing, There is no body to be judged\n"
                          "allowed with: a body, which is what is judged: give it with --body FILE\n");
    const Ran volume = run({"--explain", "POST", "/volumes/create"}, guarded);
    EXPECT_EQ(volume.status, 0);
    EXPECT_THAT(volume.out,
                HasSubstr("\nguard: baseline, which refuses nothing of it without a body; if there is "
                          "one, give it with --body FILE\n"));
    const Ran read = run({"--explain", "GET", "/containers/json"}, guarded);
    EXPECT_EQ(read.status, 0);
    EXPECT_THAT(linesOf(read.out), SizeIs(4));
    EXPECT_THAT(read.out, HasSubstr("\nguard: baseline, which refuses nothing of it\n"));
}

TEST(ExplainsGuard, BehindTheGrants) {
    const Ran denied = explain({"POST", "/secrets/create"}, guarded, "{}");
    EXPECT_EQ(denied.status, 1);
    EXPECT_THAT(denied.out, HasSubstr("denied: POST /secrets/create\n"));
    EXPECT_THAT(denied.out, Not(HasSubstr("guard")));
}

TEST(ExplainsGuard, OfADoorThatIsNotGuarded) {
    Program::Environment doors = guarded;
    doors.insert({{"BIND_CONFIG", "/1"}, {"T__BIND_CONFIG", "/2"}, {"T__CONTAINERS", "1"}, {"T__POST", "1"}});
    const std::string privileged = R"({"HostConfig":{"Privileged":true}})";
    EXPECT_EQ(explain({"POST", "/containers/create"}, doors, privileged).status, 1);
    const Ran other = explain({"--door", "T", "POST", "/containers/create"}, doors, privileged);
    EXPECT_EQ(other.status, 0);
    EXPECT_THAT(other.out, HasSubstr("\nbody: not looked at, for the door is not guarded\n"));
}

TEST(ExplainsGuard, AFile) {
    const std::string path = testing::TempDir() + "body-" + std::to_string(::getpid()) + ".json";
    {
        const File file(std::fopen(path.c_str(), "w"), &std::fclose);
        std::fputs(R"({"HostConfig":{"PidMode":"host"}})", file.get());
    }
    const Ran ran = run({"--explain", "POST", "/containers/create", "--body", path}, guarded);
    ::unlink(path.c_str());
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.out, HasSubstr("\nrule: guard.create.pid_mode, "));
    EXPECT_THAT(ran.out, HasSubstr("\nallowed with: GUARD_HOST=pid\n"));
}

TEST(ExplainsGuard, NoFileThatCannotBeRead) {
    const std::pair<const char*, const char*> files[] = {{"/no/such/file", "No such file or directory"},
                                                         {"/", "Is a directory"},
                                                         {"", "No such file or directory"},
                                                         {"/no/\x1b[2J", "No such file or directory"}};
    for (const auto& [file, why] : files) {
        const Ran ran = run({"--explain", "POST", "/containers/create", "--body", file}, guarded);
        EXPECT_EQ(ran.status, 64) << file;
        EXPECT_THAT(ran.out, IsEmpty()) << file;
        EXPECT_THAT(linesOf(ran.err), ElementsAre(testing::AllOf(
                                          testing::StartsWith("docker-socket-proxy: --body: cannot read "),
                                          testing::EndsWith(why), Not(HasSubstr("\x1b")))))
            << file;
    }
}

} // namespace
} // namespace proxy::test
