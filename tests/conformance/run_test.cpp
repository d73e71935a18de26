// The whole program against deliberately bad targets: each fault is called by its name, what is the target's
// fault is a failure (status 1), what could not be judged is one error (status 2).
#include "conformance/commands.h"
#include "tests/row_name.h"

#include <Poco/TemporaryFile.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Outcome {
    int status = -1;
    std::string text;
};

Outcome runProgram(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int status = conformance::commandLineMain(arguments, out, err);
    return {status, out.str() + err.str()};
}

class BadTarget : public testing::Test {
protected:
    BadTarget() { folder_.createDirectories(); }

    // `id`: which cases; every variable granted but POST unless told otherwise.
    Outcome judge(const std::string& mode, const std::string& id = "access/all.post0/Container",
                  const std::string& more = "") {
        return judgeAll(mode, {id}, more);
    }

    Outcome judgeAll(const std::string& mode, const std::vector<std::string>& ids,
                     const std::string& more = "") {
        // A second is waited for only by whom it will pass in vain.
        const auto within = [&](const char* inVain) -> std::string {
            return mode.starts_with(inVain) ? "1" : "20";
        };
        const auto file =
            write("target.json", std::string(R"({"name": "bad", "command": [")") + BAD_TARGET + R"(", ")" +
                                     mode + R"("], "ready_within": )" + within("never-listens") +
                                     R"(, "answer_within": )" + within("hangs") + R"(, "stop_within": )" +
                                     within("ignores-term") + more + "}");
        std::vector<std::string> words{"run", "--target", file};
        for (const auto& id : ids) words.insert(words.end(), {"--id", id});
        return runProgram(words);
    }

    static std::size_t errorsIn(const std::string& text) {
        std::size_t count = 0;
        for (auto at = text.find("ERROR"); at != std::string::npos; at = text.find("ERROR", at + 1)) ++count;
        return count;
    }

    std::string write(const std::string& name, const std::string& text) {
        std::ofstream(folder_.path() + "/" + name) << text;
        return folder_.path() + "/" + name;
    }

    Poco::TemporaryFile folder_;
};

TEST_F(BadTarget, ForwardingAllFails) {
    const auto outcome = judge("forwards-all");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, AllOf(HasSubstr("must not forward POST /containers/create"),
                                    HasSubstr("status 200, the daemon saw it"), Not(HasSubstr("ERROR"))));
}

TEST_F(BadTarget, ForwardingAllPassesWhereAllIsGranted) {
    const auto outcome = judge("forwards-all", "access/all.post1/Container");
    EXPECT_EQ(outcome.status, 0) << outcome.text;
}

TEST_F(BadTarget, DenyingAllFails) {
    const auto outcome = judge("denies-all");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, HasSubstr("must forward GET /containers/create"));
}

// None of these accepts before three have been started: one after another they would wait for ever.
TEST_F(BadTarget, WhileOneStartsOthersDo) {
    std::filesystem::create_directory(folder_.path() + "/started");
    write("run", "#!/bin/sh\n"
                 ": >\"${0%/*}/started/$$\"\n"
                 "while set -- \"${0%/*}\"/started/* && [ $# -lt 3 ]; do sleep 0.01; done\n"
                 "exec " BAD_TARGET " denies-all\n");
    std::filesystem::permissions(folder_.path() + "/run", std::filesystem::perms::owner_all);
    const auto target = write("target.json", R"({"name": "slow", "command": ["./run"], "ready_within": 20})");
    const auto outcome = runProgram({"run", "--jobs", "1", "--target", target, "--id", "access/on.CO"});
    EXPECT_EQ(outcome.status, 1) << outcome.text; // it deviates, and could be judged
}

