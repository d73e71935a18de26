// A proxy that serves on a thread of its own, in this process: what a test needs to stand on both sides of
// it, to look inside, and to hold its end against its beginning.
#pragma once

#include "proxy/relay/server.h"
#include "tests/proxy/relay/peer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

namespace proxy::test {

[[nodiscard]] policy::Grants everything();

/// Limits that no test meets by being slow.
[[nodiscard]] relay::Server::Limits roomy();

/// Without a name.
[[nodiscard]] std::vector<relay::Door> oneDoor(const policy::Access& access);

class RunningProxy {
public:
    struct Options {
        /// The port leads to the first, the unix socket to the last.
        std::vector<relay::Door> doors = oneDoor({.grants = everything()});
        relay::Server::Limits limits = roomy();
        log::Level level = log::Level::debug;
    };
    RunningProxy(const std::string& socketPath, Options options);
    RunningProxy(const RunningProxy&) = delete;
    RunningProxy& operator=(const RunningProxy&) = delete;
    ~RunningProxy();

    enum class Over { tcp, unix };
    [[nodiscard]] Peer connect(Over over = Over::tcp) const;
    /// The same, or nothing when it is refused.
    [[nodiscard]] bool refuses() const;

    /// Runs on the proxy's thread, and waits until it has.
    void onLoop(const std::function<void()>& call);
    /// Everything sent before this call has been read and dealt with by the proxy when it returns.
    void settle();
    [[nodiscard]] std::size_t connections();
    /// Rounds of the loop so far: in each, nobody has more than one turn.
    [[nodiscard]] std::uint64_t rounds();
    /// Lets the proxy's clock, and with it its deadlines, be later by that much.
    void advance(net::Clock::duration by);

    void shutdown();
    /// Has the loop ended, after shutdown()? Waits for it, not longer than a test may take.
    [[nodiscard]] bool ended();

    /// The next line of the log that holds `text`; empty when there is none in time.
    [[nodiscard]] std::string logged(const std::string& text);

private:
    void serve(net::Listener tcp, net::Listener local, std::string socketPath, Options options);
    static void runCalls(void* self, net::Endpoint& endpoint);

    std::string folder_;
    std::uint16_t port_ = 0;
    std::string unixPath_;
    std::unique_ptr<Peer> log_;
    net::Fd logWriter_;
    net::Fd news_;       ///< an eventfd
    std::mutex callers_; ///< one at a time
    std::mutex mutex_;   ///< guards call_
    std::function<void()> call_;
    relay::Server* server_ = nullptr; ///< used on the proxy's thread
    net::Loop* loop_ = nullptr;       ///< likewise
    std::promise<void> up_;
    std::promise<void> done_;
    std::future<void> over_ = done_.get_future();
    std::thread thread_;
};

inline void PrintTo(RunningProxy::Over over, std::ostream* out) {
    *out << (over == RunningProxy::Over::tcp ? "tcp" : "unix");
}

/// Both sides, and the rule that nothing is left over: no connection, no descriptor.
class RelayTest : public testing::Test {
protected:
    RelayTest();
    void TearDown() override;
    /// Before the first use of proxy().
    void configure(RunningProxy::Options options) { options_ = std::move(options); }
    [[nodiscard]] RunningProxy& proxy();
    [[nodiscard]] Peer connect(RunningProxy::Over over = RunningProxy::Over::tcp) {
        return proxy().connect(over);
    }

    /// A whole exchange, so that the daemon's connection ends up in the pool.
    [[nodiscard]] Peer pooled(Peer& client);

private:
    std::size_t descriptors_ = openDescriptors();

protected:
    RawDaemon daemon_;

private:
    RunningProxy::Options options_;
    std::unique_ptr<RunningProxy> proxy_;
};

inline constexpr std::string_view ping = "GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n";
inline constexpr std::string_view pong = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

/// A ping on `client` that the daemon answers on `daemon`: both are as good as new.
#define EXPECT_EXCHANGE(client, daemon)                                                                      \
    do {                                                                                                     \
        (client).send(proxy::test::ping);                                                                    \
        EXPECT_BYTES(daemon, proxy::test::ping);                                                             \
        (daemon).send(proxy::test::pong);                                                                    \
        EXPECT_BYTES(client, proxy::test::pong);                                                             \
    } while (false)

} // namespace proxy::test
