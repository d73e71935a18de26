// A raw client on a unix socket for the mock daemon's tests. Every wait ends at a
// deadline, with what came so far.
#pragma once

#include "mockdocker/mock_daemon.h"
#include "mockdocker/wire/socket.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace mockdocker::test {

struct Answer {
    std::string head; ///< the empty line included; without the Date line, which nobody can predict
    std::string body; ///< chunks taken off
    [[nodiscard]] int status() const { return head.size() < 12 ? 0 : std::stoi(head.substr(9, 3)); }
    [[nodiscard]] bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
};

class Client {
public:
    explicit Client(const std::string& path)
        : fd_(connectUnix(path)) {}

    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void closeWrite() const { ::shutdown(fd_.get(), SHUT_WR); }
    void close() { fd_.reset(); }

    /// Waits until there is something to read, and leaves it there.
    [[nodiscard]] bool readable() const {
        pollfd waiting{fd_.get(), POLLIN, 0};
        return ::poll(&waiting, 1, 10000) > 0;
    }
    /// Waits for more; false at the end (then reset() tells how) or at the deadline.
    bool fill(int milliseconds = 10000) {
        pollfd waiting{fd_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, milliseconds) <= 0) return false;
        char block[65536];
        const auto got = ::recv(fd_.get(), block, sizeof block, 0);
        if (got <= 0) {
            ended_ = true;
            reset_ = got < 0;
            return false;
        }
        received_.append(block, static_cast<std::size_t>(got));
        return true;
    }
    /// Everything up to and with `mark`; what came without it when the peer ends or the deadline passes.
    std::string until(std::string_view mark) {
        while (received_.find(mark) == std::string::npos) {
            if (!fill()) return std::exchange(received_, {});
        }
        return take(received_.find(mark) + mark.size());
    }
    std::string exactly(std::size_t size) {
        while (received_.size() < size && fill()) {
        }
        return take(std::min(size, received_.size()));
    }
    /// What has come so far, without waiting and without taking it.
    const std::string& soFar() {
        while (fill(0)) {
        }
        return received_;
    }
    std::string toEnd() {
        while (fill()) {
        }
        return std::exchange(received_, {});
    }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] bool reset() const { return reset_; }

    std::string head() {
        std::string text = until("\r\n\r\n");
        const auto date = text.find("Date: ");
        if (date != std::string::npos) text.erase(date, text.find('\n', date) + 1 - date);
        return text;
    }
    Answer answer(bool headOnly = false) {
        Answer answer{head(), {}};
        const auto length = answer.head.find("Content-Length: ");
        if (headOnly) return answer;
        if (answer.has("Transfer-Encoding: chunked")) {
            while (true) {
                const auto size = std::stoul(until("\r\n"), nullptr, 16);
                const std::string piece = exactly(size + 2);
                if (size == 0) break;
                answer.body += piece.substr(0, size);
            }
        } else if (length != std::string::npos) {
            answer.body = exactly(std::stoul(answer.head.substr(length + 16)));
        }
        return answer;
    }

private:
    std::string take(std::size_t size) {
        std::string bytes = received_.substr(0, size);
        received_.erase(0, size);
        return bytes;
    }
    Fd fd_;
    std::string received_;
    bool ended_ = false;
    bool reset_ = false;
};

/// A daemon in a temporary folder.
class Daemon {
public:
    explicit Daemon(Identity identity = {}, Limits limits = {}) {
        char name[] = "/tmp/mockdocker-test-XXXXXX";
        folder_ = ::mkdtemp(name);
        daemon_ =
            std::make_unique<MockDaemon>(Options{folder_ + "/docker.sock", std::move(identity), {}, limits});
    }
    ~Daemon() {
        daemon_.reset();
        std::filesystem::remove_all(folder_);
    }
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    MockDaemon* operator->() { return daemon_.get(); }
    MockDaemon& operator*() { return *daemon_; }
    [[nodiscard]] std::string path(const std::string& name = "docker.sock") const {
        return folder_ + "/" + name;
    }
    [[nodiscard]] Client client() const { return Client(path()); }
    /// One request on a connection of its own.
    [[nodiscard]] Answer ask(const std::string& request, bool headOnly = false) const {
        Client client(path());
        client.send(request);
        return client.answer(headOnly);
    }
    [[nodiscard]] Answer get(const std::string& target) const {
        return ask("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    [[nodiscard]] Answer post(const std::string& target, const std::string& json = {}) const {
        return ask(postBytes(target, json));
    }
    static std::string postBytes(const std::string& target, const std::string& json,
                                 const std::string& fields = {}) {
        const std::string type = json.empty() ? "" : "Content-Type: application/json\r\n";
        return "POST " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + type +
               "Content-Length: " + std::to_string(json.size()) + "\r\n\r\n" + json;
    }
    /// Creates a container from a JSON list of words; its id.
    [[nodiscard]] std::string create(const std::string& words, const std::string& more = {}) const {
        const Answer answer = post("/containers/create", R"({"Image":"busybox","Cmd":)" + words + more + "}");
        return answer.status() == 201 ? answer.body.substr(7, 64) : answer.head + answer.body;
    }

private:
    std::string folder_;
    std::unique_ptr<MockDaemon> daemon_;
};

} // namespace mockdocker::test
