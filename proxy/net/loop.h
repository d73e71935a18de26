// The event loop: edge-triggered epoll and coroutines that wait on one or two
// endpoints. One thread, no locks.
//
// How it differs from a callback loop: an Endpoint remembers what epoll reported until a system call
// has used it up, and a coroutine says what it wants of which endpoints. Nothing is registered or
// unregistered in between: an endpoint costs one epoll_ctl in its life, plus one more whenever a
// full send buffer must be waited out.
#pragma once

#include "proxy/net/fd.h"
#include "proxy/net/list.h"

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <vector>

namespace proxy::net {

using Clock = std::chrono::steady_clock;

class Loop;
class Endpoint;

/// What can be said of an endpoint; a set, or'ed together.
using Events = std::uint8_t;
inline constexpr Events nothing = 0;
inline constexpr Events readable = 1; ///< bytes or connections wait, or may wait
inline constexpr Events writable = 2; ///< the send buffer has room, or may have
inline constexpr Events readClosed =
    4; ///< the peer has ended its direction (EPOLLRDHUP); bytes may still be unread
inline constexpr Events closed = 8; ///< both directions are gone, or an error is pending (EPOLLHUP, EPOLLERR)
inline constexpr Events timedOut = 16; ///< the deadline armed with Endpoint::arm has passed
inline constexpr Events woken = 32;    ///< somebody called wake(): shutdown
inline constexpr Events yielded = 64;  ///< Yield's own

/// Deadlines of one duration, which makes a queue of them: arming and disarming are O(1).
class Deadlines {
public:
    Deadlines(Loop& loop, Clock::duration duration);
    Deadlines(const Deadlines&) = delete;
    Deadlines& operator=(const Deadlines&) = delete;
    ~Deadlines();

private:
    friend class Loop;
    friend class Endpoint;
    struct Entry : ListNode<Entry> {
        Clock::time_point at;
        Endpoint* endpoint = nullptr;
        const Deadlines* of = nullptr;
    };
    Loop& loop_;
    Clock::duration duration_;
    List<Entry> queue_;
};

/// A descriptor registered with the loop. It stays where it was built: the loop knows its address.
class Endpoint : public ListNode<Endpoint> {
public:
    /// Registers `fd` (non-blocking). What it is ready for is learnt from the loop,
    /// unless `ready` says it is known.
    Endpoint(Loop& loop, Fd fd, Events ready = nothing);
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;
    ~Endpoint();

    [[nodiscard]] Loop& loop() const noexcept { return loop_; }
    [[nodiscard]] int number() const noexcept { return fd_.number(); }
    [[nodiscard]] bool is(Events any) const noexcept { return (ready_ & any) != 0; }
    void clear(Events events) noexcept { ready_ = static_cast<Events>(ready_ & ~events); }
    /// Adds to what is known and resumes whoever waits for it, from the loop, not from here.
    void report(Events events) noexcept;
    void wake() noexcept { report(woken); }
    /// The send buffer is full: have epoll say when it has room.
    void awaitRoom() noexcept;
    /// It is of no more use. What is reported closed must be so: else whoever tries again would try for ever.
    void giveUp() noexcept;

    /// Sets the deadline after which `timedOut` is reported, replacing the one armed before.
    void arm(Deadlines& deadlines) noexcept;
    /// The same, unless it is armed with these already.
    void armOnce(Deadlines& deadlines) noexcept {
        if (deadline_.of != &deadlines || !deadline_.linked()) arm(deadlines);
    }
    void disarm() noexcept;

    /// Called, instead of resuming a waiter, for an endpoint nobody waits on: an idle pooled connection.
    using Idle = void (*)(void* context, Endpoint& endpoint);
    void whenIdle(Idle call, void* context) noexcept {
        idle_ = call;
        idleContext_ = context;
    }

private:
    friend class Loop;
    friend class Wait;
    friend class Yield;

    void resumes(std::coroutine_handle<> waiter, Events wanted, bool behindOthers) noexcept {
        waiter_ = waiter;
        wanted_ = wanted;
        behindOthers_ = behindOthers;
    }
    void resumesNobody() noexcept { resumes({}, nothing, false); }

