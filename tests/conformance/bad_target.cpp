// bad-target MODE: a socket proxy with one fault, to see that the suite calls it by its name. Not a proxy of
// any use otherwise: a thread a connection, one request after another, bodies never.
#include "conformance/net/fd.h"

#include <arpa/inet.h>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

namespace {

using conformance::Fd;

constexpr std::string_view denial = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

const char* variable(const char* name) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets variables here
    return value == nullptr ? "" : value;
}

bool isOn(const char* name) {
    return variable(name) == std::string_view("1");
}

template <typename Address>
const sockaddr* general(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

Fd listenOnPort() {
    Fd fd(::socket(AF_INET, SOCK_STREAM, 0));
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(variable("PORT"), nullptr, 10)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd.get(), general(address), sizeof address) != 0 || ::listen(fd.get(), 64) != 0) std::exit(70);
    return fd;
}

Fd connectDaemon() {
    Fd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, variable("SOCKET_PATH"), sizeof address.sun_path - 1);
    if (::connect(fd.get(), general(address), sizeof address) != 0) return Fd();
    return fd;
}

// The next message without a body, taken from `buffer`; nothing at the end of the connection.
std::optional<std::string> nextHead(const Fd& fd, std::string& buffer) {
    for (;;) {
        if (const auto end = buffer.find("\r\n\r\n"); end != std::string::npos) {
            std::string head = buffer.substr(0, end + 4);
            buffer.erase(0, end + 4);
            return head;
        }
        char bytes[4096];
        const auto count = ::recv(fd.get(), bytes, sizeof bytes, 0);
        if (count <= 0) return std::nullopt;
        buffer.append(bytes, static_cast<std::size_t>(count));
    }
}

void say(const Fd& fd, std::string_view text) {
    [[maybe_unused]] const auto sent = ::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
}

std::string without(std::string text, std::string_view field) {
    const auto at = text.find(field);
    if (at != std::string::npos) text.erase(at, text.find("\r\n", at) + 2 - at);
    return text;
}

std::atomic<bool> hangs{false};

void serve(const std::string& mode, Fd client) {
    std::string fromClient;
    std::string fromDaemon;
    if (mode == "closes") return;
    const Fd daemon = connectDaemon();
    for (int count = 1; auto request = nextHead(client, fromClient); ++count) {
        if (mode == "hangs") continue;
        if (mode == "hangs-with-images-post0" && isOn("IMAGES") && !isOn("POST")) continue;
        if (mode == "hangs-after-images" && request->find("/images/") != std::string::npos) hangs = true;
        if (hangs) continue;
        if (mode == "dies-later" && count == 5) std::_Exit(4);
        if (mode == "drops-case") request = without(*request, "X-Conformance-Case");
        if (mode == "rewrites-target") request->replace(request->find(' '), 1, " /x");
        if (mode == "judges-first" && count == 1) {
            say(client, denial);
            continue;
        }
        if (mode != "denies-all" && mode != "answers-itself") {
            Fd spare = mode == "drops-spares" ? connectDaemon() : Fd();
            say(daemon, *request);
            if (spare) { // while the daemon thinks
                ::poll(nullptr, 0, 100);
                spare = Fd();
            }
            const auto answer = nextHead(daemon, fromDaemon);
            if (mode != "forwards-and-denies") {
                say(client, answer.value_or("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"));
                continue;
            }
        }
        say(client, mode == "answers-itself" ? empty : denial);
    }
}

} // namespace

int main(int count, char** words) {
    const std::string mode = count > 1 ? words[1] : "";
    if (mode == "dies-at-start") {
        std::cerr << "no such grant\n";
        return 3;
    }
    if (mode == "never-listens") ::pause();
    if (mode == "needs-daemon" && !connectDaemon()) {
        std::cerr << "no daemon\n";
        return 5;
    }
    if (mode == "ignores-term") std::signal(SIGTERM, SIG_IGN);
    const Fd listener = listenOnPort();
    for (;;) {
        Fd client(::accept(listener.get(), nullptr, nullptr));
        if (client) std::thread(serve, mode, std::move(client)).detach();
    }
}
