#include "tests/proxy/net/rig.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace proxy::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Detached waitFor(Rig& rig, Endpoint& endpoint, Events events, bool& resumed) {
    co_await Wait(endpoint, events);
    resumed = true;
    rig.stop();
}

TEST(Loop, ReportsWhatWasThereBeforeTheEndpoint) {
    Rig rig;
    Pair pair;
    put(pair.theirs, "x");
    Endpoint endpoint(rig.loop, std::move(pair.ours));
    bool resumed = false;
    waitFor(rig, endpoint, readable, resumed);
    EXPECT_FALSE(resumed) << "nothing is known before the loop has asked";
    rig.run();
    EXPECT_TRUE(resumed);
}

TEST(Loop, DoesNotWaitForWhatIsKnown) {
    Rig rig;
    Endpoint endpoint(rig.loop, someEndpoint(), readable);
    bool resumed = false;
    waitFor(rig, endpoint, readable, resumed);
    EXPECT_TRUE(resumed);
}

TEST(Loop, TellsAnEndOfReadingFromAnEndOfBoth) {
    Rig rig;
    Pair pair;
    Endpoint endpoint(rig.loop, std::move(pair.ours));
    bool resumed = false;
    ::shutdown(pair.theirs.number(), SHUT_WR);
    waitFor(rig, endpoint, readClosed, resumed);
    rig.run();
    EXPECT_TRUE(resumed);
    EXPECT_FALSE(endpoint.is(closed));
}

TEST(Loop, TellsAPeerThatIsGone) {
    Rig rig;
    Pair pair;
    Endpoint endpoint(rig.loop, std::move(pair.ours));
    bool resumed = false;
    pair.theirs.reset();
    waitFor(rig, endpoint, closed, resumed);
    rig.run();
    EXPECT_TRUE(resumed);
}

TEST(Loop, WaitsOnTwoAndForgetsBoth) {
    Rig rig;
    Pair first;
    Pair second;
    Endpoint a(rig.loop, std::move(first.ours));
    Endpoint b(rig.loop, std::move(second.ours));
    Endpoint other(rig.loop, someEndpoint());
    std::string heard;
    const auto both = [&]() -> Detached {
        co_await Wait(a, readable, b, readable);
        heard += a.is(readable) ? 'a' : 'b';
        b.clear(readable);
        co_await Wait(b, readable);
        heard += a.is(readable) ? "ab" : "b"; // a's news were noted, but did not resume
        rig.stop();
    };
    const auto sender = [&]() -> Detached {
        put(second.theirs, "x");
        for (int round = 0; round < 5; ++round) co_await Yield(other);
        put(first.theirs, "x");
        for (int round = 0; round < 5; ++round) co_await Yield(other);
        put(second.theirs, "x");
    };
    both();
    sender();
    rig.run();
    EXPECT_EQ(heard, "bab");
}

TEST(Loop, NewsOfBothResumeOnce) {
    Rig rig;
    Pair first;
    Pair second;
    put(first.theirs, "x");
    put(second.theirs, "x");
    Endpoint a(rig.loop, std::move(first.ours));
    Endpoint b(rig.loop, std::move(second.ours));
    int resumed = 0;
    const auto both = [&]() -> Detached {
        co_await Wait(a, readable, b, readable);
        ++resumed;
        EXPECT_TRUE(a.is(readable));
        EXPECT_TRUE(b.is(readable)) << "a round's news are known before anybody acts on them";
        rig.stop();
    };
    both();
    rig.run();
    EXPECT_EQ(resumed, 1);
}

TEST(Loop, WhoIsDestroyedByAnotherInTheSameRoundIsNotCalled) {
    Rig rig;
    Pair first;
    Pair second;
    put(first.theirs, "x");
    put(second.theirs, "x");
    Endpoint a(rig.loop, std::move(first.ours));
    auto b = std::make_unique<Endpoint>(rig.loop, std::move(second.ours));
    bool called = false;
    b->whenIdle([](void* context, Endpoint&) { *static_cast<bool*>(context) = true; }, &called);
    const auto destroyer = [&]() -> Detached {
        co_await Wait(a, readable);
        EXPECT_TRUE(b->is(readable)) << "both have news, or this tests nothing";
        b.reset();
        co_await Yield(a);
        rig.stop();
    };
    destroyer();
    rig.run();
    EXPECT_FALSE(called);
}