    Loop& loop_;
    Fd fd_;
    Events ready_;
    Events wanted_ = nothing;
    bool roomAwaited_ = false;
    bool behindOthers_ = false; ///< so is its waiter
    std::coroutine_handle<> waiter_;
    Idle idle_ = nullptr;
    void* idleContext_ = nullptr;
    Deadlines::Entry deadline_;
};

/// co_await Wait(a, events): until any of the events is so. With two endpoints: until any of either is.
/// Among others with news there are two classes: whoever moves masses says so with behindOthers(), and is resumed
/// when all that wait for little have been. See Loop.
class Wait {
public:
    Wait(Endpoint& endpoint, Events events) noexcept
        : first_(&endpoint)
        , firstWants_(events) {}
    Wait(Endpoint& first, Events firstWants, Endpoint& second, Events secondWants) noexcept
        : first_(&first)
        , second_(&second)
        , firstWants_(firstWants)
        , secondWants_(secondWants) {}

    [[nodiscard]] Wait behindOthers(bool so) && noexcept {
        behindOthers_ = so;
        return *this;
    }

    [[nodiscard]] bool await_ready() const noexcept {
        return first_->is(firstWants_) || (second_ != nullptr && second_->is(secondWants_));
    }
    void await_suspend(std::coroutine_handle<> waiter) const noexcept;
    void await_resume() const noexcept;

private:
    Endpoint* first_;
    Endpoint* second_ = nullptr;
    Events firstWants_;
    Events secondWants_ = nothing;
    bool behindOthers_ = false;
};

/// co_await Yield(endpoint): lets every other connection have its turn first. For whoever moves much data; behind others.
class Yield {
public:
    explicit Yield(Endpoint& endpoint) noexcept
        : endpoint_(endpoint) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const noexcept;
    void await_resume() const noexcept;

private:
    Endpoint& endpoint_;
};

/// How much one coroutine does before others have their turn, where nothing else makes it wait: a peer that
/// always has something more ready would otherwise be served alone. For loops whose every pass costs about
/// the same; count one pass with spent(), and yield when it says so.
class Turn {
public:
    static constexpr int most = 16;
    [[nodiscard]] bool spent(const Loop& loop) noexcept;

private:
    std::uint64_t round_ = 0;
    int passes_ = 0;
};

/// In a round everybody who waits for little has one turn, and then some of those who stand behind others: two, and
/// one more for every eight turns before. A turn that moves masses costs about eight of the others, so that either
/// class has about half of the time where both want all of it, and a small request waits for two such turns, not
/// for as many as there are transfers. Within a class it goes by who came first.
class Loop {
public:
    /// `time`: what the clock is read by; tests have their own.
    using Time = Clock::time_point (*)();
    explicit Loop(Time time = &Clock::now);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Serves events until stop(). `afterRound` runs when a round of events has been dealt with: that is
    /// where logs are flushed, once for all that the round did. After every round, not only before a sleep: a
    /// long transfer that always has something left to do would hold the logs back until its end.
    void run();
    void stop() noexcept { stopped_ = true; }
    /// One round, which waits at most that long for news; without waiting, for whoever plays the peers on the
    /// same thread. False: there were none.
    bool turn(int milliseconds = 0);
    /// Milliseconds to the first deadline, rounded up and at most 1,000 s; -1: there is none.
    [[nodiscard]] int sleepTime() const noexcept;
    void afterRound(std::function<void()> call) { afterRound_ = std::move(call); }

    /// The time of this round of events; read once a round.
    [[nodiscard]] Clock::time_point now() const noexcept { return now_; }
    /// How many rounds have begun. In each, nobody has more than one turn.
    [[nodiscard]] std::uint64_t round() const noexcept { return round_; }
    /// Sets the loop's clock forward, for tests that must see deadlines pass without waiting for them.
    void advance(Clock::duration by) noexcept { ahead_ += by; }

private:
    friend class Endpoint;
    friend class Deadlines;
    friend class Wait;
    friend class Yield;

    void poll(int milliseconds);
    void expireDeadlines() noexcept;
    void resumeReady();
    [[nodiscard]] bool idle() const noexcept { return ready_.empty() && behind_.empty(); }

    Time time_;
    Fd epoll_;
    bool stopped_ = false;
    std::uint64_t round_ = 0;
    Clock::duration ahead_{0};
    Clock::time_point now_ = time_();
    std::vector<Deadlines*> deadlines_;
    List<Endpoint> ready_;  ///< endpoints with news, this round
    List<Endpoint> behind_; ///< those with news that stand behind others
    List<Endpoint> running_;
    std::size_t news_ = 0; ///< how many `ready_` was given
    std::function<void()> afterRound_;
};

} // namespace proxy::net
