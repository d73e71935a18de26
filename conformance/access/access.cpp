#include "conformance/access/access.h"

#include "conformance/access/client.h"
#include "conformance/access/origin.h"
#include "conformance/net/head.h"
#include "conformance/target/target.h"
#include "conformance/workspace.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <semaphore>
#include <sys/epoll.h>
#include <thread>

namespace conformance {
namespace {

// A start is mostly waiting: meanwhile others exchange, never more than `jobs` at a time.
constexpr int workersAJob = 3;
using Turns = std::counting_semaphore<>;

// One of the turns, until it is given back: a stop is waiting again.
class Turn {
public:
    explicit Turn(Turns& turns)
        : turns_(turns) {
        turns_.acquire();
    }
    ~Turn() { turns_.release(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    Turns& turns_;
};

constexpr std::size_t stallsForgiven = 3;
constexpr std::size_t unansweredForgiven = 20;

// What a target that hangs may cost: a vector's error takes several times the adapter's answer_within.
constexpr std::size_t errorsBeforeAny = 2; // vector was judged
constexpr std::size_t mostErrors = 6;

// Wakes the poller when the target ends by itself.
class EndWatch : public Poller::Handler {
public:
    EndWatch(Poller& poller, const Target& target)
        : poller_(poller)
        , target_(target) {
        poller_.add(target_.pidFd(), *this, EPOLLIN);
    }
    ~EndWatch() override { poller_.remove(target_.pidFd()); }
    EndWatch(const EndWatch&) = delete;
    EndWatch& operator=(const EndWatch&) = delete;
    void ready(std::uint32_t) override { ended_ = true; }
    bool ended() const { return ended_; }

private:
    Poller& poller_;
    const Target& target_;
    bool ended_ = false;
};

// One thread's worth of the run: an origin, and one target after another before it.
class Worker {
public:
    Worker(const AccessRun& run, const std::string& folder, Turns& turns)
        : run_(run)
        , turns_(turns)
        , socketPath_(folder + "/docker.sock")
        , origin_(poller_, socketPath_, run.adapter) {}

    SettingsOutcome judge(const Settings& settings);

private:
    void exchange(const Target& target, Observations& observations, const std::vector<bool>& forwarded);
    void drain();
    void tally(SettingsOutcome& outcome, const std::vector<Expectation>& expected,
               const Observations& seen) const;

    const AccessRun& run_;
    Turns& turns_;
    std::string socketPath_;
    Poller poller_;
    Origin origin_;
};

SettingsOutcome Worker::judge(const Settings& settings) {
    SettingsOutcome outcome;
    outcome.settings = &settings;
    const Oracle oracle(run_.adapter.dialect, settings.environment);
    std::vector<Expectation> expected;
    std::vector<bool> forwarded;
    for (const auto& one : run_.plan.cases()) {
        expected.push_back(oracle.judge(one.method, one.target));
        forwarded.push_back(expected.back().answer == Answer::allow);
    }
    Observations observations(run_.plan);
    try {
        Target target(run_.adapter, settings.environment, socketPath_, Start{0, {}, 0, &outcome.left});
        outcome.startTime = target.startTime();
        origin_.observe(&observations, &forwarded);
        try {
            const Turn turn(turns_);
            exchange(target, observations, forwarded);
        } catch (const TargetError& error) {
            throw TargetError(std::string(error.what()) + ": " + target.epitaph());
        }
        target.stop();
        drain(); // what the target still sent before its end counts
    } catch (const std::exception& error) {
        outcome.error = error.what();
    }
    origin_.observe(nullptr, nullptr);
    origin_.dropConnections();
    if (outcome.error.empty() && observations.unattributed() > 0)
        outcome.error = "the target sent the daemon " + std::to_string(observations.unattributed()) +
                        " requests without the field " + std::string(caseField) +
                        ", which no case can be judged by; the first was:\n" +
                        observations.firstUnattributed();
    if (outcome.error.empty()) tally(outcome, expected, observations);
    return outcome;
}

void Worker::exchange(const Target& target, Observations& observations, const std::vector<bool>& forwarded) {
    const EndWatch watch(poller_, target);
    Client client(poller_, run_.plan, observations, forwarded, target.port(), run_.adapter.pipeline);
    std::size_t stalls = 0;
    while (!client.done()) {
        const bool quiet = poller_.wait(run_.adapter.answerWithin) == 0;
        if (watch.ended())
            throw TargetError("the target ended by itself after " + std::to_string(client.finished()) +
                              " cases");
        if (quiet) {
            const std::string request = client.abandonStalled();
            if (++stalls > stallsForgiven)
                throw TargetError("the target hangs: nothing for " +
                                  std::to_string(run_.adapter.answerWithin.count()) + " s, " +
                                  std::to_string(stalls) + " times, lastly on " + request);
        }
        if (client.unanswered() > unansweredForgiven)
            throw TargetError("the target closes connections without an answer, " +
                              std::to_string(client.unanswered()) + " times so far");
    }
}

void Worker::drain() {
    while (poller_.wait(std::chrono::milliseconds(0)) > 0) {
    }
}

void Worker::tally(SettingsOutcome& outcome, const std::vector<Expectation>& expected,
                   const Observations& seen) const {
    for (std::uint32_t number = 0; number < expected.size(); ++number) {
        if (!run_.plan.cases()[number].judged) continue;
        const auto& expectation = expected[number];
        const bool pass = passes(expectation, seen.of(number));
        const auto& observation = seen.of(number);
        if (pass)
            ++outcome.passes[{run_.plan.cases()[number].operation, expectation.answer, expectation.level,
                              observation.status, observation.seen}];
        else
            outcome.failures.push_back(
                {number, expectation, observation, seen.answer(number), seen.forwarded(number)});
    }
}

SettingsOutcome skippedOutcome(const Settings& settings, std::string why) {
    SettingsOutcome outcome;
    outcome.settings = &settings;
    outcome.skipped = std::move(why);
    return outcome;
}

} // namespace

void runAccess(const AccessRun& run) {
    std::atomic<std::size_t> next{0};
    std::mutex reporting;
    std::size_t judged = 0;
    std::vector<SettingsOutcome> failed;
    const auto hopeless = [&] {
        const std::lock_guard lock(reporting);
        return failed.size() >= mostErrors || (judged == 0 && failed.size() >= errorsBeforeAny);
    };
    const auto report = [&](SettingsOutcome outcome) {
        const std::lock_guard lock(reporting);
        if (!outcome.error.empty()) {
            failed.push_back(std::move(outcome));
            return;
        }
        if (outcome.skipped.empty()) ++judged;
        run.done(std::move(outcome));
    };
    Turns turns(run.jobs);
    const auto work = [&] {
        const Workspace folder;
        Worker worker(run, folder.path(), turns);
        for (std::size_t i = next++; i < run.settings.size(); i = next++)
            if (hopeless())
                report(skippedOutcome(run.settings[i], "not tried: the target failed too often before"));
            else
                report(worker.judge(run.settings[i]));
    };
    {
        std::vector<std::jthread> threads;
        const int workers = run.jobs * workersAJob;
        threads.reserve(static_cast<std::size_t>(workers));
        for (int i = 0; i < workers; ++i) threads.emplace_back(work);
    }
    for (auto& outcome : failed) {
        const bool isCause = judged > 0 || &outcome == &failed.front();
        run.done(isCause ? std::move(outcome)
                         : skippedOutcome(*outcome.settings, "not tried: as " + std::string(run.family) +
                                                                 "/" + failed.front().settings->id));
    }
}

} // namespace conformance
