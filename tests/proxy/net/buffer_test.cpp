#include "proxy/net/buffer.h"
#include "tests/proxy/net/allocations.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <string>

namespace proxy::net {
namespace {

std::string filler(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
}

TEST(Buffer, HoldsNoBlockBeforeTheFirstByte) {
    BufferPool pool;
    const std::size_t before = test::allocations();
    const Buffer buffer(pool);
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.view(), "");
    EXPECT_EQ(test::allocations(), before);
}

TEST(Buffer, LargerBlocksAreCounted) {
    constexpr std::size_t block = BufferPool::blockSize;
    BufferPool pool;
    {
        Buffer one(pool);
        EXPECT_TRUE(one.fits(block - Buffer::headroom));
        EXPECT_FALSE(one.fits(block - Buffer::headroom + 1));
        one.append(filler(1000));
        EXPECT_EQ(pool.inLargerBlocks(), 0U);
        (void)one.space(10 * block);
        const std::size_t larger = pool.inLargerBlocks();
        EXPECT_EQ(larger, 10 * block + 1000 + Buffer::headroom) << "no more than is asked for";
        EXPECT_TRUE(one.fits(10 * block + 1000));
        EXPECT_FALSE(one.fits(10 * block + 1001));
        EXPECT_EQ(one.view(), filler(1000));
        Buffer two(pool);
        (void)two.space(block);
        EXPECT_EQ(pool.inLargerBlocks(), larger + 2 * block);
        one = std::move(two);
        EXPECT_EQ(pool.inLargerBlocks(), 2 * block);
        (void)one.space(4 * block);
        EXPECT_EQ(pool.inLargerBlocks(), 4 * block + Buffer::headroom);
        one.append("x");
        one.consume(1);
        EXPECT_EQ(pool.inLargerBlocks(), 0U);
        (void)one.space(2 * block);
    }
    EXPECT_EQ(pool.inLargerBlocks(), 0U);
}

// The pool hands out the block given back last: whoever gets it again proves that it was given back.
TEST(Buffer, GivesItsBlockBackWhenEmpty) {
    BufferPool pool;
    const char* block = nullptr;
    {
        Buffer buffer(pool);
        buffer.append("abc");
        block = buffer.view().data();
        const auto isBack = [&] {
            Buffer other(pool);
            other.append("x");
            return other.view().data() == block;
        };
        EXPECT_FALSE(isBack());
        buffer.consume(3);
        EXPECT_TRUE(isBack());
        buffer.append("abc");
        block = buffer.view().data();
        buffer.truncate(0);
        EXPECT_TRUE(isBack());
        buffer.append("abc");
        block = buffer.view().data();
        buffer.release();
        EXPECT_TRUE(isBack());
        EXPECT_TRUE(buffer.empty());
        buffer.append("abc");
        block = buffer.view().data();
        Buffer taker = std::move(buffer);
        EXPECT_FALSE(isBack());
        EXPECT_EQ(taker.view(), "abc");
        EXPECT_TRUE(buffer.empty()); // NOLINT: what is left behind is specified
    }
    Buffer last(pool);
    last.append("x");
    EXPECT_EQ(last.view().data(), block);
}

TEST(Buffer, SteadyUseAllocatesNothing) {
    BufferPool pool;
    const auto use = [&] {
        Buffer buffer(pool);
        buffer.append("some bytes");
        Buffer other = std::move(buffer);
        other.consume(other.size());
        other.append("more");
    };
    use();
    const std::size_t before = test::allocations();
    for (int i = 0; i < 100; ++i) use();
    EXPECT_EQ(test::allocations(), before);
}

TEST(Buffer, ConsumesFromTheFront) {
    BufferPool pool;
    Buffer buffer(pool);
    buffer.append("abcdef");
    buffer.consume(2);
    EXPECT_EQ(buffer.view(), "cdef");
    buffer.truncate(3);
    EXPECT_EQ(buffer.view(), "cde");
    buffer.append("x");
    EXPECT_EQ(buffer.view(), "cdex");
}

struct Front {
    const char* id;
    std::string old;
    std::string text;
};
void PrintTo(const Front& row, std::ostream* out) {
    *out << row.id;
}

class ReplaceFront : public testing::TestWithParam<Front> {};

TEST_P(ReplaceFront, LeavesTheRest) {
    BufferPool pool;
    Buffer buffer(pool);
    const std::string rest = filler(1000);
    buffer.append(GetParam().old + rest);
    buffer.replaceFront(GetParam().old.size(), GetParam().text);
    EXPECT_EQ(buffer.view(), GetParam().text + rest);
}

INSTANTIATE_TEST_SUITE_P(Heads, ReplaceFront,
                         testing::Values(Front{"shorter", "a long head", "head"},
                                         Front{"same", "head", "HEAD"}, Front{"nothing", "head", ""},
                                         Front{"from-nothing", "", "head"},
                                         Front{"longest", "h", filler(1 + Buffer::headroom)}),
                         tests::byId);

TEST(Buffer, GrowsToTheLargestHeadAndRewritesIt) {
    BufferPool pool;
    Buffer buffer(pool);
    const std::string head = filler(std::size_t{128} * 1024);
    buffer.append(std::string_view(head).substr(0, 1));
    buffer.append(std::string_view(head).substr(1));
    EXPECT_EQ(buffer.view(), head);
    buffer.replaceFront(head.size(), head + filler(Buffer::headroom));
    EXPECT_EQ(buffer.view(), head + filler(Buffer::headroom));
}

TEST(Buffer, HasRoomInFrontHoweverItWasFilled) {
    BufferPool pool;
    Buffer buffer(pool);
    // Grown, with something consumed: what was in front may not be taken for room, nor room be lost.
    buffer.append(filler(50'000));
    buffer.consume(49'000);
    buffer.append(filler(64'000));
    const std::string whole(buffer.view());
    EXPECT_EQ(whole, filler(50'000).substr(49'000) + filler(64'000));
    buffer.replaceFront(0, filler(Buffer::headroom));
    EXPECT_EQ(buffer.view(), filler(Buffer::headroom) + whole);
}

TEST(Buffer, MakesRoomBeforeItGrows) {
    BufferPool pool;
    Buffer buffer(pool);
    buffer.append(filler(60'000));
    buffer.consume(59'000);
    const std::size_t before = test::allocations();
    EXPECT_GE(buffer.space(50'000).size(), 50'000U);
    EXPECT_EQ(test::allocations(), before);
    EXPECT_EQ(buffer.view(), filler(60'000).substr(59'000));
}

TEST(Buffer, AlwaysOffersSomeRoom) {
    BufferPool pool;
    Buffer buffer(pool);
    buffer.append(filler(BufferPool::blockSize - Buffer::headroom));
    EXPECT_GE(buffer.space().size(), 1U);
    EXPECT_EQ(buffer.size(), BufferPool::blockSize - Buffer::headroom);
}

TEST(Buffer, AssigningReleasesWhatItHeld) {
    BufferPool pool;
    Buffer one(pool);
    Buffer two(pool);
    one.append("one");
    const char* const block = one.view().data();
    two.append("two");
    one = std::move(two);
    EXPECT_EQ(one.view(), "two");
    Buffer three(pool);
    three.append("three");
    EXPECT_EQ(three.view().data(), block);
}

} // namespace
} // namespace proxy::net
