#include "conformance/report/console.h"

#include "conformance/catalogue.h"

#include <algorithm>
#include <iomanip>
#include <map>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

namespace conformance {
namespace {

constexpr std::size_t shownKinds = 20;
constexpr std::size_t shownOfAFamily = 6; // and level: none hides the others
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

bool isAllRight(const Tally& tally) {
    return tally.passed == tally.total();
}

// Of a family's groups only those in which something went otherwise have a row; the others share one.
void printGroups(std::ostream& out, const std::map<std::string, Tally>& groups) {
    Tally folded;
    std::size_t count = 0;
    for (const auto& [group, tally] : groups)
        if (isAllRight(tally)) {
            folded.add(tally);
            ++count;
        } else
            printRow(out, "  " + (group.empty() ? "(none)" : group), tally);
    if (count > 0 && count < groups.size()) printRow(out, "  " + std::to_string(count) + " others", folded);
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
        if (groups.size() > 1) printGroups(out, groups);
    }
    if (rows.size() > 1) printRow(out, "all", target.tally());
}

// Deviations that are alike: a table by itself of what to mend.
struct Kind {
    const Result* example = nullptr; // the first
    std::uint64_t cases = 0;
};

bool counts(const Outcome& outcome) {
    return outcome.status == Status::fail && !outcome.known && outcome.level != Level::observed;
}

// Of a counted family what was expected and got, of others what was expected.
using KindName =
    std::tuple<Level, std::string_view, std::string_view, std::string_view>; // family, expected, got
using Kinds = std::map<KindName, Kind>;

Kinds kindsOf(const TargetResult& target) {
    Kinds kinds;
    for (const auto& [key, cell] : target.cells())
        for (const auto& [outcome, cases] : cell.outcomes)
            if (cell.counted && counts(outcome))
                kinds[{outcome.level, key.family, outcome.expected, outcome.got}].cases += cases;
    for (const auto& one : target.examples())
        if (const auto kind = kinds.find({one.level, familyOf(one.id), one.expected, one.got});
            kind != kinds.end() && kind->second.example == nullptr)
            kind->second.example = &one;
    for (const auto& one : target.results()) {
        if (!counts({one.level, one.status, one.known, {}, {}})) continue;
        auto& kind = kinds[{one.level, familyOf(one.id), one.expected, {}}];
        if (kind.cases++ == 0) kind.example = &one;
    }
    return kinds;
}

void printKind(std::ostream& out, const Kind& kind) {
    const Result& one = *kind.example;
    out << "\n  " << one.id << "  [" << nameOf(one.level) << "]";
    if (kind.cases > 1) out << "  and " << kind.cases - 1 << " more of its kind";
    out << "\n    " << one.sentence << "\n    expected: " << one.expected << "\n    got:      " << one.got
        << "\n";
    if (!one.before.empty()) out << "    after:    " << one.before << "\n";
}

// Required ones first; the family with the most deviations first; in it the kind with the most.
void printDeviations(std::ostream& out, const TargetResult& target) {
    const Kinds kinds = kindsOf(target);
    std::map<std::pair<Level, std::string_view>, std::uint64_t> ofFamily;
    for (const auto& [name, kind] : kinds) ofFamily[{std::get<0>(name), std::get<1>(name)}] += kind.cases;
    std::vector<const Kinds::value_type*> order;
    for (const auto& kind : kinds)
        if (kind.second.example != nullptr) order.push_back(&kind);
    std::stable_sort(order.begin(), order.end(), [&](const auto* left, const auto* right) {
        const auto rank = [&](const Kinds::value_type& one) {
            const auto level = std::get<0>(one.first);
            const auto most = ofFamily.at({level, std::get<1>(one.first)});
            return std::tuple(level, UINT64_MAX - most, std::get<1>(one.first),
                              UINT64_MAX - one.second.cases);
        };
        return rank(*left) < rank(*right);
    });
    std::map<std::pair<Level, std::string_view>, std::size_t> shownOf;
    std::uint64_t shown = 0;
    for (const auto* one : order) {
        auto& ofThis = shownOf[{std::get<0>(one->first), std::get<1>(one->first)}];
        if (ofThis == shownOfAFamily || shown == shownKinds) continue;
        printKind(out, one->second);
        ++ofThis;
        ++shown;
    }
    if (order.size() > shown)
        out << "\n  … and " << order.size() - shown << " kinds of deviation more; --html shows every one\n";
}

std::map<std::string, std::uint64_t> skipped(const TargetResult& target) {
    std::map<std::string, std::uint64_t> reasons;
    for (const auto& one : target.results())
        if (one.status == Status::skip) ++reasons[one.got];
    return reasons;
}

void printNotJudged(std::ostream& out, const TargetResult& target) {
    for (const auto& one : target.results())
        if (one.status == Status::disabled) out << "  " << one.id << ": " << one.got << "\n";
}

std::string several(std::uint64_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

double seconds(std::chrono::microseconds time) {
    return std::chrono::duration<double>(time).count();
}

} // namespace

std::string verdictOf(const TargetResult& target, Level judged) {
    const Tally tally = target.tally();
    std::vector<std::string> parts;
    if (tally.failedRequired > 0)
        parts.push_back("deviates in " + several(tally.failedRequired, "required case"));
    if (tally.failedHardening > 0 && judged != Level::required)
        parts.push_back("deviates in " + several(tally.failedHardening, "hardening case"));
    if (!target.outdated.empty())
        parts.push_back("its baseline has " + several(target.outdated.size(), "row") +
                        " that it no longer needs");
    if (tally.errors > 0) parts.push_back("could not be judged in " + several(tally.errors, "case"));
    if (parts.empty()) parts.emplace_back("conforms");
    if (tally.failedHardening > 0 && judged == Level::required)
        parts.push_back(several(tally.failedHardening, "deviation") +
                        " of level hardening, which is not judged");
    std::string text;
    for (const auto& part : parts) text.append(text.empty() ? "" : "; ").append(part);
    return text;
}

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

void printSummary(std::ostream& out, const TargetResult& target, Level judged) {
    out << "  " << verdictOf(target, judged) << "\n\n";
    printTable(out, target);
    printDeviations(out, target);
    out << "\n  " << std::fixed << std::setprecision(1) << seconds(target.elapsed) << " s";
    if (target.started > 0)
        out << ", " << target.started << " starts of "
            << 1000.0 * seconds(target.starts) / static_cast<double>(target.started) << " ms each";
    if (const auto known = target.tally().known; known > 0) out << ", " << known << " known deviations";
    out << "\n";
    for (const auto& row : target.outdated)
        out << "  outdated in the baseline, it passes now: " << row << "\n";
    if (!target.left.empty()) {
        out << "  left running when it ended, and ended by the suite:";
        const char* separator = " ";
        for (const auto& [name, times] : target.left)
            out << std::exchange(separator, ", ") << name << " (" << several(times, "time") << ")";
        out << "; a start script must exec the proxy\n";
    }
    for (const auto& [why, cases] : skipped(target))
        out << "  skipped " << several(cases, "case") << ": " << why << "\n";
    printNotJudged(out, target);
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