TEST(Loop, AnEndpointMayDieInItsOwnCall) {
    Rig rig;
    Pair pair;
    put(pair.theirs, "x");
    struct Owner {
        Rig& rig;
        std::unique_ptr<Endpoint> endpoint;
    } owner{rig, std::make_unique<Endpoint>(rig.loop, std::move(pair.ours))};
    owner.endpoint->whenIdle(
        [](void* context, Endpoint&) {
            static_cast<Owner*>(context)->endpoint.reset();
            static_cast<Owner*>(context)->rig.stop();
        },
        &owner);
    rig.run();
    EXPECT_EQ(owner.endpoint, nullptr);
}

TEST(Loop, YieldLetsTheOthersHaveTheirTurn) {
    Rig rig;
    Endpoint a(rig.loop, someEndpoint());
    Endpoint b(rig.loop, someEndpoint());
    std::string order;
    int running = 2;
    const auto greedy = [&](Endpoint& endpoint, char name) -> Detached {
        for (int turn = 0; turn < 3; ++turn) {
            order += name;
            co_await Yield(endpoint);
        }
        if (--running == 0) rig.stop();
    };
    greedy(a, 'a');
    greedy(b, 'b');
    rig.run();
    EXPECT_EQ(order, "ababab");
}

// Each has news, and those that move masses came first.
TEST(Loop, WhoMovesMassesStandsBehindOthersAndIsServedAFewARound) {
    Rig rig;
    std::string order;
    std::vector<std::unique_ptr<Endpoint>> endpoints;
    const auto waiter = [&](Endpoint& endpoint, char name, bool behind) -> Detached {
        co_await Wait(endpoint, woken).behindOthers(behind);
        order += name;
    };
    for (const char name : {'m', 'm', 'm', 'm', 'm', 'm', 's'}) {
        endpoints.push_back(std::make_unique<Endpoint>(rig.loop, someEndpoint()));
        waiter(*endpoints.back(), name, name == 'm');
        endpoints.back()->wake();
    }
    EXPECT_TRUE(rig.loop.turn());
    EXPECT_EQ(order, "smm");
    EXPECT_TRUE(rig.loop.turn());
    EXPECT_EQ(order, "smmmm");
    EXPECT_TRUE(rig.loop.turn());
    EXPECT_EQ(order, "smmmmmm");
    EXPECT_FALSE(rig.loop.turn());
}

// However many others there always are.
TEST(Loop, WhoStandsBehindOthersHasAShareOfEachRound) {
    constexpr int many = 80;
    Rig rig;
    int masses = 0;
    std::vector<std::unique_ptr<Endpoint>> endpoints;
    const auto waiter = [&](Endpoint& endpoint, bool behind) -> Detached {
        co_await Wait(endpoint, woken).behindOthers(behind);
        masses += behind ? 1 : 0;
    };
    for (int i = 0; i < 2 * many; ++i) {
        endpoints.push_back(std::make_unique<Endpoint>(rig.loop, someEndpoint()));
        waiter(*endpoints.back(), i < many);
        endpoints.back()->wake();
    }
    EXPECT_TRUE(rig.loop.turn());
    EXPECT_EQ(masses, 2 + many / 8);
    while (rig.loop.turn()) {
    }
    EXPECT_EQ(masses, many);
}

TEST(Loop, WhoNoLongerMovesMassesIsServedWithTheOthers) {
    Rig rig;
    Endpoint a(rig.loop, someEndpoint());
    Endpoint b(rig.loop, someEndpoint());
    std::string order;
    const auto moves = [&](Endpoint& endpoint, char name) -> Detached {
        co_await Wait(endpoint, woken).behindOthers(true);
        endpoint.clear(woken);
        order += name;
    };
    const auto moved = [&]() -> Detached {
        co_await Wait(a, woken).behindOthers(true);
        a.clear(woken);
        co_await Yield(a);
        co_await Wait(a, woken);
        order += 'a';
    };
    moved();
    a.wake();
    while (rig.loop.turn()) {
    }
    moves(b, 'b');
    b.wake();
    a.wake();
    EXPECT_TRUE(rig.loop.turn());
    EXPECT_EQ(order, "ab");
}

