#include "conformance/report/console.h"

#include "conformance/catalogue.h"

#include <algorithm>
#include <iomanip>
#include <map>
#include <ostream>
#include <tuple>

namespace conformance {
namespace {

constexpr std::size_t shownFailures = 20;
constexpr std::size_t barWidth = 30;
constexpr int nameWidth = 16;

// What governs the operation; in families without operations, what the case sets.
std::string groupOf(const CellKey& key) {
    const Operation* const operation = Catalogue::builtin().find(key.operation);
    if (operation == nullptr) return key.variable;
    return operation->variable.empty() ? "(no variable)" : operation->variable;
}

using Rows = std::map<std::string, std::map<std::string, Tally>>; // family, group

Rows rowsOf(const TargetResult& target) {
    Rows rows;
    for (const auto& [key, cell] : target.cells()) rows[key.family][groupOf(key)].add(cell);
    return rows;
}

void printRow(std::ostream& out, const std::string& name, const Tally& tally) {
    out << "  " << std::left << std::setw(nameWidth) << name << std::right << std::setw(10) << tally.total()
        << std::setw(10) << tally.passed << std::setw(10) << tally.failedRequired << std::setw(11)
        << tally.failedHardening << std::setw(8) << tally.known << std::setw(10) << tally.observed
        << std::setw(9) << tally.skipped + tally.disabled << std::setw(8) << tally.errors << "\n";
}

void printTable(std::ostream& out, const TargetResult& target) {
    out << "  " << std::left << std::setw(nameWidth) << "" << std::right << std::setw(10) << "cases"
        << std::setw(10) << "passed" << std::setw(10) << "required" << std::setw(11) << "hardening"
        << std::setw(8) << "known" << std::setw(10) << "observed" << std::setw(9) << "skipped" << std::setw(8)
        << "errors\n";
    const Rows rows = rowsOf(target);
    for (const auto& [family, groups] : rows) {
        Tally all;
        for (const auto& [group, tally] : groups) all.add(tally);
        printRow(out, family, all);
        if (groups.size() == 1) continue;
        for (const auto& [group, tally] : groups)
            printRow(out, "  " + (group.empty() ? "(none)" : group), tally);
    }
    if (rows.size() > 1) printRow(out, "all", target.tally());
}

void printFailure(std::ostream& out, const Result& result) {
    out << "\n  " << result.id << "  [" << nameOf(result.level) << "]\n    " << result.sentence
        << "\n    expected: " << result.expected << "\n    got:      " << result.got << "\n";
}

bool isShown(const Result& result) {
    return result.status == Status::fail && !result.known && result.level != Level::observed;
}

// The first of every operation and level, of a family without operations each: a deviation shows once, not
// once a prefix and settings vector.
void printFailures(std::ostream& out, const TargetResult& target) {
    std::map<std::tuple<std::string_view, std::string_view, Level>, bool> seen;
    std::uint64_t shown = 0;
    for (const auto* list : {&target.results(), &target.examples()})
        for (const auto& result : *list) {
            if (!isShown(result) || shown == shownFailures) continue;
            const std::string_view of = result.operation.empty() ? result.id : result.operation;
            if (!seen.try_emplace({familyOf(result.id), of, result.level}, true).second) continue;
            printFailure(out, result);
            ++shown;
        }
    const auto deviations = target.tally().deviations();
    if (deviations > shown) out << "\n  … and " << deviations - shown << " more; --html shows them by cell\n";
}

double seconds(std::chrono::microseconds time) {
    return std::chrono::duration<double>(time).count();
}

} // namespace

Progress::Progress(std::ostream& out, bool terminal)
    : out_(out)
    , terminal_(terminal) {}

void Progress::begin(std::string family, std::size_t steps) {
    family_ = std::move(family);
    steps_ = steps;
    done_ = 0;
}

void Progress::step(std::uint64_t cases, std::uint64_t deviations) {
    ++done_;
    cases_ += cases;
    deviations_ += deviations;
    if (!terminal_) return;
    const auto filled = std::min(done_, steps_) * barWidth / std::max<std::size_t>(1, steps_);
    out_ << "\r  " << family_ << " [" << std::string(filled, '#') << std::string(barWidth - filled, '.')
         << "] " << done_ << "/" << steps_ << ", " << cases_ << " cases, " << deviations_
         << " deviations\033[K" << std::flush;
}

void Progress::finish() {
    if (terminal_) out_ << "\r\033[K" << std::flush;
}

void printSummary(std::ostream& out, const TargetResult& target) {
    printTable(out, target);
    printFailures(out, target);
    out << "\n  " << std::fixed << std::setprecision(1) << seconds(target.elapsed) << " s";
    if (target.started > 0)
        out << ", " << target.started << " starts of "
            << 1000.0 * seconds(target.starts) / static_cast<double>(target.started) << " ms each";
    if (const auto known = target.tally().known; known > 0) out << ", " << known << " known deviations";
    out << "\n";
    for (const auto& row : target.outdated)
        out << "  outdated in the baseline, it passes now: " << row << "\n";
    for (const auto& result : target.results())
        if (result.status == Status::error) out << "  ERROR " << result.id << ": " << result.got << "\n";
}

void printComparison(std::ostream& out, const RunResult& run) {
    std::map<std::string, std::vector<Tally>> families;
    for (std::size_t i = 0; i < run.targets.size(); ++i)
        for (const auto& [key, cell] : run.targets[i].cells()) {
            auto& columns = families[key.family];
            columns.resize(run.targets.size());
            columns[i].add(cell);
        }
    out << "\n  deviations of cases: required + hardening, known\n  " << std::left << std::setw(nameWidth)
        << "";
    for (const auto& target : run.targets) out << "  " << std::setw(34) << target.name;
    out << "\n";
    for (const auto& [family, columns] : families) {
        out << "  " << std::setw(nameWidth) << family;
        for (const auto& tally : columns) {
            std::string text = std::to_string(tally.failedRequired) + " + " +
                               std::to_string(tally.failedHardening) + " of " + std::to_string(tally.total());
            if (tally.known > 0) text += ", " + std::to_string(tally.known) + " known";
            if (tally.errors > 0) text += ", " + std::to_string(tally.errors) + " errors";
            out << "  " << std::setw(34) << text;
        }
        out << "\n";
    }
}

} // namespace conformance
