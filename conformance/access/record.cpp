#include "conformance/access/access.h"

#include <unordered_set>

namespace conformance {
namespace {

std::string idOf(const AccessRun& run, const SettingsOutcome& outcome) {
    return std::string(run.family) + "/" + outcome.settings->id;
}

std::string idOf(const AccessRun& run, const SettingsOutcome& outcome, std::uint32_t number) {
    return idOf(run, outcome) + "/" + run.plan.cases()[number].id;
}

CellKey cellOf(const AccessRun& run, const SettingsOutcome& outcome, const Operation& operation) {
    return {std::string(run.family), outcome.settings->varies, operation.id};
}

void recordPass(TargetResult& result, const AccessRun& run, const SettingsOutcome& outcome,
                const AccessPass& pass, std::uint64_t cases) {
    const Expectation expectation{pass.answer, pass.level, {}};
    Observation observation;
    observation.status = pass.status;
    observation.seen = pass.seen;
    observation.ownAnswer = pass.answer == Answer::allow;
    result.count(cellOf(run, outcome, *pass.operation),
                 {pass.level, Status::pass, false, expectedInWords(expectation), gotInWords(observation)},
                 cases);
}

void recordFailure(TargetResult& result, const AccessRun& run, const SettingsOutcome& outcome,
                   const AccessFailure& failure, const Baseline& baseline) {
    const auto& one = run.plan.cases()[failure.number];
    const auto& expectation = failure.expectation;
    const std::string id = idOf(run, outcome, failure.number);
    const CellKey key = cellOf(run, outcome, *one.operation);
    const Outcome went{levelOf(expectation, failure.observation), Status::fail, baseline.knows(id),
                       expectedInWords(expectation), gotInWords(failure.observation)};
    result.count(key, went, 1);
    if (!result.failed(key, went, id)) return;
    Result example;
    example.id = id;
    example.level = went.level;
    example.status = went.status;
    example.known = went.known;
    example.sentence = sentenceOf(expectation, one) + " (" + outcome.settings->about + "; rule " +
                       std::string(expectation.rule) + ")";
    example.variable = key.variable;
    example.operation = key.operation;
    example.expected = went.expected;
    example.got = went.got;
    example.before = run.plan.before(failure.number, failure.observation.first);
    example.sent = one.request;
    example.answer = failure.answer;
    example.forwarded = failure.forwarded;
    result.keep(std::move(example));
}

void tellBaseline(const AccessRun& run, const SettingsOutcome& outcome, Baseline& baseline) {
    if (baseline.empty()) return;
    std::unordered_set<std::uint32_t> failed;
    for (const auto& failure : outcome.failures) failed.insert(failure.number);
    for (std::uint32_t number = 0; number < run.plan.cases().size(); ++number)
        if (run.plan.cases()[number].judged)
            baseline.ran(idOf(run, outcome, number), !failed.contains(number));
}

} // namespace

void record(TargetResult& result, const AccessRun& run, const SettingsOutcome& outcome, Baseline& baseline) {
    for (const auto& [name, times] : outcome.left) result.left[name] += times;
    if (!outcome.error.empty() || !outcome.skipped.empty()) {
        Result unjudged;
        unjudged.id = idOf(run, outcome);
        unjudged.status = outcome.error.empty() ? Status::skip : Status::error;
        unjudged.sentence = "is started with " + outcome.settings->about;
        unjudged.variable = outcome.settings->varies;
        unjudged.got = outcome.error.empty() ? outcome.skipped : outcome.error;
        result.add(std::move(unjudged));
        return;
    }
    for (const auto& [pass, cases] : outcome.passes) recordPass(result, run, outcome, pass, cases);
    for (const auto& failure : outcome.failures) recordFailure(result, run, outcome, failure, baseline);
    tellBaseline(run, outcome, baseline);
    result.starts += outcome.startTime;
    ++result.started;
}

} // namespace conformance
