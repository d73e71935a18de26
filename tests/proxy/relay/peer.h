// The other end of a connection, as bytes: what stands before the proxy and behind it in these tests.
// Blocking, with a generous deadline on everything, so that a test that is wrong fails and does not hang.
#pragma once

#include "proxy/net/fd.h"

#include <ostream>
#include <string>
#include <string_view>

namespace proxy::test {

class Peer {
public:
    explicit Peer(net::Fd fd);

    [[nodiscard]] int number() const noexcept { return fd_.number(); }

    /// All of it.
    void send(std::string_view bytes);
    /// As much as the other side takes before it has taken nothing for a while.
    [[nodiscard]] std::size_t sendUntilStuck(std::string_view bytes);

    /// The other side does not read any more, and never will.
    [[nodiscard]] bool sendingFails();

    /// Exactly `size` octets, fewer if the stream ends or stays silent.
    [[nodiscard]] std::string read(std::size_t size);
    /// Up to and with the first `end`.
    [[nodiscard]] std::string readUntil(std::string_view end);
    [[nodiscard]] std::string readHead() { return readUntil("\r\n\r\n"); }

    enum class End { closed, reset, silent };
    /// All until the stream ends; how it did is told by end().
    [[nodiscard]] std::string rest();
    /// How the stream ends; bytes in front of the end are dropped.
    [[nodiscard]] End end();
    /// Nothing to read at this moment, and open.
    [[nodiscard]] bool quiet();

    void halfClose();
    void stopReading();
    void close();
    /// TCP: RST. Unix: closed, which is a reset where the other side sent what was not read.
    void reset();

private:
    bool fill();

    net::Fd fd_;
    std::string unread_;
    End end_ = End::silent;
};

inline void PrintTo(Peer::End end, std::ostream* out) {
    *out << (end == Peer::End::closed ? "closed" : end == Peer::End::reset ? "reset" : "silent");
}

/// What the proxy answers by itself: a head with Content-Length, and a body.
struct Answer {
    int status = 0;
    std::string head;
    std::string body;
    [[nodiscard]] bool closes() const { return head.find("\r\nConnection: close\r\n") != std::string::npos; }
};
[[nodiscard]] Answer readAnswer(Peer& peer, bool toHead = false);

/// The daemon's socket, played by the test itself.
class RawDaemon {
public:
    RawDaemon();
    RawDaemon(const RawDaemon&) = delete;
    RawDaemon& operator=(const RawDaemon&) = delete;
    ~RawDaemon();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] Peer accept();
    /// No connection waits to be accepted.
    [[nodiscard]] bool nothing() const;

    void start(int backlog = 128);
    /// Stops listening; the socket's file stays, as when a daemon is killed.
    void stop() { listener_.reset(); }
    void remove();
    /// A file, or a folder, where the socket should be.
    void replaceByFile();
    void replaceByFolder();

private:
    std::string folder_;
    std::string path_;
    net::Fd listener_;
};

[[nodiscard]] std::size_t openDescriptors();

/// Bytes of which no two stretches look alike.
[[nodiscard]] std::string pattern(std::size_t size);

} // namespace proxy::test

/// The next bytes that `peer` gets.
#define EXPECT_BYTES(peer, expected)                                                                         \
    EXPECT_EQ((peer).read(std::string_view(expected).size()), std::string(expected))
