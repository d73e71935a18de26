// The whole program against deliberately bad targets: each fault is called by its name, what is the target's
// fault is a failure (status 1), what could not be judged is one error (status 2).
#include "conformance/commands.h"

#include <Poco/TemporaryFile.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
        const std::string file = folder_.path() + "/target.json";
        std::ofstream(file) << R"({"name": "bad", "command": [")" << BAD_TARGET << R"(", ")" << mode
                            << R"("], "ready_within": 1, "answer_within": 1, "stop_within": 1)" << more
                            << "}";
        return runProgram({"run", "--target", file, "--id", id});
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
    EXPECT_THAT(outcome.text, HasSubstr("must forward GET /containers/json"));
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

INSTANTIATE_TEST_SUITE_P(Fault, BadTargetErrs, testing::ValuesIn(faults), [](const auto& row) {
    std::string name = row.param.mode;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

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

TEST_F(BadTarget, MissingProgramIsNamed) {
    const auto file = write("gone.json", R"({"name": "gone", "command": ["./no-such-program"]})");
    const auto outcome = runProgram({"run", "--target", file, "--id", "access/none.post0/ContainerList"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text,
                AllOf(HasSubstr("no-such-program' ended with status 127"), HasSubstr("No such file")));
}

struct Usage {
    const char* name;
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
    {"NoCommand", {}, "say what to do"},
    {"UnknownCommand", {"judge"}, "unknown command 'judge'"},
    {"NoTarget", {"run"}, "run needs --target FILE"},
    {"UnknownOption", {"run", "--traget", "x"}, "unknown option '--traget'"},
    {"UnknownDash", {"explain", "-x"}, "unknown option '-x'"},
    {"NoValue", {"run", "--target"}, "--target needs a value"},
    {"Twice", {"run", "--html", "a", "--html", "b"}, "--html stands there twice, the second time with 'b'"},
    {"NotThere", {"list", "--jobs", "3"}, "list does not take --jobs; 'list --help' lists"},
    {"NoWord", {"run", "x.json"}, "unknown option 'x.json'"},
    {"UnknownFamily", {"run", "--family", "acces"}, "there is no family 'acces'"},
    {"UnknownPrefixes", {"list", "--prefixes", "some"}, "--prefixes takes default or all"},
    {"UnknownLevel", {"run", "--level", "must"}, "--level takes required"},
    {"MissingAdapter", {"run", "--target", "/no/such.json"}, "/no/such.json: cannot be read"},
    {"UnknownCase", {"explain", "access/none.post0/Nothing"}, "there is no case 'access/none.post0/Nothing'"},
    {"Beginning", {"explain", "evasion/"}, "there is no case 'evasion/', only such"},
    {"OneOfTwo", {"list", "--id", "evasion/", "--id", "evsion/"}, "there is no case 'evsion/'"},
    {"OtherFamily", {"list", "--family", "long", "--id", "evasion/"}, "there is no case 'evasion/'"},
};

INSTANTIATE_TEST_SUITE_P(CommandLine, Misuse, testing::ValuesIn(misuses),
                         [](const auto& row) { return std::string(row.param.name); });

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
    const auto outcome = runProgram({"explain", "access/none.post0/ContainerList/GET/v1.44"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.text, HasSubstr("the proxy must not forward GET /v1.44/containers/json"));
}

} // namespace
