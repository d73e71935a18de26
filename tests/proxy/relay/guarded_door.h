// A proxy whose one door is guarded, and requests to it.
#pragma once

#include "tests/proxy/relay/running_proxy.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace proxy::test {

class GuardedRelay : public RelayTest {
protected:
    GuardedRelay() { guard({.profile = guard::Profile::baseline}); }
    /// Before the first use of proxy(). Everything is granted.
    void guard(guard::Settings settings, relay::Server::Limits limits = roomy()) {
        RunningProxy::Options options;
        options.doors[0].guard = guard::Guard(std::move(settings));
        options.limits = limits;
        options.level = log::Level::info;
        configure(std::move(options));
    }
};

inline std::string post(std::string_view target, const std::string& body) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::string create(const std::string& body) {
    return post("/v1.41/containers/create", body);
}

inline std::string chunkedHead() {
    return "POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
           "Transfer-Encoding: chunked\r\n\r\n";
}

inline std::string chunk(std::string_view data) {
    static constexpr std::string_view hex = "0123456789abcdef";
    std::string size;
    for (std::size_t left = data.size(); left != 0 || size.empty(); left /= 16)
        size.insert(0, 1, hex[left % 16]);
    return size + "\r\n" + std::string(data) + "\r\n";
}

inline std::string createInChunks(std::initializer_list<std::string_view> pieces) {
    std::string request = chunkedHead();
    for (const std::string_view piece : pieces) request += chunk(piece);
    return request + "0\r\n\r\n";
}

/// A body of a create, of that many octets, that passes.
inline std::string bodyOf(std::size_t size) {
    const std::string begin = R"({"Image":"x","Env":["A=)";
    const std::string end = "\"]}";
    return begin + std::string(size - begin.size() - end.size(), 'e') + end;
}

} // namespace proxy::test
