// A judgement allocates the reader's memory, and no more where it passes. This program counts every allocation
// it makes.
#include "tests/proxy/guard/recorded.h"
#include "tests/proxy/net/allocations.h"

#include <gtest/gtest.h>

namespace proxy::guard {
namespace {

TEST(Allocation, OneABodyThatPasses) {
    const Guard guard(Settings{.profile = Profile::baseline});
    for (const char* const name :
         {"docker-28.5.ContainerCreate.everyday", "compose-2.40.ContainerCreate.up"}) {
        const auto recorded = tests::readRecorded(std::string(REQUESTS "/") + name + ".http");
        const Request request = recorded.request();
        const std::size_t before = test::allocations();
        const bool allowed = guard.judge(request).allowed();
        const std::size_t after = test::allocations();
        EXPECT_TRUE(allowed) << name;
        EXPECT_EQ(after - before, 1U) << name;
    }
}

TEST(Allocation, NoneWhereNothingIsRead) {
    const Guard guard(Settings{.profile = Profile::baseline});
    const std::size_t before = test::allocations();
    const bool allowed = guard.judge({"GET", "ContainerList", "1.41"}).allowed();
    EXPECT_EQ(test::allocations(), before);
    EXPECT_TRUE(allowed);
}

} // namespace
} // namespace proxy::guard
