// Scripts against the deliberately bad target: its fault is a failure that says what each end got; a target
// that dies or hangs is one error.
#include "conformance/commands.h"
#include "conformance/net/socket.h"
#include "conformance/play/connect.h"
#include "conformance/play/stage.h"
#include "conformance/play/wire.h"
#include "conformance/workspace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>
#include <sys/socket.h>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>

namespace {

using testing::HasSubstr;
using testing::Not;

struct Outcome {
    int status = -1;
    std::string text;
};

Outcome judge(const std::string& mode, const std::string& id) {
    const conformance::Workspace folder;
    const std::string file = folder.path() + "/target.json";
    std::ofstream(file) << R"({"name": "bad", "command": [")" << BAD_TARGET << R"(", ")" << mode
                        << R"("], "answer_within": )" << (mode == "hangs" ? 1 : 20)
                        << R"(, "stop_within": 20})";
    std::ostringstream out;
    std::ostringstream err;
    const int status =
        conformance::commandLineMain({"run", "--target", file, "--id", id, "--level", "hardening"}, out, err);
    return {status, out.str() + err.str()};
}

TEST(Play, ForwardingWhatMustBeDeniedFails) {
    const auto outcome = judge("forwards-all", "evasion/section-in-another-place");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, HasSubstr("must not forward /images/containers/json"));
    EXPECT_THAT(outcome.text, HasSubstr(R"(the daemon got "GET /images/containers/json HTTP/1.1)"));
    EXPECT_THAT(outcome.text, HasSubstr("evasion.cases:"));
}

TEST(Play, AnsweringItselfFails) {
    const auto outcome = judge("answers-itself", "evasion/image-name-with-slashes");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.text, HasSubstr("the daemon got nothing"));
}

TEST(Play, ForwardingWhatItDeniesFails) {
    EXPECT_EQ(judge("forwards-and-denies", "evasion/section-in-another-place").status, 1);
}

// A denied request that the daemon has not seen has not acted, whatever the client was told.
TEST(Play, ADenialInOtherWordsIsHardening) {
    for (const char* id :
         {"evasion/section-in-another-place", "evasion/asterisk", "access/none.post0/ImageList/GET/v1.24",
          "access/none.post0/optionsAsterisk/OPTIONS"}) {
        const auto outcome = judge("answers-itself", id);
        EXPECT_EQ(outcome.status, 1) << id;
        EXPECT_THAT(outcome.text, HasSubstr("hardening case")) << id;
        EXPECT_THAT(outcome.text, Not(HasSubstr("required case"))) << id;
    }
    EXPECT_THAT(judge("forwards-and-denies", "access/none.post0/ImageList/GET/v1.24").text,
                HasSubstr("required case"));
    EXPECT_THAT(judge("forwards-and-denies", "evasion/section-in-another-place").text,
                HasSubstr("required case"));
}

TEST(Play, WhatIsRightPasses) {
    const auto outcome = judge("denies-all", "evasion/section-in-another-place");
    EXPECT_EQ(outcome.status, 0) << outcome.text;
}

// What a target keeps in store for later it may drop while a case waits; no step has to do with it.
// As a child does that another thread has forked and that is not the target's program yet.
TEST(Play, WhatIsClosedIsClosedThoughSomebodyHoldsItToo) {
    for (const bool byItsEnd : {false, true}) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
        const conformance::Fd held(::dup(ends[0]));
        const conformance::Fd peer(ends[1]);
        {
            conformance::Wire wire{conformance::Fd(ends[0])};
            if (!byItsEnd) wire.close();
        }
        char octet = 0;
        EXPECT_EQ(::recv(peer.get(), &octet, 1, MSG_DONTWAIT), 0) << byItsEnd;
    }
}

TEST(Play, ASpareConnectionThatIsDroppedDisturbsNobody) {
    const auto outcome = judge("drops-spares", "stream/wait-before-the-first-byte");
    EXPECT_THAT(outcome.text, HasSubstr("client gets status: 200\" (step 5"))
        << "bodies, this target never passes";
    EXPECT_THAT(outcome.text, Not(HasSubstr("quiet for ms: 600\" (step")));
}

// A proxy may send a safe request once more, on another connection, when the daemon has closed the first: at
// the end of a case it closes all, and what comes then is not the next case's.
TEST(Stage, DropsWhatComesLateAndKeepsWhatIsSilent) {
    const conformance::Workspace folder;
    const std::string path = folder.path() + "/docker.sock";
    conformance::Stage stage(path);
    const auto silent = conformance::connectTo("unix " + path);
    const auto late = conformance::connectTo("unix " + path);
    ASSERT_TRUE(silent && late);
    ASSERT_GT(::send(late->get(), "GET /late HTTP/1.1\r\n", 20, 0), 0);
    const auto arrived = [&] { return stage.daemonWithInput(1) != nullptr; };
    ASSERT_TRUE(stage.await(arrived, std::chrono::seconds(5)));
    stage.dropLate();
    EXPECT_EQ(stage.daemonWithInput(1), nullptr);
    EXPECT_EQ(stage.daemons().size(), 1U);
}

// Nobody listens yet at a port that another suite was told is free: its own
// target would be taken for this one's.
TEST(Ports, TwoSuitesAreNotToldTheSame) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    std::ignore = conformance::freePort();
    const pid_t other = ::fork(); // goes on searching where this process does
    if (other == 0) {
        const std::uint16_t port = conformance::freePort();
        [[maybe_unused]] const auto told = ::write(ends[1], &port, sizeof port);
        ::pause();
    }
    std::uint16_t theirs = 0;
    ASSERT_EQ(::read(ends[0], &theirs, sizeof theirs), static_cast<ssize_t>(sizeof theirs));
    EXPECT_NE(conformance::freePort(), theirs);
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
    for (const int end : ends) ::close(end);
}

TEST(Play, AHangingTargetIsAnError) {
    const auto outcome = judge("hangs", "evasion/image-name-with-slashes");
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text, HasSubstr("the target hangs"));
}

TEST(Play, ATargetThatDiesIsOneError) {
    const auto outcome = judge("dies-at-start", "evasion/image-name");
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text, HasSubstr("no such grant"));
    EXPECT_EQ(outcome.text.find("ERROR"), outcome.text.rfind("ERROR"));
}

TEST(Play, ListsAndExplains) {
    std::ostringstream out;
    EXPECT_EQ(conformance::commandLineMain({"list", "--id", "evasion/prefix-c"}, out, out), 0);
    EXPECT_THAT(out.str(), HasSubstr("evasion/prefix-containersfoo\n"));
    EXPECT_THAT(out.str(), Not(HasSubstr("access/")));
    EXPECT_EQ(conformance::commandLineMain({"explain", "framing/length-and-coding.refused"}, out, out), 0);
    EXPECT_THAT(out.str(), HasSubstr("the proxy must refuse a request of a client that sends both"));
}

} // namespace
