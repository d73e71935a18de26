#include "conformance/report/console.h"

#include <algorithm>
#include <iomanip>
#include <map>
#include <ostream>
#include <unordered_set>

namespace conformance {
namespace {

constexpr std::size_t shownFailures = 20;
constexpr std::size_t barWidth = 30;

std::string idOf(const AccessRun& run, const SettingsOutcome& outcome, std::uint32_t number) {
    return "access/" + outcome.settings->id + "/" + run.plan.cases()[number].id;
}

std::string variableOf(const Operation& op) {
    return op.variable.empty() ? "(no variable)" : op.variable;
}

void noteAll(const AccessRun& run, const SettingsOutcome& outcome, Baseline& baseline) {
    std::unordered_set<std::uint32_t> failed;
    for (const auto& failure : outcome.failures) failed.insert(failure.number);
    for (std::uint32_t number = 0; number < run.plan.cases().size(); ++number)
        baseline.ran(idOf(run, outcome, number), !failed.contains(number));
}

void printRow(std::ostream& out, const std::string& name, const Tally& tally) {
    out << "  " << std::left << std::setw(16) << name << std::right << std::setw(10) << tally.total()
        << std::setw(10) << tally.passed << std::setw(10) << tally.failedRequired << std::setw(11)
        << tally.failedHardening << "\n";
}

void printFailure(std::ostream& out, const AccessRun& run, const SettingsOutcome& outcome,
                  const AccessFailure& failure) {
    const auto& one = run.plan.cases()[failure.number];
    out << "\n  " << idOf(run, outcome, failure.number) << "  [" << nameOf(failure.expectation.level)
        << "]\n    " << sentenceOf(failure.expectation, one) << " (" << outcome.settings->about << "; rule "
        << failure.expectation.rule << ")\n    expected: " << expectedInWords(failure.expectation)
        << "\n    got:      " << gotInWords(failure.observation) << "\n";
}

// The first of every operation and level: a deviation shows once, not once a prefix and settings vector.
void printFailures(std::ostream& out, const AccessRun& run, const std::vector<SettingsOutcome>& outcomes,
                   const Baseline& baseline) {
    std::map<std::pair<const Operation*, Level>, std::size_t> shown;
    std::size_t left = 0;
    for (const auto& outcome : outcomes)
        for (const auto& failure : outcome.failures) {
            if (baseline.knows(idOf(run, outcome, failure.number))) continue;
            auto& count = shown[{run.plan.cases()[failure.number].operation, failure.expectation.level}];
            if (count++ == 0 && shown.size() <= shownFailures)
                printFailure(out, run, outcome, failure);
            else
                ++left;
        }
    if (left > 0) out << "\n  … and " << left << " like these; --json writes them all\n";
}

} // namespace

Progress::Progress(std::ostream& out, std::size_t vectors, bool terminal)
    : out_(out)
    , vectors_(vectors)
    , terminal_(terminal) {}

void Progress::step(const SettingsOutcome& outcome) {
    ++done_;
    tally_.add(outcome.tally);
    if (!terminal_) return;
    const auto filled = done_ * barWidth / vectors_;
    out_ << "\r  [" << std::string(filled, '#') << std::string(barWidth - filled, '.') << "] " << done_ << "/"
         << vectors_ << " settings, " << tally_.total() << " cases, "
         << tally_.failedRequired + tally_.failedHardening << " deviations" << std::flush;
}

void Progress::finish() {
    if (terminal_) out_ << "\r\033[K" << std::flush;
}

Summary summarize(const AccessRun& run, const std::vector<SettingsOutcome>& outcomes, Baseline& baseline) {
    Summary summary;
    summary.settings = outcomes.size();
    for (const auto& outcome : outcomes) {
        if (!outcome.error.empty()) {
            summary.errors.push_back("access/" + outcome.settings->id + ": " + outcome.error);
            continue;
        }
        summary.tally.add(outcome.tally);
        if (baseline.empty()) continue;
        noteAll(run, outcome, baseline);
        for (const auto& failure : outcome.failures)
            if (baseline.knows(idOf(run, outcome, failure.number)))
                summary.known.add(false, failure.expectation.level);
    }
    summary.outdated = baseline.outdated();
    return summary;
}

void printSummary(std::ostream& out, const AccessRun& run, const std::vector<SettingsOutcome>& outcomes,
                  const Summary& summary, const Baseline& baseline, std::chrono::milliseconds elapsed) {
    std::map<std::string, Tally> byVariable;
    std::chrono::microseconds starts{0};
    for (const auto& outcome : outcomes) {
        starts += outcome.startTime;
        for (const auto& [op, tally] : outcome.byOperation) byVariable[variableOf(*op)].add(tally);
    }
    if (summary.tally.total() > 0)
        out << "  " << std::left << std::setw(16) << "access" << std::right << std::setw(10) << "cases"
            << std::setw(10) << "passed" << std::setw(10) << "required" << std::setw(11) << "hardening"
            << "\n";
    for (const auto& [variable, tally] : byVariable) printRow(out, variable, tally);
    if (summary.tally.total() > 0) printRow(out, "all", summary.tally);
    printFailures(out, run, outcomes, baseline);
    out << "\n  " << summary.settings << " of " << run.settings.size() << " settings, " << std::fixed
        << std::setprecision(1) << static_cast<double>(elapsed.count()) / 1000.0 << " s";
    if (!outcomes.empty())
        out << ", a start takes "
            << static_cast<double>(starts.count()) / 1000.0 / static_cast<double>(outcomes.size()) << " ms";
    if (summary.known.total() > 0) out << ", " << summary.known.total() << " known deviations";
    out << "\n";
    for (const auto& row : summary.outdated)
        out << "  outdated in the baseline, it passes now: " << row << "\n";
    for (const auto& error : summary.errors) out << "  ERROR " << error << "\n";
}

} // namespace conformance
