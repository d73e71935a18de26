#include "mockdocker/wire/await.h"

#include <algorithm>
#include <array>
#include <poll.h>

namespace mockdocker {
namespace {

int millisecondsTo(const Deadline& deadline) {
    if (!deadline) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
}

short eventsOf(Watch watch) {
    switch (watch) {
    case Watch::leaving:
        return POLLRDHUP;
    case Watch::input:
        return POLLIN;
    case Watch::hangup:
        return 0;
    }
    return 0;
}

} // namespace

Awoke await(const Connection& connection, const Wakeup& wakeup, Watch watch, Deadline deadline) {
    std::array<pollfd, 2> polled{pollfd{connection.fd(), eventsOf(watch), 0}, pollfd{wakeup.fd(), POLLIN, 0}};
    const int ready = ::poll(polled.data(), polled.size(), millisecondsTo(deadline));
    if (ready == 0) return Awoke::timeout;
    if (polled[1].revents != 0) {
        wakeup.clear();
        return Awoke::signal;
    }
    return watch == Watch::input && (polled[0].revents & POLLIN) != 0 ? Awoke::input : Awoke::gone;
}

void Signal::fire() {
    const std::lock_guard lock(mutex_);
    for (const Wakeup* wakeup : watchers_) wakeup->wake();
}

Watching::Watching(Signal& signal, const Wakeup& wakeup)
    : signal_(signal)
    , wakeup_(wakeup) {
    const std::lock_guard lock(signal_.mutex_);
    signal_.watchers_.push_back(&wakeup_);
}

Watching::~Watching() {
    const std::lock_guard lock(signal_.mutex_);
    signal_.watchers_.erase(std::ranges::find(signal_.watchers_, &wakeup_));
}

} // namespace mockdocker
