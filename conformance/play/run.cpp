#include "conformance/play/run.h"

#include "conformance/play/play.h"
#include "conformance/workspace.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <thread>
#include <tuple>

namespace conformance {
namespace {

// Scripts mostly wait for the target: more workers than processors.
constexpr std::size_t workersAJob = 3;
constexpr std::size_t mostInAGroup = 25;

// What a target that hangs may cost: each error takes the adapter's answer_within.
constexpr std::size_t errorsInAGroup = 2;
constexpr std::size_t errorsBeforeAny = 2; // case was judged
constexpr std::size_t mostErrors = 30;

using Group = std::vector<std::size_t>; // numbers of cases that share a target

// It does little but wait: for itself, before all others, and beside them.
bool isSlow(const Case& one) {
    return one.stepOf(Act::isGivenUp) != nullptr;
}

// In the order of settings; a large group is split, so that every worker can take a share.
std::vector<Group> grouped(const std::vector<Case>& cases, std::size_t workers) {
    const std::size_t most = std::min(mostInAGroup, (cases.size() + workers - 1) / workers);
    std::vector<std::size_t> order(cases.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto keyOf = [&](std::size_t number) {
        const Case& one = cases[number];
        return std::tuple<bool, bool, const std::string&>(!isSlow(one), one.ownTarget, one.settings);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t left, std::size_t right) { return keyOf(left) < keyOf(right); });
    std::vector<Group> groups;
    for (const auto number : order) {
        const bool together = !groups.empty() && !cases[number].ownTarget && !isSlow(cases[number]) &&
                              !isSlow(cases[groups.back().front()]) && groups.back().size() < most &&
                              cases[groups.back().front()].settings == cases[number].settings;
        if (!together) groups.emplace_back();
        groups.back().push_back(number);
    }
    return groups;
}

Result unjudged(const Case& one, Status status, const std::string& why) {
    Result result;
    result.id = one.id;
    result.level = one.level;
    result.status = status;
    result.sentence = one.sentence;
    result.operation = one.operation;
    result.expected = expectedInWords(one);
    result.got = why;
    return result;
}

class Runner {
public:
    explicit Runner(const ScriptedRun& run)
        : run_(run)
        , workers_(static_cast<std::size_t>(run.jobs) * workersAJob +
                   static_cast<std::size_t>(std::count_if(run.cases.begin(), run.cases.end(), isSlow)))
        , groups_(grouped(run.cases, workers_))
        , results_(run.cases.size()) {}

    ScriptedOutcome all() {
        {
            std::vector<std::jthread> threads;
            threads.reserve(workers_);
            for (std::size_t i = 0; i < workers_; ++i) threads.emplace_back([this] { work(); });
        }
        if (judged_ == 0) keepOneError();
        outcome_.results = std::move(results_);
        return std::move(outcome_);
    }

private:
    void work() {
        const Workspace folder;
        Scene scene(run_.adapter, folder.path());
        for (auto at = next_++; at < groups_.size(); at = next_++) judge(scene, groups_[at]);
        const std::lock_guard lock(reporting_);
        outcome_.started += scene.starts;
        outcome_.starts += scene.startTime;
        for (const auto& [name, times] : scene.left) outcome_.left[name] += times;
    }

    // An error ends the target, and the next case gets another one.
    void judge(Scene& scene, const Group& group) {
        std::size_t errors = 0;
        for (const auto number : group) {
            const Case& one = run_.cases[number];
            if (errors == errorsInAGroup || hopeless()) {
                report(number, unjudged(one, Status::skip, "not tried: the target failed too often before"));
                continue;
            }
            auto result = judge(scene, one, number == group.back());
            if (result.status == Status::error) ++errors;
            report(number, std::move(result));
        }
    }

    static Result judge(Scene& scene, const Case& one, bool last) {
        std::string error;
        try {
            auto result = playCase(scene, one);
            for (unsigned again = 1; again < one.times && result.status == Status::pass; ++again)
                result = playCase(scene, one);
            if (last) scene.stopTarget();
            return result;
        } catch (const StartFailure& failure) {
            error = failure.what();
        } catch (const TargetError& failure) {
            error = failure.what() + (scene.target ? ": " + scene.target->epitaph() : "");
        } catch (const std::exception& failure) {
            error = failure.what();
        }
        scene.abandon();
        return unjudged(one, Status::error, error);
    }

    // One that fails wherever it is tried: what is left would fail alike, and take its time for it.
    bool hopeless() const { return errors_ >= mostErrors || (judged_ == 0 && errors_ >= errorsBeforeAny); }

    void report(std::size_t number, Result result) {
        const std::lock_guard lock(reporting_);
        if (result.status == Status::error) ++errors_;
        if (result.status == Status::pass || result.status == Status::fail) ++judged_;
        results_[number] = std::move(result);
        if (run_.done) run_.done(results_[number]);
    }

    // Where nothing could be judged there is one error, not one a worker.
    void keepOneError() {
        const Result* first = nullptr;
        for (auto& result : results_) {
            if (result.status != Status::error) continue;
            if (first == nullptr) {
                first = &result;
                continue;
            }
            result.status = Status::skip;
            result.got = "not tried: as " + first->id;
        }
    }

    const ScriptedRun& run_;
    const std::size_t workers_;
    const std::vector<Group> groups_;
    std::vector<Result> results_;
    std::atomic<std::size_t> next_{0};
    std::atomic<std::size_t> errors_{0};
    std::atomic<std::size_t> judged_{0};
    std::mutex reporting_;
    ScriptedOutcome outcome_;
};

} // namespace

ScriptedOutcome runScripted(const ScriptedRun& run) {
    if (run.cases.empty()) return {};
    return Runner(run).all();
}

} // namespace conformance
