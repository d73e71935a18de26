#include "proxy/net/stream.h"
#include "tests/proxy/net/rig.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <vector>

namespace proxy::net {
namespace {

using Kind = Io::Kind;

std::string bytesOf(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 % 251);
    return text;
}

// Both kinds of socket the proxy relays between.
Pair tcpPair() {
    const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    Pair pair;
    EXPECT_EQ(::bind(listener.number(), raw, size), 0);
    EXPECT_EQ(::listen(listener.number(), 1), 0);
    EXPECT_EQ(::getsockname(listener.number(), raw, &size), 0);
    pair.theirs = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(pair.theirs.number(), raw, size), 0);
    pair.ours = Fd(::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    return pair;
}

class StreamTest : public testing::TestWithParam<const char*> {
protected:
    Pair pair_ = GetParam() == std::string("tcp") ? tcpPair() : Pair();
    Rig rig_;
    BufferPool pool_;
    Buffer buffer_{pool_};
    Stream stream_{rig_.loop, std::move(pair_.ours)};

    /// Runs the loop until `events` are so.
    void await(Events events) {
        const auto waiter = [&]() -> Detached {
            co_await Wait(stream_, events);
            rig_.stop();
        };
        if (stream_.is(events)) return;
        waiter();
        rig_.run();
    }
    std::string takeTheirs(std::size_t size) {
        std::string text(size, '\0');
        std::size_t got = 0;
        while (got < size) {
            const ssize_t n = ::recv(pair_.theirs.number(), text.data() + got, size - got, 0);
            if (n <= 0) break;
            got += static_cast<std::size_t>(n);
        }
        text.resize(got);
        return text;
    }
};

TEST_P(StreamTest, AsksNothingBeforeThereIsNews) {
    put(pair_.theirs, "x");
    EXPECT_EQ(stream_.receive(buffer_).kind, Kind::wouldBlock);
    await(readable);
    EXPECT_EQ(stream_.receive(buffer_).kind, Kind::done);
    EXPECT_EQ(buffer_.view(), "x");
}

TEST_P(StreamTest, AShortReadHasEmptiedTheSocket) {
    put(pair_.theirs, "some");
    await(readable);
    EXPECT_EQ(stream_.receive(buffer_).octets, 4U);
    EXPECT_FALSE(stream_.is(readable));
}

TEST_P(StreamTest, AFullReadMayHaveLeftSomething) {
    put(pair_.theirs, "somemore");
    await(readable);
    EXPECT_EQ(stream_.receive(buffer_, 4).octets, 4U);
    EXPECT_TRUE(stream_.is(readable));
    EXPECT_EQ(stream_.receive(buffer_, 4).octets, 4U);
    EXPECT_EQ(buffer_.view(), "somemore");
    EXPECT_EQ(stream_.receive(buffer_, 4).kind, Kind::wouldBlock);
    EXPECT_FALSE(stream_.is(readable));
}

TEST_P(StreamTest, NothingToReadHoldsNoBlock) {
    put(pair_.theirs, "some");
    await(readable);
    EXPECT_EQ(stream_.receive(buffer_, 4).octets, 4U);
    const char* const block = buffer_.view().data();
    buffer_.consume(4);
    EXPECT_EQ(stream_.receive(buffer_).kind, Kind::wouldBlock);
    Buffer other(pool_);
    other.append("x");
    EXPECT_EQ(other.view().data(), block);
}

TEST_P(StreamTest, ReadsToTheEnd) {
    put(pair_.theirs, "last words");
    ::shutdown(pair_.theirs.number(), SHUT_WR);
    await(readClosed);
    EXPECT_FALSE(stream_.atEnd()) << "there is still something to read";
    EXPECT_EQ(stream_.receive(buffer_).kind, Kind::done);
    EXPECT_EQ(buffer_.view(), "last words");
    EXPECT_TRUE(stream_.atEnd());
    EXPECT_EQ(stream_.receive(buffer_).kind, Kind::ended);
    EXPECT_EQ(stream_.receive(buffer_).kind, Kind::ended) << "and it stays so";
    EXPECT_EQ(stream_.send("still open").kind, Kind::done);
    EXPECT_EQ(takeTheirs(10), "still open");
}

TEST_P(StreamTest, AnOpenStreamIsNotAtItsEnd) {
    EXPECT_FALSE(stream_.atEnd());
    put(pair_.theirs, "x");
    await(readable);
    EXPECT_FALSE(stream_.atEnd());
}

TEST_P(StreamTest, EndsItsDirectionOnly) {
    EXPECT_EQ(stream_.send("bye").kind, Kind::done);
    stream_.shutdownWrite();
    EXPECT_EQ(takeTheirs(100), "bye");
    put(pair_.theirs, "answer");
    await(readable);
    EXPECT_EQ(stream_.receive(buffer_).octets, 6U);
}

TEST_P(StreamTest, SendingToWhoIsGoneFailsWithoutASignal) {
    pair_.theirs.reset();
    await(closed | readClosed);
    Io sent;
    for (int i = 0; i < 1000 && sent.kind == Kind::done; ++i)
        sent = stream_.send("x"); // TCP: the first is answered RST
    EXPECT_EQ(sent.kind, Kind::failed);
    EXPECT_TRUE(sent.error == EPIPE || sent.error == ECONNRESET) << sent.error;
}

TEST_P(StreamTest, WaitsOutAFullSendBuffer) {
    const std::string bytes = bytesOf(std::size_t{16} << 20);
    std::size_t sent = 0;
    Io io;
    while ((io = stream_.send(std::string_view(bytes).substr(sent))).kind == Kind::done) sent += io.octets;
    EXPECT_EQ(io.kind, Kind::wouldBlock);
    EXPECT_GT(sent, 0U);
    ASSERT_LT(sent, bytes.size());
    EXPECT_FALSE(stream_.is(Stream::canSend));
    for (int round = 0; round < 3;
         ++round) { // the second and third time room is awaited as well as the first
        const std::size_t before = sent;
        EXPECT_EQ(takeTheirs(sent), bytes.substr(0, sent)) << "and nothing in front of it is lost";
        await(writable);
        while ((io = stream_.send(std::string_view(bytes).substr(sent - before))).kind == Kind::done)
            sent += io.octets;
        EXPECT_EQ(io.kind, Kind::wouldBlock);
        EXPECT_GT(sent, before);
        sent -= before;
    }
}

TEST_P(StreamTest, AResetFailsTheRead) {
    if (GetParam() == std::string("unix")) {
        EXPECT_EQ(stream_.send("unread").kind,
                  Kind::done); // closing with something unread resets a unix socket
    } else {
        const linger abort{1, 0};
        ::setsockopt(pair_.theirs.number(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    }
    pair_.theirs.reset();
    await(closed);
    const Io got = stream_.receive(buffer_);
    EXPECT_EQ(got.kind, Kind::failed);
    EXPECT_EQ(got.error, ECONNRESET);
    EXPECT_TRUE(stream_.atEnd());
}

TEST_P(StreamTest, QuietUntilSomethingArrives) {
    EXPECT_TRUE(stream_.quiet());
    put(pair_.theirs, "x");
    await(readable);
    EXPECT_FALSE(stream_.quiet());
    EXPECT_EQ(stream_.receive(buffer_, 1).octets, 1U);
    EXPECT_TRUE(stream_.is(readable)) << "a full read leaves it open whether there is more";
    EXPECT_TRUE(stream_.quiet()) << "then the kernel is asked";
    EXPECT_FALSE(stream_.is(readable));
}

// What comes between two looks of the loop's is met, too: an answer that nobody asked for must
// not wait here for the next request.
TEST_P(StreamTest, QuietIsWhatTheKernelSays) {
    put(pair_.theirs, "x");
    EXPECT_FALSE(stream_.is(readable)) << "the loop has not looked yet";
    EXPECT_FALSE(stream_.quiet());
}

TEST_P(StreamTest, NotQuietOnceThePeerIsGone) {
    ::shutdown(pair_.theirs.number(), SHUT_WR);
    await(readClosed);
    EXPECT_FALSE(stream_.quiet());
}

INSTANTIATE_TEST_SUITE_P(Sockets, StreamTest, testing::Values("unix", "tcp"),
                         [](const auto& row) { return std::string(row.param); });

TEST(Stream, AResetOnCloseIsSeenByThePeer) {
    Pair pair = tcpPair();
    Rig rig;
    {
        Stream stream(rig.loop, std::move(pair.ours));
        stream.resetOnClose();
    }
    char octet = 0;
    EXPECT_EQ(::recv(pair.theirs.number(), &octet, 1, 0), -1);
    EXPECT_EQ(errno, ECONNRESET);
}

// ---- Dialling ------------------------------------------------------------------------------------

class Dial : public testing::Test {
protected:
    Dial() {
        std::string pattern = (std::filesystem::temp_directory_path() / "dial-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        path_ = folder_ / "socket";
    }
    ~Dial() override { std::filesystem::remove_all(folder_); }

    Fd listening(int type, int backlog) const {
        Fd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.string().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(fd.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        if (type == SOCK_STREAM) {
            EXPECT_EQ(::listen(fd.number(), backlog), 0);
        }
        return fd;
    }
    std::filesystem::path folder_;
    std::filesystem::path path_;
};

TEST_F(Dial, ConnectsNonBlockingAndClosedOnExec) {
    const Fd listener = listening(SOCK_STREAM, 1);
    const Dialled dialled = dialUnix(path_);
    ASSERT_TRUE(dialled.fd.valid());
    EXPECT_NE(::fcntl(dialled.fd.number(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(dialled.fd.number(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(Dial, TellsWhyNot) {
    EXPECT_EQ(dialUnix(path_).error, ENOENT);
    EXPECT_EQ(dialUnix(folder_ / std::string(200, 'x')).error, ENAMETOOLONG);
    { const Fd gone = listening(SOCK_STREAM, 1); }
    EXPECT_EQ(dialUnix(path_).error, ECONNREFUSED);
    std::filesystem::remove(path_);
    const Fd datagrams = listening(SOCK_DGRAM, 0);
    EXPECT_EQ(dialUnix(path_).error, EPROTOTYPE);
}

TEST_F(Dial, TellsAFullBacklog) {
    const Fd listener = listening(SOCK_STREAM, 0);
    std::vector<Dialled> waiting;
    for (int i = 0; i < 10 && (waiting.empty() || waiting.back().fd.valid()); ++i)
        waiting.push_back(dialUnix(path_));
    EXPECT_FALSE(waiting.back().fd.valid());
    EXPECT_EQ(waiting.back().error, EAGAIN);
}

} // namespace
} // namespace proxy::net
