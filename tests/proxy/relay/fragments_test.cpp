// Random exchanges in random pieces, both ways, from a seed that a failure
// tells: what comes out is what went in.
#include "tests/proxy/relay/running_proxy.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace proxy::test {
namespace {

class Random {
public:
    explicit Random(unsigned seed)
        : engine_(seed) {}
    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
    }
    bool oneIn(std::size_t n) { return below(n) == 0; }
    std::string bytes(std::size_t size) {
        std::string text(size, '\0');
        for (char& octet : text) octet = static_cast<char>(engine_());
        return text;
    }
    template <class T>
    const T& of(const std::vector<T>& all) {
        return all[below(all.size())];
    }

private:
    std::mt19937 engine_;
};

std::string chunked(Random& random, std::string_view body) {
    std::string out;
    while (!body.empty()) {
        const std::string_view chunk = body.substr(0, 1 + random.below(random.oneIn(5) ? 20'000 : 200));
        std::array<char, 32> line{};
        std::snprintf(line.data(), line.size(), random.oneIn(3) ? "%zX;x=y\r\n" : "%04zx\r\n", chunk.size());
        out.append(line.data()).append(chunk).append("\r\n");
        body.remove_prefix(chunk.size());
    }
    return out + (random.oneIn(3) ? "0\r\nX-Trailer: 1\r\n\r\n" : "0\r\n\r\n");
}

std::string fields(Random& random) {
    std::string out;
    for (std::size_t i = random.below(8); i > 0; --i)
        out += "X-" + std::to_string(random.below(100)) + ": " + std::string(random.below(300), 'v') + "\r\n";
    return out;
}

std::string withBody(Random& random, const std::string& head) {
    const std::string body = random.bytes(random.below(random.oneIn(6) ? 60'000 : 600));
    if (random.oneIn(2)) return head + "Transfer-Encoding: chunked\r\n\r\n" + chunked(random, body);
    return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct Exchange {
    std::string request;
    std::string response;
};

Exchange exchange(Random& random) {
    static const std::vector<std::string> targets{"/_ping", "/v1.41/containers/json?all=1",
                                                  "/images/a%2Fb/json", "/events"};
    const std::string method = random.of(std::vector<std::string>{"GET", "HEAD", "POST", "PUT", "DELETE"});
    Exchange made;
    made.request = method + " " + random.of(targets) + " HTTP/1.1\r\nHost: d\r\n" + fields(random);
    made.request = method == "GET" || method == "HEAD" || method == "DELETE" ? made.request + "\r\n"
                                                                             : withBody(random, made.request);
    if (random.oneIn(4)) made.response = "HTTP/1.1 103 Early Hints\r\n" + fields(random) + "\r\n";
    if (method == "HEAD")
        made.response += "HTTP/1.1 200 OK\r\n" + fields(random) + "Content-Length: 77\r\n\r\n";
    else if (random.oneIn(8))
        made.response += "HTTP/1.1 204 No Content\r\n" + fields(random) + "\r\n";
    else
        made.response += withBody(random, "HTTP/1.1 200 OK\r\n" + fields(random));
    return made;
}

class Fragments : public RelayTest, public testing::WithParamInterface<unsigned> {
protected:
    void send(Random& random, Peer& peer, std::string_view bytes) {
        const std::size_t most = random.oneIn(3) ? 10 : random.oneIn(2) ? 1000 : 30'000;
        const bool everySeen = random.oneIn(3) && bytes.size() / most < 200;
        while (!bytes.empty()) {
            const std::string_view piece = bytes.substr(0, 1 + random.below(most));
            peer.send(piece);
            if (everySeen) proxy().settle();
            bytes.remove_prefix(piece.size());
        }
    }
};

TEST_P(Fragments, PassUnchanged) {
    Random random(GetParam());
    Peer client = connect(random.oneIn(2) ? RunningProxy::Over::tcp : RunningProxy::Over::unix);
    Peer daemon = pooled(client);
    for (int count = 0; count < 200 && !HasFailure();) {
        std::vector<Exchange> row;
        std::string requests;
        for (std::size_t i = 1 + random.below(4); i > 0; --i) {
            row.push_back(exchange(random));
            requests += row.back().request;
        }
        std::thread sender([&, seed = random.below(1'000'000)] {
            Random own(static_cast<unsigned>(seed));
            send(own, client, requests);
        });
        for (const Exchange& made : row) {
            EXPECT_TRUE(daemon.read(made.request.size()) == made.request)
                << "seed " << GetParam() << ", exchange " << count;
            std::thread answerer([&, seed = random.below(1'000'000)] {
                Random own(static_cast<unsigned>(seed));
                send(own, daemon, made.response);
            });
            EXPECT_TRUE(client.read(made.response.size()) == made.response)
                << "seed " << GetParam() << ", exchange " << count;
            answerer.join();
            ++count;
            if (HasFailure()) break;
        }
        sender.join();
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Fragments, testing::Range(1U, 6U));

} // namespace
} // namespace proxy::test
