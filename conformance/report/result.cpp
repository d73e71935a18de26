#include "conformance/report/result.h"

#include <array>
#include <utility>

namespace conformance {
namespace {

constexpr unsigned examplesOfAKind = 1; // of one outcome in one cell

constexpr std::array<std::pair<Status, std::string_view>, 5> statusNames{{{Status::disabled, "disabled"},
                                                                          {Status::skip, "skip"},
                                                                          {Status::pass, "pass"},
                                                                          {Status::fail, "fail"},
                                                                          {Status::error, "error"}}};

CellKey cellOf(const Result& result) {
    return {std::string(familyOf(result.id)), result.variable, result.operation};
}

Outcome outcomeOf(const Result& result) {
    return {result.level, result.status, result.known, result.expected, result.got};
}

} // namespace

std::string_view nameOf(Status status) {
    return statusNames.at(static_cast<std::size_t>(status)).second;
}

std::optional<Status> statusNamed(std::string_view name) {
    for (const auto& [status, text] : statusNames)
        if (text == name) return status;
    return std::nullopt;
}

std::optional<Level> levelNamed(std::string_view name) {
    for (const Level level : {Level::required, Level::hardening, Level::observed})
        if (name == nameOf(level)) return level;
    return std::nullopt;
}

std::string_view familyOf(std::string_view id) {
    return id.substr(0, id.find('/'));
}

// FNV-1a: the same on every platform and in every version, as it is written into reports.
std::uint64_t fingerprintOf(std::string_view id) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

void Tally::add(const Outcome& outcome, std::uint64_t cases) {
    switch (outcome.status) {
    case Status::disabled:
        disabled += cases;
        return;
    case Status::skip:
        skipped += cases;
        return;
    case Status::pass:
        passed += cases;
        return;
    case Status::error:
        errors += cases;
        return;
    case Status::fail:
        break;
    }
    if (outcome.level == Level::observed)
        observed += cases;
    else if (outcome.known)
        known += cases;
    else
        (outcome.level == Level::required ? failedRequired : failedHardening) += cases;
}

void Tally::add(const Cell& cell) {
    for (const auto& [outcome, cases] : cell.outcomes) add(outcome, cases);
}

void Tally::add(const Tally& other) {
    passed += other.passed;
    failedRequired += other.failedRequired;
    failedHardening += other.failedHardening;
    known += other.known;
    observed += other.observed;
    skipped += other.skipped;
    disabled += other.disabled;
    errors += other.errors;
}

void TargetResult::add(Result result) {
    auto& cell = cells_[cellOf(result)];
    ++cell.outcomes[outcomeOf(result)];
    if (result.status == Status::fail) cell.failing += fingerprintOf(result.id);
    results_.push_back(std::move(result));
}

void TargetResult::count(const CellKey& key, const Outcome& outcome, std::uint64_t cases) {
    auto& cell = cells_[key];
    cell.counted = true;
    cell.outcomes[outcome] += cases;
}

bool TargetResult::failed(const CellKey& key, const Outcome& outcome, std::string_view id) {
    cells_[key].failing += fingerprintOf(id);
    auto& kept = kept_[{key, outcome}];
    if (kept == examplesOfAKind) return false;
    ++kept;
    return true;
}

Tally TargetResult::tally() const {
    Tally all;
    for (const auto& [key, cell] : cells_) all.add(cell);
    return all;
}

int exitStatus(const TargetResult& target, Level judged) {
    const Tally tally = target.tally();
    if (tally.errors > 0) return 2;
    const bool deviates =
        tally.failedRequired > 0 || (judged != Level::required && tally.failedHardening > 0);
    return deviates || !target.outdated.empty() ? 1 : 0;
}

} // namespace conformance
