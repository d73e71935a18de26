#include "conformance/play/stage.h"

#include "conformance/docker.h"
#include "conformance/net/socket.h"
#include "conformance/play/message.h"

#include <algorithm>
#include <poll.h>
#include <utility>

namespace conformance {
namespace {

constexpr std::string_view empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

} // namespace

Stage::Stage(std::string socketPath, std::vector<std::string> asks)
    : socketPath_(std::move(socketPath))
    , asks_(std::move(asks))
    , listener_(listenUnix(socketPath_)) {}

Stage::~Stage() {
    stopListening();
    ::unlink(socketPath_.c_str());
}

bool Stage::await(const std::function<bool()>& holds, Milliseconds longest) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    std::vector<pollfd> entries;
    std::vector<Wire*> wires;
    while (!holds()) {
        entries.clear();
        wires.clear();
        entries.push_back({listener_.get(), POLLIN, 0});
        entries.push_back({target_ == nullptr ? -1 : target_->get(), POLLIN, 0});
        const auto add = [&](const std::unique_ptr<Wire>& wire) {
            const bool idle = !wire->reads && wire->interest() == 0; // its end would wake again and again
            if (!wire->open() || wire->gone() || idle) return;
            entries.push_back({wire->fd().get(), wire->interest(), 0});
            wires.push_back(wire.get());
        };
        std::for_each(clients_.begin(), clients_.end(), add);
        const auto firstDaemon = wires.size();
        std::for_each(daemons_.begin(), daemons_.end(), add);
        const auto left =
            std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        if (left <= 0) return false;
        ::poll(entries.data(), entries.size(), static_cast<int>(left));
        for (std::size_t i = 0; i < wires.size(); ++i) {
            if (entries[i + 2].revents == 0) continue;
            wires[i]->ready(entries[i + 2].revents);
            if (i >= firstDaemon) lookAtDaemon(*wires[i]);
        }
        if (entries[0].revents != 0) accept();
        if (entries[1].revents != 0) {
            targetEnded_ = true;
            target_ = nullptr;
        }
    }
    return true;
}

void Stage::accept() {
    while (auto fd = acceptFrom(listener_)) {
        daemons_.push_back(std::make_unique<Wire>(std::move(*fd)));
        daemons_.back()->ready(POLLIN);
        lookAtDaemon(*daemons_.back());
    }
}

// The suite's own requests, and all of them where the daemon serves.
void Stage::lookAtDaemon(Wire& wire) {
    if (wire.raw) return;
    const std::string barrier = "GET " + std::string(barrierTarget);
    if (wire.input().starts_with(barrier)) {
        const auto request = wholeRequest(wire.input());
        if (!request) return;
        wire.forget(request->size);
        wire.send(empty);
    }
    if (!asks_.empty()) answerItsOwn(wire);
    if (continues) sayContinue(wire);
    if (!early.empty() && wire.reads && headOnly(wire.input())) {
        wire.reads = false;
        wire.send(early);
        wire.endOutput();
    }
    if (!serves) return;
    auto& at = served_[&wire];
    while (const auto request = wholeRequest(std::string_view(wire.received()).substr(at))) {
        at += request->size;
        wire.send(empty);
    }
}

// Unless a client of the script has asked just that.
void Stage::answerItsOwn(Wire& wire) {
    while (const auto request = wholeRequest(wire.input())) {
        const auto line = std::string(firstLine(request->head));
        const auto words = line.substr(0, line.rfind(' ') + 1);
        const bool isTheirs = std::any_of(clients_.begin(), clients_.end(), [&](const auto& client) {
            return client->sent().find(words) != std::string::npos;
        });
        if (isTheirs || !isOneOf(asks_, line)) return;
        wire.forget(request->size);
        wire.send(dockerAnswer(line));
    }
}

void Stage::sayContinue(Wire& wire) {
    const auto head = headOnly(wire.input());
    if (!head || continued_.contains(&wire)) return;
    if (fieldIn(head->head, "Expect").empty()) return;
    continued_.insert(&wire);
    wire.send("HTTP/1.1 100 Continue\r\n\r\n");
}

Wire* Stage::client(unsigned number) {
    for (auto& wire : clients_)
        if (wire->number == number && !wire->counted) return wire.get();
    return nullptr;
}

Wire& Stage::addClient(unsigned number, Fd fd) {
    if (auto* old = client(number)) old->number = 0; // stays as it is, but the name is the new one's
    clients_.push_back(std::make_unique<Wire>(std::move(fd)));
    clients_.back()->number = number;
    return *clients_.back();
}

Wire* Stage::daemon(unsigned number) const {
    const auto found = bound_.find(number);
    return found == bound_.end() ? nullptr : found->second;
}

bool Stage::isBound(const Wire& wire) const {
    return std::any_of(bound_.begin(), bound_.end(), [&](const auto& each) { return each.second == &wire; });
}

Wire* Stage::daemonWithInput(unsigned number) {
    if (auto* own = daemon(number); own != nullptr && !own->input().empty()) return own;
    for (auto& wire : daemons_)
        if (!wire->input().empty() && !wire->raw && wire->open()) return wire.get();
    return nullptr;
}

void Stage::daemonGoes() {
    stopListening();
    ::unlink(socketPath_.c_str());
    for (auto& wire : daemons_) wire->close();
}

void Stage::daemonRefuses() {
    stopListening(); // the file stays
    for (auto& wire : daemons_) wire->close();
}

void Stage::stopListening() {
    shutDown(listener_);
    listener_.reset();
}

void Stage::daemonComes() {
    if (!listener_) listener_ = listenUnix(socketPath_);
}

void Stage::leave() {
    clients_.clear();
    serves = continues = false;
    early.clear();
    for (auto& wire : daemons_) wire->endOutput();
}

void Stage::dropLate() {
    std::erase_if(daemons_, [](const auto& wire) { return !wire->input().empty(); });
}

void Stage::clear() {
    serves = continues = false;
    early.clear();
    served_.clear();
    continued_.clear();
    bound_.clear();
    clients_.clear();
    daemons_.clear();
    daemonComes();
}

} // namespace conformance