TEST(Loop, YieldKeepsWhatIsKnown) {
    Rig rig;
    Endpoint endpoint(rig.loop, someEndpoint(), readable);
    const auto yielder = [&]() -> Detached {
        co_await Yield(endpoint);
        EXPECT_TRUE(endpoint.is(readable));
        EXPECT_FALSE(endpoint.is(yielded));
        rig.stop();
    };
    yielder();
    rig.run();
}

TEST(Loop, NewsArriveThoughSomebodyAlwaysYields) {
    Rig rig;
    Pair pair;
    Endpoint busy(rig.loop, someEndpoint());
    Endpoint endpoint(rig.loop, std::move(pair.ours));
    bool arrived = false;
    const auto yielder = [&]() -> Detached {
        put(pair.theirs, "x");
        while (!arrived) co_await Yield(busy);
        rig.stop();
    };
    const auto waiter = [&]() -> Detached {
        co_await Wait(endpoint, readable);
        arrived = true;
    };
    waiter();
    yielder();
    rig.run();
    EXPECT_TRUE(arrived);
}

// Else a long transfer would hold back every log line until its end.
TEST(Loop, RoundsEndThoughSomebodyAlwaysYields) {
    Rig rig;
    Endpoint busy(rig.loop, someEndpoint());
    bool called = false;
    rig.loop.afterRound([&] { called = true; });
    int turns = 0;
    const auto yielder = [&]() -> Detached {
        while (!called && ++turns < 1000) co_await Yield(busy);
        EXPECT_TRUE(called);
        rig.stop();
    };
    busy.report(readable); // the first round has something to do at once
    yielder();
    rig.run();
}

TEST(Loop, LastRoundEndsToo) {
    Rig rig;
    int calls = 0;
    rig.loop.afterRound([&] { ++calls; });
    rig.stop();
    rig.run();
    EXPECT_EQ(calls, 1);
}

TEST(Loop, WakeResumesWhoWantsIt) {
    Rig rig;
    Endpoint endpoint(rig.loop, someEndpoint());
    bool resumed = false;
    waitFor(rig, endpoint, woken, resumed);
    endpoint.wake();
    EXPECT_FALSE(resumed) << "from the loop, not from where it is called";
    rig.run();
    EXPECT_TRUE(resumed);
}

// ---- Turns by hand -------------------------------------------------------------------------------

Clock::time_point stopped{};