// What a target may get right by luck: each play of this case starts a target of its own.
TEST_F(BadTarget, ACaseIsPlayedAgainUntilItFails) {
    EXPECT_THAT(judge("denies-all", "lifecycle/sigint-idle").text, HasSubstr(" 1 starts of "));
    write("run", "#!/bin/sh\n" BAD_TARGET " denies-all &\ntrap 'kill $!; exit 0' INT\nwait\n");
    std::filesystem::permissions(folder_.path() + "/run", std::filesystem::perms::owner_all);
    const auto target = write("target.json", R"({"name": "ends", "command": ["./run"]})");
    const auto passes = runProgram({"run", "--target", target, "--id", "lifecycle/sigint-idle"});
    EXPECT_EQ(passes.status, 0) << passes.text;
    EXPECT_THAT(passes.text, HasSubstr(" 3 starts of "));
}

// A 403 to the client is not enough.
TEST_F(BadTarget, ForwardingWhatItDeniesFails) {
    const auto outcome = judge("forwards-and-denies", "access/none.post0/Container");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, HasSubstr("got:      status 403, the daemon saw it"));
}

// Nor is a 200 that is not the daemon's.
TEST_F(BadTarget, AnsweringItselfFails) {
    const auto outcome = judge("answers-itself", "access/all.post1/Container");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, HasSubstr("got:      status 200, nothing at the daemon"));
}

TEST_F(BadTarget, ChangingTheTargetFails) {
    const auto outcome = judge("rewrites-target", "access/all.post1/Container");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, HasSubstr("the daemon saw it with another method or target"));
}

// Each of these requests alone is judged rightly: what went before them is told, and
// sent again when they are asked for.
TEST_F(BadTarget, JudgingOnlyTheFirstRequestFails) {
    const std::string id = "access/none.post0/ContainerList/GET";
    const auto outcome = judge("judges-first", id);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text,
                AllOf(HasSubstr("got:      status 200, the daemon saw it"),
                      testing::ContainsRegex("after:    [0-9]+ requests, from [A-Z]+ /.* to [A-Z]+ /")));
    const auto explained = runProgram({"explain", id + "/unprefixed"});
    EXPECT_THAT(explained.text,
                testing::ContainsRegex("before it on its connection.*: [0-9]+ requests, from [A-Z]+ /"));
}

TEST_F(BadTarget, HardeningCountsOnlyWhenAsked) {
    const std::string id = "access/all.post0/ContainerAttachWebsocket/GET";
    const auto outcome = judge("forwards-all", id);
    EXPECT_EQ(outcome.status, 0) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr("[hardening]"));
    EXPECT_EQ(
        runProgram({"run", "--target", folder_.path() + "/target.json", "--id", id, "--level", "hardening"})
            .status,
        1);
}

// ---- Capabilities ------------------------------------------------------------------------------------

TEST_F(BadTarget, WithoutACapabilityIsNotJudgedByIt) {
    const auto outcome =
        judgeAll("forwards-all", {"access/all.post1/ContainerList", "mask/off", "operations/only.ImageList",
                                  "doors/masking-is-the-doors"});
    EXPECT_EQ(outcome.status, 0) << outcome.text;
    EXPECT_THAT(outcome.text, AllOf(HasSubstr("mask: not judged: no capability \"mask\": 2 cases\n"),
                                    HasSubstr("doors: not judged: no capability \"doors\": 1 case\n"),
                                    HasSubstr("operations: not judged: no capability \"operations\": ")));
}

TEST_F(BadTarget, WithoutTheCapabilityThatIsAskedForCannotBeJudged) {
    const auto outcome = judge("forwards-all", "operations/");
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text, AllOf(HasSubstr("declares no capability \"operations\""),
                                    HasSubstr("add \"capabilities\": [\"operations\"]")));
}

TEST_F(BadTarget, WithACapabilityIsJudgedByIt) {
    for (const char* id : {"operations/only.ImageList/ContainerList", "operations/learn-but-denied",
                           "doors/name-in-small-letters", "mask/container-inspect", "guard/privileged"}) {
        const auto outcome =
            judge("forwards-all", id, R"(, "capabilities": ["operations", "doors", "mask", "guard"])");
        EXPECT_EQ(outcome.status, 1) << outcome.text;
    }
}

struct Fault {
    const char* mode;
    const char* message;
};

class BadTargetErrs : public BadTarget, public testing::WithParamInterface<Fault> {};

