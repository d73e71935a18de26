#include "proxy/net/task.h"
#include "tests/proxy/net/allocations.h"
#include "tests/proxy/net/rig.h"

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace proxy::net {
namespace {

Task<int> two() {
    co_return 2;
}
Task<int> twice(int depth) {
    if (depth == 0) co_return 1;
    const int below = co_await twice(depth - 1);
    const int factor = co_await two();
    co_return factor* below;
}

TEST(Task, GivesItsResultToWhoAwaits) {
    int result = 0;
    const auto start = [&]() -> Detached { result = co_await twice(10); };
    start();
    EXPECT_EQ(result, 1024);
}

TEST(Task, DoesNothingUntilAwaited) {
    bool ran = false;
    const auto body = [&]() -> Task<> {
        ran = true;
        co_return;
    };
    {
        const Task<> never = body();
        EXPECT_FALSE(ran);
    }
    const auto start = [&]() -> Detached { co_await body(); };
    start();
    EXPECT_TRUE(ran);
}

TEST(Task, AnExceptionReachesWhoAwaits) {
    const auto fails = []() -> Task<int> {
        throw std::runtime_error("as it should");
        co_return 1;
    };
    std::string what;
    const auto start = [&]() -> Detached {
        try {
            const int unreached = co_await fails();
            what = std::to_string(unreached);
        } catch (const std::runtime_error& e) {
            what = e.what();
        }
    };
    start();
    EXPECT_EQ(what, "as it should");
}

// Straight-line loops of a connection's whole life must not pile up stack. That takes tail calls, which a
// compiler makes when it optimizes and no sanitizer wants to see every frame.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr int many = 200'000;
#else
constexpr int many = 200;
#endif

TEST(Task, ManyInARowNeedNoStack) {
    int sum = 0;
    const auto start = [&]() -> Detached {
        for (int i = 0; i < many; ++i) {
            const int result = co_await two();
            sum += result;
        }
    };
    start();
    EXPECT_EQ(sum, 2 * many);
}

TEST(Detached, ItsEndIsTheEndOfAllItOwns) {
    Rig rig;
    Endpoint endpoint(rig.loop, someEndpoint());
    const auto owned = std::make_shared<int>(1);
    const auto start = [&](std::shared_ptr<int> mine) -> Detached {
        co_await Yield(endpoint);
        EXPECT_EQ(*mine, 1);
        rig.stop();
    };
    start(owned);
    EXPECT_GT(owned.use_count(), 1);
    rig.run();
    EXPECT_EQ(owned.use_count(), 1);
}

TEST(FramePool, CallsThatWereMadeBeforeAllocateNothing) {
    int result = 0;
    const auto start = [&]() -> Detached { result += co_await twice(20); };
    start();
    const std::size_t before = test::allocations();
    for (int i = 0; i < 100; ++i) start();
    EXPECT_EQ(test::allocations(), before);
    EXPECT_EQ(result, 101 << 20);
}

TEST(FramePool, GivesEverySizeItsOwn) {
    std::vector<std::pair<char*, std::size_t>> frames;
    for (std::size_t size = 1; size < 5000; size += 61) {
        auto* const frame = static_cast<char*>(FramePool::allocate(size));
        std::fill_n(frame, size, static_cast<char>(size)); // the sanitizer would see an overlap or an overrun
        frames.emplace_back(frame, size);
    }
    for (const auto& [frame, size] : frames) {
        for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(frame[i], static_cast<char>(size));
        FramePool::release(frame, size);
    }
    for (std::size_t size = 1; size < 5000; size += 61) {
        auto* const frame = static_cast<char*>(FramePool::allocate(size));
        std::fill_n(frame, size, 'x');
        FramePool::release(frame, size);
    }
}

TEST(FramePool, KeepsABoundedNumber) {
    std::vector<void*> frames(2000);
    for (void*& frame : frames) frame = FramePool::allocate(200);
    for (void* const frame : frames) FramePool::release(frame, 200);
    const std::size_t before = test::allocations();
    for (void*& frame : frames) frame = FramePool::allocate(200);
    EXPECT_GE(test::allocations() - before, frames.size() - 600) << "a flood's memory is not kept";
    EXPECT_LT(test::allocations() - before, frames.size()) << "a burst's is";
    for (void* const frame : frames) FramePool::release(frame, 200);
}

} // namespace
} // namespace proxy::net
