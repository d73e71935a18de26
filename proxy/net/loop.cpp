#include "proxy/net/loop.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace proxy::net {

namespace {

constexpr std::uint32_t always = EPOLLIN | EPOLLRDHUP | EPOLLET;

Events fromEpoll(std::uint32_t events) {
    unsigned result = nothing;
    if ((events & EPOLLIN) != 0) result |= readable;
    if ((events & EPOLLOUT) != 0) result |= writable;
    if ((events & EPOLLRDHUP) != 0) result |= readClosed;
    if ((events & (EPOLLHUP | EPOLLERR)) != 0) result |= closed;
    return static_cast<Events>(result);
}

} // namespace

// ---- Deadlines -----------------------------------------------------------------------------------

Deadlines::Deadlines(Loop& loop, Clock::duration duration)
    : loop_(loop)
    , duration_(duration) {
    loop_.deadlines_.push_back(this);
}

Deadlines::~Deadlines() {
    std::erase(loop_.deadlines_, this);
}

// ---- Endpoint ------------------------------------------------------------------------------------

Endpoint::Endpoint(Loop& loop, Fd fd, Events ready)
    : loop_(loop)
    , fd_(std::move(fd))
    , ready_(ready) {
    deadline_.endpoint = this;
    epoll_event event{};
    event.events = always;
    event.data.ptr = this;
    if (::epoll_ctl(loop_.epoll_.number(), EPOLL_CTL_ADD, fd_.number(), &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

Endpoint::~Endpoint() =
    default; // closing the descriptor takes it out of epoll: nothing of ours duplicates one

void Endpoint::report(Events events) noexcept {
    ready_ = static_cast<Events>(ready_ | events);
    if (ListNode<Endpoint>::linked()) return;
    if (behindOthers_) return loop_.behind_.pushBack(*this);
    loop_.ready_.pushBack(*this);
    ++loop_.news_;
}

void Endpoint::awaitRoom() noexcept {
    clear(writable);
    if (roomAwaited_) return;
    // Asked for only here: a unix socket reports EPOLLOUT whenever its peer reads, which would wake us for
    // every exchange if it were always on. Once on, it stays: a peer that was slow once will be slow again.
    epoll_event event{};
    event.events = always | EPOLLOUT;
    event.data.ptr = this;
    roomAwaited_ = ::epoll_ctl(loop_.epoll_.number(), EPOLL_CTL_MOD, fd_.number(), &event) == 0;
    if (!roomAwaited_) giveUp();
}

void Endpoint::giveUp() noexcept {
    ::shutdown(fd_.number(), SHUT_RDWR);
    report(closed);
}

void Endpoint::arm(Deadlines& deadlines) noexcept {
    clear(timedOut);
    deadline_.at = loop_.now() + deadlines.duration_;
    deadline_.of = &deadlines;
    deadlines.queue_.pushBack(deadline_);
}

void Endpoint::disarm() noexcept {
    deadline_.unlink();
    clear(timedOut);
}

// ---- Waiting -------------------------------------------------------------------------------------

void Wait::await_suspend(std::coroutine_handle<> waiter) const noexcept {
    first_->resumes(waiter, firstWants_, behindOthers_);
    if (second_ != nullptr) second_->resumes(waiter, secondWants_, behindOthers_);
}

void Wait::await_resume() const noexcept {
    first_->resumesNobody();
    if (second_ != nullptr) second_->resumesNobody();
}

void Yield::await_suspend(std::coroutine_handle<> waiter) const noexcept {
    endpoint_.resumes(waiter, yielded, true);
    endpoint_.report(yielded);
}

void Yield::await_resume() const noexcept {
    endpoint_.clear(yielded);
    endpoint_.resumesNobody();
}

bool Turn::spent(const Loop& loop) noexcept {
    if (std::exchange(round_, loop.round()) != loop.round()) passes_ = 0;
    return ++passes_ >= most;
}

// ---- Loop ----------------------------------------------------------------------------------------

Loop::Loop(Time time)
    : time_(time)
    , epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_.valid()) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

void Loop::run() {
    while (!stopped_) turn(idle() ? sleepTime() : 0);
    stopped_ = false;
    if (afterRound_) afterRound_();
}

bool Loop::turn(int milliseconds) {
    if (afterRound_) afterRound_();
    poll(milliseconds);
    expireDeadlines();
    const bool news = !idle();
    resumeReady();
    return news;
}

void Loop::poll(int milliseconds) {
    std::array<epoll_event, 256> events; // NOLINT: filled by epoll_wait
    const int count =
        ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), milliseconds);
    now_ = time_() + ahead_;
    ++round_;
    if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_wait");
    // First only note who has news: what is resumed may destroy endpoints
    // that stand further back in `events`.
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        static_cast<Endpoint*>(event.data.ptr)->report(fromEpoll(event.events));
    }
}

void Loop::expireDeadlines() noexcept {
    for (Deadlines* deadlines : deadlines_) {
        while (Deadlines::Entry* entry = deadlines->queue_.front()) {
            if (entry->at > now_) break;
            entry->unlink();
            entry->endpoint->report(timedOut);
        }
    }
}

void Loop::resumeReady() {
    // Taken before anybody is resumed: who stands behind others after a turn has had it.
    std::size_t left = 2 + std::exchange(news_, 0) / 8;
    running_.take(ready_);
    for (; left != 0 && !behind_.empty(); --left) running_.pushBack(*behind_.front());
    while (Endpoint* endpoint = running_.front()) {
        endpoint->ListNode<Endpoint>::unlink();
        if (endpoint->waiter_) {
            if (endpoint->is(endpoint->wanted_)) endpoint->waiter_.resume();
        } else if (endpoint->idle_ != nullptr) {
            endpoint->idle_(endpoint->idleContext_, *endpoint);
        }
    }
}

int Loop::sleepTime() const noexcept {
    int milliseconds = -1;
    for (Deadlines* deadlines : deadlines_) {
        const Deadlines::Entry* const entry = deadlines->queue_.front();
        if (entry == nullptr) continue;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(entry->at - now_).count();
        const int bounded = static_cast<int>(std::clamp<long long>(left, 0, 1'000'000));
        if (milliseconds < 0 || bounded < milliseconds) milliseconds = bounded;
    }
    return milliseconds;
}

} // namespace proxy::net
