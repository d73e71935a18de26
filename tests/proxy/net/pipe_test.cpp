#include "proxy/net/pipe.h"
#include "tests/proxy/net/rig.h"

#include <filesystem>
#include <string>
#include <sys/resource.h>

namespace proxy::net {
namespace {

using Kind = Io::Kind;

class PipeTest : public testing::Test {
protected:
    PipeTest() {
        source_.report(readable); // what the loop would say
        pipe_ = pipes_.take();
    }
    Pair in_;
    Pair out_;
    Rig rig_;
    Stream source_{rig_.loop, std::move(in_.ours)};
    Stream sink_{rig_.loop, std::move(out_.ours)};
    PipePool pipes_{8};
    std::unique_ptr<Pipe> pipe_;
};

TEST_F(PipeTest, MovesWhatIsThere) {
    ASSERT_NE(pipe_, nullptr);
    put(in_.theirs, "some bytes");
    EXPECT_EQ(pipe_->fill(source_, Pipe::size).octets, 10U);
    EXPECT_FALSE(pipe_->empty());
    EXPECT_EQ(pipe_->drain(sink_).octets, 10U);
    EXPECT_TRUE(pipe_->empty());
    std::string text(10, '\0');
    EXPECT_EQ(::read(out_.theirs.number(), text.data(), text.size()), 10);
    EXPECT_EQ(text, "some bytes");
}

// Two descriptors each: those that slow readers hold must not take what newcomers need.
TEST(PipePool, GivesNoMoreThanItMay) {
    PipePool pool(2);
    std::unique_ptr<Pipe> first = pool.take();
    const std::unique_ptr<Pipe> second = pool.take();
    EXPECT_NE(second, nullptr);
    EXPECT_EQ(pool.take(), nullptr);
    first.reset(); // broken off: not given back
    first = pool.take();
    EXPECT_NE(first, nullptr);
    pool.give(std::move(first));
    EXPECT_NE(pool.take(), nullptr);
}

TEST_F(PipeTest, TakesNoMoreThanAsked) {
    put(in_.theirs, "body and the next message");
    EXPECT_EQ(pipe_->fill(source_, 4).octets, 4U);
    EXPECT_EQ(pipe_->drain(sink_).octets, 4U);
    EXPECT_TRUE(source_.is(readable));
    std::string rest(100, '\0');
    EXPECT_EQ(::read(source_.number(), rest.data(), rest.size()), 21);
}

TEST_F(PipeTest, AnEmptySourceIsWaitedFor) {
    EXPECT_EQ(pipe_->fill(source_, 4).kind, Kind::wouldBlock);
    EXPECT_FALSE(source_.is(readable));
    EXPECT_EQ(pipe_->fill(source_, 4).kind, Kind::wouldBlock) << "without asking the kernel again";
}

TEST_F(PipeTest, TellsTheEnd) {
    ::shutdown(in_.theirs.number(), SHUT_WR);
    EXPECT_EQ(pipe_->fill(source_, 4).kind, Kind::ended);
}

TEST_F(PipeTest, AFullSinkIsWaitedFor) {
    const std::string block(65536, 'x');
    while (sink_.send(block).kind == Kind::done) {
    }
    put(in_.theirs, "behind");
    EXPECT_EQ(pipe_->fill(source_, Pipe::size).octets, 6U);
    sink_.report(writable); // believed, and found to be wrong
    EXPECT_EQ(pipe_->drain(sink_).kind, Kind::wouldBlock);
    EXPECT_FALSE(sink_.is(writable));
    EXPECT_FALSE(pipe_->empty());
}

TEST_F(PipeTest, APipeThatHoldsSomethingIsNotHandedOn) {
    put(in_.theirs, "secret");
    EXPECT_EQ(pipe_->fill(source_, Pipe::size).octets, 6U);
    pipes_.give(std::move(pipe_));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(pipes_.take()->empty());
}

TEST_F(PipeTest, AnEmptyPipeIsKept) {
    const Pipe* const given = pipe_.get();
    pipes_.give(std::move(pipe_));
    EXPECT_EQ(pipes_.take().get(), given);
    pipes_.give(nullptr);
}

TEST_F(PipeTest, NoneWhenDescriptorsHaveRunOut) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{0, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto pipe = pipes_.take();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(pipe, nullptr);
}

} // namespace
} // namespace proxy::net
