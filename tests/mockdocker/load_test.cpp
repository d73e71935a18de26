// Thousands of idle streams, and many clients at once.
#include "tests/mockdocker/client.h"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <thread>

namespace mockdocker {
namespace {

using test::Client;
using test::Daemon;

// Both ends and an eventfd a stream: three descriptors each.
std::size_t affordableStreams() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return std::min<std::size_t>(2500, (limit.rlim_cur - 100) / 3);
}

TEST(Load, IdleStreamsAllGetTheNextEvent) {
    Daemon daemon;
    std::vector<Client> clients;
    const std::size_t count = affordableStreams();
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(daemon.client());
        clients.back().send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for (Client& client : clients) ASSERT_TRUE(client.head().starts_with("HTTP/1.1 200 OK"));
    EXPECT_EQ(daemon.post("/volumes/create", R"({"Name":"wake"})").status(), 201);
    for (Client& client : clients) ASSERT_NE(client.until("}\n\r\n").find("\"wake\""), std::string::npos);
    daemon->stop();
    for (Client& client : clients) client.toEnd();
    EXPECT_TRUE(clients.back().ended());
}

TEST(Load, ManyClientsAtOnceAreAllRecorded) {
    Daemon daemon;
    constexpr int threads = 8;
    constexpr int each = 100;
    std::vector<std::thread> crowd;
    crowd.reserve(threads);
    for (int t = 0; t < threads; ++t) {
        crowd.emplace_back([&daemon, t] {
            Client client = daemon.client();
            for (int i = 0; i < each; ++i) {
                client.send("GET /containers/json HTTP/1.1\r\nHost: x\r\nX-Case-Id: " + std::to_string(t) +
                            "-\r\n\r\n");
                EXPECT_EQ(client.answer().status(), 200);
            }
        });
    }
    for (auto& thread : crowd) thread.join();
    EXPECT_EQ(daemon->recorder().requests().size(), static_cast<std::size_t>(threads * each));
    EXPECT_EQ(daemon->recorder().requests("X-Case-Id: 3-").size(), static_cast<std::size_t>(each));
}

} // namespace
} // namespace mockdocker
