// Each system call and each allocation of an exchange fails once, in every way that it may: the process serves the
// next request, says what happened, holds nothing for longer than it would have, and nobody gets what was not judged.
#include "tests/faults/exchanges.h"
#include "tests/faults/inject.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace faults {
namespace {

const char* scene = "";

// What has no handler ends the program: then at least with a word.
void tell(int) {
    std::fprintf(stderr, "died in %s, when this failed: %s\n", scene, struck().c_str());
    std::signal(SIGABRT, SIG_DFL);
    std::abort();
}

class EveryCall : public testing::TestWithParam<Scene> {
protected:
    void SetUp() override {
        scene = GetParam().id;
        struck_.reserve(256);
        calls_.reserve(4096);
        std::signal(SIGABRT, tell);
        Play once; // what is made once and kept
        GetParam().play(once);
        once.end();
    }
    void TearDown() override { std::signal(SIGABRT, SIG_DFL); }

    Seen play() {
        Play now;
        GetParam().play(now);
        const Seen seen = now.seen();
        calls_.assign(calls().begin(), calls().end());
        struck_.assign(struck());
        stop();
        if (!GetParam().ends) {
            EXPECT_TRUE(now.serves()) << struck_;
        }
        now.end();
        return seen;
    }

    /// With one fault. Of memory what is kept for the next one does not count.
    void playWith(std::size_t index, Fault fault, const Seen& usual) {
        const std::ptrdiff_t before = living();
        {
            fail(index, fault);
            const Seen seen = play();
            const bool isNothing = fault.error == 0 || fault.error == EINTR || fault.error == EAGAIN;
            if (isNothing && !fault.lasting) {
                EXPECT_TRUE(seen.clients == usual.clients) << struck_ << ": nothing has been lost";
            }
            const bool itLeft = GetParam().unfinished && fault.error == ECONNRESET;
            EXPECT_TRUE(seen.clients == usual.clients || seen.log != usual.log || itLeft)
                << struck_ << ": something was lost, and nobody was told; log:\n"
                << seen.log;
            for (const std::string& connection : seen.connections)
                EXPECT_NE(usual.daemon.find(connection), std::string::npos)
                    << struck_ << ": the daemon got what nobody sent: " << connection;
        }
        emptyFramePool();
        EXPECT_EQ(living(), before) << struck_ << ": memory is left";
    }

    std::vector<Call> calls_;
    std::string struck_;
};

TEST_P(EveryCall, MayFail) {
    emptyFramePool();
    count();
    const Seen usual = play();
    const std::vector<Call> sequence = calls_;
    EXPECT_EQ(!usual.daemon.empty(), GetParam().reachesDaemon);
    emptyFramePool();
    std::size_t injected = 0;
    for (std::size_t i = 0; i < sequence.size(); ++i)
        for (const Fault fault : faultsOf(sequence[i])) {
            playWith(i, fault, usual);
            ++injected;
        }
    RecordProperty("injected", static_cast<int>(injected));
    std::printf("%zu calls, %zu faults\n", sequence.size(), injected);
}

// A signal to end, or two of them, at any moment.
TEST_P(EveryCall, ShutdownMayComeBeforeAnyTurn) {
    if (GetParam().ends) GTEST_SKIP() << "it is shut down in any case";
    emptyFramePool();
    for (const int times : {1, 2}) {
        bool came = true;
        for (int turn = 0; came; ++turn) {
            const std::ptrdiff_t before = living();
            {
                Play now;
                now.world.shutdownIn(turn, times);
                GetParam().play(now);
                came = now.world.draining();
                now.world.passTime(std::chrono::seconds(61));
                now.end();
            }
            emptyFramePool();
            EXPECT_EQ(living(), before) << "shut down in turn " << turn << ": memory is left";
        }
    }
}

// An hour back in the middle of everything: nothing ends early, and nothing waits for ever.
TEST_P(EveryCall, TheClockMayBeSetBack) {
    Play now;
    now.onSettled = [](Play& play) { play.world.passTime(-std::chrono::hours(1)); };
    GetParam().play(now);
    now.onSettled = nullptr;
    if (!GetParam().ends) {
        EXPECT_TRUE(now.serves());
    }
    now.end();
}

INSTANTIATE_TEST_SUITE_P(Scenes, EveryCall, testing::ValuesIn(scenes().begin(), scenes().end()), tests::byId);

} // namespace
} // namespace faults