TEST_P(BadTargetErrs, OnceAndByName) {
    const auto outcome = judge(GetParam().mode);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(errorsIn(outcome.text), 1U) << outcome.text;
    EXPECT_THAT(outcome.text,
                AllOf(HasSubstr(GetParam().message), HasSubstr(BAD_TARGET), Not(HasSubstr("must "))));
}

const Fault faults[] = {
    {"dies-at-start", "ended with status 3, its last words:\nno such grant"},
    {"never-listens", "does not accept on 127.0.0.1:"},
    {"dies-later", "ended with status 4"},
    {"hangs", "the target hangs: nothing for 1 s"},
    {"closes", "the target closes connections without an answer"},
    {"ignores-term", "the target ignores SIGTERM for 1 s"},
};

INSTANTIATE_TEST_SUITE_P(Fault, BadTargetErrs, testing::ValuesIn(faults),
                         [](const auto& row) { return tests::rowName(row.param.mode); });

TEST_F(BadTarget, DroppingTheCaseFieldIsAnError) {
    const auto outcome = judge("drops-case");
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text, HasSubstr("without the field X-Conformance-Case"));
}

TEST_F(BadTarget, KnownDeviationsPass) {
    write("known.tsv", "id\treason\naccess/*/Container*\tit forwards everything\n");
    const auto outcome = judge("forwards-all", "access/all.post0/Container", R"(, "baseline": "known.tsv")");
    EXPECT_EQ(outcome.status, 0) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr("known deviations"));
}

TEST_F(BadTarget, OutdatedDeviationsAreReported) {
    write("known.tsv", "id\treason\naccess/*/ContainerList/*\tonce it did not\n");
    const auto outcome = judge("forwards-all", "access/all.post1/Container", R"(, "baseline": "known.tsv")");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, HasSubstr("known.tsv:2: access/*/ContainerList/*"));
}

TEST_F(BadTarget, AMissingBaselineIsNamed) {
    const auto file =
        write("x.json", "{\"name\": \"x\", \"command\": [\"true\"],\n\"baseline\": \"no.tsv\"}\n");
    const auto outcome = runProgram({"run", "--target", file});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text,
                AllOf(HasSubstr("x.json:2: \"baseline\" names "), HasSubstr("/no.tsv, which is not there")));
    write("x.json", "{\"name\": \"x\", \"command\": [\"true\"],\n\"baseline\": \".\"}\n");
    EXPECT_THAT(runProgram({"run", "--target", file}).text, HasSubstr(", which cannot be read"));
}

TEST_F(BadTarget, ABaselineRowWithoutACaseIsNamed) {
    write("known.tsv", "id\treason\nlong/no-such\twhy\n");
    const auto outcome =
        judge("forwards-all", "access/all.post1/ContainerList", R"(, "baseline": "known.tsv")");
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text, HasSubstr("known.tsv:2: there is no case 'long/no-such'"));
}

