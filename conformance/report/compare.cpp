#include "conformance/report/compare.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>

namespace conformance {
namespace {

constexpr std::size_t shownOfAKind = 50;

std::string nameOfCell(const CellKey& key) {
    return key.family + "/" + key.variable + "/" + key.operation;
}

std::string deviating(const Cell& cell, Level level) {
    Tally tally;
    tally.add(cell);
    const auto failed = level == Level::required ? tally.failedRequired : tally.failedHardening;
    return std::to_string(failed) + " of " + std::to_string(tally.total()) + " deviate";
}

const Cell* countedCell(const TargetResult& target, const CellKey& key) {
    const auto found = target.cells().find(key);
    return found == target.cells().end() || !found->second.counted ? nullptr : &found->second;
}

// Deviations of one level, by what was expected: a target that forwards less wrongly but now denies wrongly
// has not become better.
std::map<std::string_view, std::uint64_t> deviationsOf(const Cell& cell, Level level) {
    std::map<std::string_view, std::uint64_t> counts;
    for (const auto& [outcome, cases] : cell.outcomes)
        if (outcome.status == Status::fail && !outcome.known && outcome.level == level)
            counts[outcome.expected] += cases;
    return counts;
}

void compareLevel(std::vector<Difference>& list, const CellKey& key, Level level, const Cell& before,
                  const Cell& after) {
    auto was = deviationsOf(before, level);
    const auto is = deviationsOf(after, level);
    // One sum of ids stands for both levels: it may blame the wrong one, never none.
    const bool others = was == is && !is.empty() && before.failing != after.failing;
    if (was == is && !others) return;
    const bool more =
        std::any_of(is.begin(), is.end(), [&](const auto& one) { return one.second > was[one.first]; });
    Difference difference{more || others ? Change::worse : Change::better, level, nameOfCell(key),
                          deviating(before, level), deviating(after, level)};
    if (others) difference.after += ", others than before";
    list.push_back(std::move(difference));
}

void compareCell(std::vector<Difference>& list, const CellKey& key, const Cell* before, const Cell* after) {
    if (before == nullptr || after == nullptr) {
        if (after == nullptr)
            list.push_back({Change::gone, Level::required, nameOfCell(key), "tried", "not tried"});
        if (before != nullptr) return;
        const auto size = list.size();
        for (const Level level : {Level::required, Level::hardening})
            compareLevel(list, key, level, Cell(), *after); // new and failing is as bad as broken
        if (list.size() == size)
            list.push_back({Change::added, Level::required, nameOfCell(key), "not tried", "conforms"});
        return;
    }
    for (const Level level : {Level::required, Level::hardening})
        compareLevel(list, key, level, *before, *after);
}

// Fit for comparing: a known deviation is as good as a pass.
Status effective(const Result& result) {
    const bool counts = result.status == Status::fail && !result.known && result.level != Level::observed;
    return result.status == Status::fail && !counts ? Status::pass : result.status;
}

std::string inWords(const Result& result) {
    std::string text(nameOf(result.status));
    if (result.known) text += " (known)";
    if (result.status != Status::pass && !result.got.empty()) text += ": " + result.got;
    return text;
}

void compareCase(std::vector<Difference>& list, const Result* before, const Result* after) {
    if (after == nullptr) {
        if (before != nullptr)
            list.push_back({Change::gone, before->level, before->id, inWords(*before), "not tried"});
        return;
    }
    const Result& one = *after;
    if (before == nullptr) {
        // A case that is new and fails is as bad as one that broke.
        const Change change = effective(one) > Status::pass ? Change::worse : Change::added;
        list.push_back({change, one.level, one.id, "not tried", inWords(one)});
        return;
    }
    const Status was = effective(*before);
    const Status is = effective(*after);
    if (was == is) return;
    // No longer tried where it passed is a loss, too.
    const Change change = is > Status::pass                          ? Change::worse
                          : was == Status::pass && is < Status::pass ? Change::gone
                                                                     : Change::better;
    list.push_back({change, one.level, one.id, inWords(*before), inWords(*after)});
}

std::string titleOf(const TargetResult& target) {
    std::string text = target.name;
    if (!target.version.empty()) text += " " + target.version;
    if (!target.began.empty()) text += ", judged " + target.began.substr(0, target.began.find('T'));
    return text;
}

void printKind(std::ostream& out, const std::vector<Difference>& all, Change change, const char* title) {
    const auto count =
        std::count_if(all.begin(), all.end(), [&](const Difference& one) { return one.change == change; });
    if (count == 0) return;
    out << "  " << title << ": " << count << "\n";
    std::size_t shown = 0;
    for (const auto& one : all) {
        if (one.change != change) continue;
        if (++shown > shownOfAKind) {
            out << "    … and " << static_cast<std::size_t>(count) - shownOfAKind << " more\n";
            return;
        }
        out << "    " << one.what << "  [" << nameOf(one.level) << "]\n      " << one.before << "  →  "
            << one.after << "\n";
    }
}

} // namespace

std::vector<Difference> differences(const TargetResult& before, const TargetResult& after) {
    std::vector<Difference> list;
    std::set<CellKey> keys;
    for (const auto* target : {&before, &after})
        for (const auto& [key, cell] : target->cells())
            if (cell.counted) keys.insert(key);
    for (const auto& key : keys) compareCell(list, key, countedCell(before, key), countedCell(after, key));

    std::map<std::string_view, std::pair<const Result*, const Result*>> cases;
    for (const auto& result : before.results()) cases[result.id].first = &result;
    for (const auto& result : after.results()) cases[result.id].second = &result;
    for (const auto& [id, pair] : cases) compareCase(list, pair.first, pair.second);
    return list;
}

int printDifferences(std::ostream& out, const TargetResult& before, const TargetResult& after, Level judged) {
    const auto all = differences(before, after);
    out << titleOf(before) << "  →  " << titleOf(after) << "\n";
    printKind(out, all, Change::worse, "worse");
    printKind(out, all, Change::gone, "no longer tried");
    printKind(out, all, Change::added, "new");
    printKind(out, all, Change::better, "better");
    if (all.empty()) out << "  nothing changed in " << after.tally().total() << " cases\n";
    if (after.tally().errors > 0) {
        out << "  it could not be judged whole: " << after.tally().errors << " errors\n";
        return 2;
    }
    const bool regressed = std::any_of(all.begin(), all.end(), [&](const Difference& one) {
        return (one.change == Change::worse || one.change == Change::gone) && one.level <= judged;
    });
    return regressed ? 1 : 0;
}

} // namespace conformance
