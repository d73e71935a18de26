#include "conformance/play/run.h"

#include "conformance/play/play.h"
#include "conformance/workspace.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>
#include <tuple>

namespace conformance {
namespace {

// Scripts mostly wait for the target: more workers than processors.
constexpr std::size_t workersAJob = 3;
constexpr std::size_t mostInAGroup = 25;

using Group = std::vector<std::size_t>; // numbers of cases that share a target

// In the order of settings; a large group is split, so that every worker can take a share.
std::vector<Group> grouped(const std::vector<Case>& cases, std::size_t workers) {
    const std::size_t most = std::min(mostInAGroup, (cases.size() + workers - 1) / workers);
    std::vector<std::size_t> order(cases.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        return std::tie(cases[left].ownTarget, cases[left].settings) <
               std::tie(cases[right].ownTarget, cases[right].settings);
    });
    std::vector<Group> groups;
    for (const auto number : order) {
        const bool together = !groups.empty() && !cases[number].ownTarget && groups.back().size() < most &&
                              cases[groups.back().front()].settings == cases[number].settings;
        if (!together) groups.emplace_back();
        groups.back().push_back(number);
    }
    return groups;
}

Result errorOf(const Case& one, const std::string& what) {
    Result result;
    result.id = one.id;
    result.level = one.level;
    result.status = Status::error;
    result.sentence = one.sentence;
    result.operation = one.operation;
    result.expected = expectedInWords(one);
    result.got = what;
    return result;
}

class Runner {
public:
    explicit Runner(const ScriptedRun& run)
        : run_(run)
        , workers_(static_cast<std::size_t>(run.jobs) * workersAJob)
        , groups_(grouped(run.cases, workers_))
        , results_(run.cases.size()) {}

    ScriptedOutcome all() {
        {
            std::vector<std::jthread> threads;
            threads.reserve(workers_);
            for (std::size_t i = 0; i < workers_; ++i) threads.emplace_back([this] { work(); });
        }
        for (auto& result : results_)
            if (result) outcome_.results.push_back(std::move(*result));
        return std::move(outcome_);
    }

private:
    void work() {
        const Workspace folder;
        Scene scene(run_.adapter, folder.path());
        for (auto at = next_++; at < groups_.size() && !stop_; at = next_++)
            for (const auto number : groups_[at])
                if (!stop_) report(number, judge(scene, run_.cases[number]));
        if (!stop_) end(scene);
        const std::lock_guard lock(reporting_);
        outcome_.started += scene.starts;
        outcome_.starts += scene.startTime;
    }

    static Result judge(Scene& scene, const Case& one) {
        try {
            return playCase(scene, one);
        } catch (const StartFailure& failure) {
            return errorOf(one, failure.what());
        } catch (const TargetError& error) {
            return errorOf(one,
                           std::string(error.what()) + (scene.target ? ": " + scene.target->epitaph() : ""));
        } catch (const std::exception& error) {
            return errorOf(one, error.what());
        }
    }

    void end(Scene& scene) {
        try {
            scene.stopTarget();
        } catch (const TargetError& error) {
            report(groups_.front().front(), errorOf(run_.cases[groups_.front().front()], error.what()));
        }
    }

    void report(std::size_t number, Result result) {
        const std::lock_guard lock(reporting_);
        if (stop_) return; // what others meet after the first error has the same cause
        stop_ = result.status == Status::error;
        results_[number] = std::move(result);
        if (run_.done) run_.done(*results_[number]);
    }

    const ScriptedRun& run_;
    const std::size_t workers_;
    const std::vector<Group> groups_;
    std::vector<std::optional<Result>> results_;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> stop_{false};
    std::mutex reporting_;
    ScriptedOutcome outcome_;
};

} // namespace

ScriptedOutcome runScripted(const ScriptedRun& run) {
    if (run.cases.empty()) return {};
    return Runner(run).all();
}

} // namespace conformance