// It can be judged: that it ends where its daemon is missing is what one case is about.
TEST_F(BadTarget, EndingForWantOfADaemonFailsOneCase) {
    const auto outcome = judgeAll("needs-daemon", {"lifecycle/starts-without-a-daemon", "lifecycle/ready"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text,
                AllOf(HasSubstr("deviates in 1 required case"), HasSubstr("deviates in 1 required case"),
                      HasSubstr("must start while the daemon is missing"),
                      HasSubstr("ended with status 5, its last words:\nno daemon"), Not(HasSubstr("ERROR"))));
}

// One hang takes nothing else with it, and does not hide what else is wrong.
TEST_F(BadTarget, AnErrorEndsNoOtherSettings) {
    const auto outcome = judge("hangs-with-images-post0", "access/on.IMAGES");
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(errorsIn(outcome.text), 1U) << outcome.text;
    EXPECT_THAT(outcome.text,
                testing::ContainsRegex("deviates in [0-9]+ required .*could not be judged in 1 case"));
}

TEST_F(BadTarget, AnErrorEndsNoOtherCases) {
    const auto outcome =
        judgeAll("hangs-after-images", {"evasion/image-name-with-slashes", "evasion/section-after-a-word"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(errorsIn(outcome.text), 1U) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr("deviates in 1 required case; could not be judged in 1 case"));
}

TEST_F(BadTarget, WhereNothingWorksThereIsOneError) {
    for (const char* id : {"access/on.I", "evasion/"}) {
        const auto outcome = judge("dies-at-start", id);
        EXPECT_EQ(outcome.status, 2);
        EXPECT_EQ(errorsIn(outcome.text), 1U) << outcome.text;
        EXPECT_THAT(outcome.text, AllOf(HasSubstr("could not be judged in 1 case"), HasSubstr("not tried")));
    }
}

// Not by the clock: until it has seen a thousand other programs come and go.
TEST_F(BadTarget, StartingSlowlyFails) {
    const auto outcome = judge("never-listens", "lifecycle/ready-quickly");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, HasSubstr("does not accept while 1000 trivial programs start and end"));
    EXPECT_EQ(judge("forwards-all", "lifecycle/ready-quickly").status, 0);
}

// A start script that does not exec: told to end, the shell goes and the proxy stays.
TEST_F(BadTarget, WhatItLeavesRunningIsToldAndEnded) {
    const auto script =
        write("run", std::string("#!/bin/sh\n") + BAD_TARGET + " forwards-all \"$0\"\nexit 0\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    const auto file = write("script.json", R"({"name": "script", "command": ["./run"]})");
    const auto outcome = runProgram({"run", "--target", file, "--id", "access/all.post1/ContainerList",
                                     "--id", "lifecycle/ready-quickly"});
    EXPECT_EQ(outcome.status, 0) << outcome.text;
    EXPECT_THAT(outcome.text,
                HasSubstr("left running when it ended, and ended by the suite: bad-target (2 times)"));
    EXPECT_THAT(outcome.text, HasSubstr("must exec"));
    std::size_t running = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::ostringstream words;
        words << std::ifstream(entry.path() / "cmdline").rdbuf();
        if (words.str().find(folder_.path()) != std::string::npos) ++running;
    }
    EXPECT_EQ(running, 0U);
}

TEST_F(BadTarget, MissingProgramIsNamed) {
    const auto file = write("gone.json", R"({"name": "gone", "command": ["./no-such-program"]})");
    const auto outcome = runProgram({"run", "--target", file, "--id", "access/none.post0/ContainerList"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text,
                AllOf(HasSubstr("no-such-program' ended with status 127"), HasSubstr("No such file")));
}

struct Usage {
    const char* id;
    std::vector<std::string> arguments;
    const char* message;
};

class Misuse : public testing::TestWithParam<Usage> {};

TEST_P(Misuse, IsExplained) {
    const auto outcome = runProgram(GetParam().arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text, HasSubstr(GetParam().message));
}

const Usage misuses[] = {
    {"no-command", {}, "say what to do"},
    {"unknown-command", {"judge"}, "unknown command 'judge'"},
    {"no-target", {"run"}, "run needs --target FILE"},
    {"unknown-option", {"run", "--traget", "x"}, "unknown option '--traget'"},
    {"unknown-dash", {"explain", "-x"}, "unknown option '-x'"},
    {"no-value", {"run", "--target"}, "--target needs a value"},
    {"twice", {"run", "--html", "a", "--html", "b"}, "--html stands there twice, the second time with 'b'"},
    {"not-there", {"list", "--jobs", "3"}, "list does not take --jobs; 'list --help' lists"},
    {"no-word", {"run", "x.json"}, "unknown option 'x.json'"},
    {"port-of-no-image", {"run", "--target", "x", "--image-port", "2375"}, "--image-port needs --image"},
    {"no-port",
     {"run", "--image", "x", "--image-port", "2375/tcp"},
     "takes a port from 1 to 65535, not '2375/tcp'"},
    {"baseline-of-two",
     {"run", "--target", "x", "--image", "y", "--baseline", "b"},
     "--baseline names the known deviations of one"},
    {"missing-baseline", {"run", "--image", "x", "--baseline", "/no/such.tsv"}, "/no/such.tsv"},
    {"unknown-family", {"run", "--family", "acces"}, "there is no family 'acces'"},
    {"unknown-prefixes", {"list", "--prefixes", "some"}, "--prefixes takes default or all"},
    {"unknown-level", {"run", "--level", "must"}, "--level takes required"},
    {"missing-adapter", {"run", "--target", "/no/such.json"}, "/no/such.json: cannot be read"},
    {"unknown-case",
     {"explain", "access/none.post0/Nothing"},
     "there is no case 'access/none.post0/Nothing'"},
    {"beginning", {"explain", "evasion/"}, "there is no case 'evasion/', only such"},
    {"one-of-two", {"list", "--id", "evasion/", "--id", "evsion/"}, "there is no case 'evsion/'"},
    {"other-family", {"list", "--family", "long", "--id", "evasion/"}, "there is no case 'evasion/'"},
};

INSTANTIATE_TEST_SUITE_P(CommandLine, Misuse, testing::ValuesIn(misuses), tests::byId);

// What is given again adds up where it is a list.
TEST(CommandLine, FamiliesAndIdsAddUp) {
    const auto idsOf = [](std::vector<std::string> words) {
        words.insert(words.begin(), "list");
        return runProgram(words).text;
    };
    const auto framing = idsOf({"--family", "framing"});
    const auto evasion = idsOf({"--family", "evasion"});
    EXPECT_EQ(idsOf({"--family", "framing", "--family", "evasion"}), evasion + framing);
    EXPECT_EQ(idsOf({"--id", "framing/", "--id", "evasion/"}), evasion + framing);
    // None twice, however often it is meant.
    EXPECT_EQ(idsOf({"--id", "framing/", "--id", "framing/bare", "--id", "framing/"}), framing);
    const std::string one = "access/none.post0/ContainerList/GET/unprefixed";
    const std::string two = "access/all.post1/ImageList/GET/unprefixed";
    EXPECT_EQ(idsOf({"--id", one, "--id", two}), two + "\n" + one + "\n");
    EXPECT_EQ(idsOf({"--id", "access/none", "--id", one}), idsOf({"--id", "access/none"}));
}

TEST(CommandLine, EveryCommandHasHelp) {
    const auto all = runProgram({"--help"});
    EXPECT_EQ(all.status, 0);
    for (const char* command : {"run", "compare", "render", "list", "explain"}) {
        EXPECT_THAT(all.text, HasSubstr(std::string("\n  ") + command + " "));
        const auto help = runProgram({command, "--help"});
        EXPECT_EQ(help.status, 0);
        EXPECT_THAT(help.text, HasSubstr(std::string("socket-proxy-conformance ") + command));
        EXPECT_EQ(runProgram({"help", command}).text, help.text);
        EXPECT_EQ(runProgram({command, "-h"}).text, help.text);
    }
    EXPECT_THAT(runProgram({"run", "--target", "x", "--help"}).text, HasSubstr("--junit FILE"));
    EXPECT_THAT(runProgram({"list", "--help"}).text,
                AllOf(HasSubstr("--dialect"), Not(HasSubstr("--junit"))));
}

TEST(CommandLine, TellsItsVersion) {
    const auto outcome = runProgram({"--version"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.text, testing::MatchesRegex("socket-proxy-conformance [0-9.]+\n"));
}

TEST(CommandLine, ListsAndExplains) {
    EXPECT_EQ(runProgram({"list", "--id", "access/none.post0/ContainerList/GET"}).text,
              "access/none.post0/ContainerList/GET/unprefixed\naccess/none.post0/ContainerList/GET/v1.24\n"
              "access/none.post0/ContainerList/GET/v1.57\n");
    const auto outcome =
        runProgram({"explain", "--prefixes", "all", "access/none.post0/ContainerList/GET/v1.44"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.text, HasSubstr("the proxy must not forward GET /v1.44/containers/json"));
}

} // namespace