TEST(LoopByHand, TurnsWithoutWaitingAndByAClockOfItsOwn) {
    stopped = Clock::time_point{1h};
    Loop loop([] { return stopped; });
    Deadlines deadlines(loop, 10s);
    Pair pair;
    Endpoint endpoint(loop, std::move(pair.ours));
    std::vector<int> heard;
    const auto waiter = [&]() -> Detached {
        endpoint.arm(deadlines);
        co_await Wait(endpoint, readable);
        heard.push_back(readable);
        co_await Wait(endpoint, timedOut);
        heard.push_back(timedOut);
    };
    EXPECT_EQ(loop.sleepTime(), -1);
    waiter();
    EXPECT_EQ(loop.sleepTime(), 10'000);
    EXPECT_FALSE(loop.turn());
    put(pair.theirs, "x");
    EXPECT_TRUE(loop.turn());
    EXPECT_FALSE(loop.turn());
    EXPECT_THAT(heard, ElementsAre(readable));
    stopped += 10s;
    EXPECT_TRUE(loop.turn());
    EXPECT_THAT(heard, ElementsAre(readable, timedOut));
    EXPECT_EQ(loop.sleepTime(), -1);
}

// ---- Deadlines -----------------------------------------------------------------------------------

class DeadlinesTest : public testing::Test {
protected:
    Detached note(Endpoint& endpoint, std::string name, std::size_t last) {
        co_await Wait(endpoint, timedOut);
        order_.push_back(name);
        if (order_.size() == last) rig_.stop();
    }
    Rig rig_;
    std::vector<std::string> order_;
};

TEST_F(DeadlinesTest, PassInTheirOrder) {
    // Built in their order: on a machine that stands still meanwhile all pass in one
    // round, in the order of building.
    Deadlines quick(rig_.loop, 5ms);
    Deadlines middle(rig_.loop, 15ms);
    Deadlines slow(rig_.loop, 30ms);
    Endpoint a(rig_.loop, someEndpoint());
    Endpoint b(rig_.loop, someEndpoint());
    Endpoint c(rig_.loop, someEndpoint());
    a.arm(slow);
    b.arm(quick);
    c.arm(middle);
    note(a, "slow", 3);
    note(b, "quick", 3);
    note(c, "middle", 3);
    rig_.run();
    EXPECT_THAT(order_, ElementsAre("quick", "middle", "slow"));
}

TEST_F(DeadlinesTest, ArmingAgainStartsAnew) {
    Deadlines deadlines(rig_.loop, 10ms);
    Endpoint a(rig_.loop, someEndpoint());
    Endpoint b(rig_.loop, someEndpoint());
    a.arm(deadlines);
    b.arm(deadlines);
    a.arm(deadlines);
    note(a, "a", 2);
    note(b, "b", 2);
    rig_.run();
    EXPECT_THAT(order_, ElementsAre("b", "a"));
}

TEST_F(DeadlinesTest, ArmingWithOthersLeavesTheFirst) {
    Deadlines quick(rig_.loop, 5ms);
    Deadlines middle(rig_.loop, 10ms);
    Deadlines slow(rig_.loop, 20ms);
    Endpoint a(rig_.loop, someEndpoint());
    Endpoint b(rig_.loop, someEndpoint());
    a.arm(quick);
    a.arm(slow);
    b.arm(middle);
    note(a, "a", 2);
    note(b, "b", 2);
    rig_.run();
    EXPECT_THAT(order_, ElementsAre("b", "a"));
}

TEST_F(DeadlinesTest, DisarmedNeverPasses) {
    Deadlines deadlines(rig_.loop, 5ms);
    Endpoint a(rig_.loop, someEndpoint());
    Endpoint b(rig_.loop, someEndpoint());
    a.arm(deadlines);
    b.arm(deadlines);
    a.disarm();
    note(b, "b", 1);
    rig_.run();
    EXPECT_FALSE(a.is(timedOut));
}

TEST_F(DeadlinesTest, DisarmingTakesBackWhatHasPassed) {
    Deadlines deadlines(rig_.loop, 0ms);
    Endpoint a(rig_.loop, someEndpoint());
    a.arm(deadlines);
    note(a, "a", 1);
    rig_.run();
    EXPECT_TRUE(a.is(timedOut));
    a.disarm();
    EXPECT_FALSE(a.is(timedOut));
}

TEST_F(DeadlinesTest, WhoIsDestroyedTakesItsDeadlineAlong) {
    Deadlines deadlines(rig_.loop, 1ms);
    auto a = std::make_unique<Endpoint>(rig_.loop, someEndpoint());
    Endpoint b(rig_.loop, someEndpoint());
    a->arm(deadlines);
    b.arm(deadlines);
    a.reset();
    note(b, "b", 1);
    rig_.run();
    EXPECT_THAT(order_, ElementsAre("b"));
}

TEST_F(DeadlinesTest, MayDieBeforeTheLoop) {
    Endpoint a(rig_.loop, someEndpoint());
    {
        Deadlines deadlines(rig_.loop, 1ms);
        a.arm(deadlines);
    }
    Deadlines other(rig_.loop, 5ms);
    Endpoint b(rig_.loop, someEndpoint());
    b.arm(other);
    note(b, "b", 1);
    rig_.run();
    EXPECT_FALSE(a.is(timedOut));
}

TEST_F(DeadlinesTest, ManyOfOneDurationPassTogether) {
    Deadlines deadlines(rig_.loop, 2ms);
    std::vector<std::unique_ptr<Endpoint>> many(300);
    for (auto& endpoint : many) endpoint = std::make_unique<Endpoint>(rig_.loop, someEndpoint());
    for (auto& endpoint : many) {
        endpoint->arm(deadlines);
        note(*endpoint, "x", many.size());
    }
    rig_.run();
    EXPECT_EQ(order_.size(), many.size());
}

} // namespace
} // namespace proxy::net
