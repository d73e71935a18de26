#include "conformance/baseline.h"

#include "conformance/access/plan.h"
#include "conformance/cases/case.h"
#include "conformance/selection.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace conformance {
namespace {

// A family whose cases are counted: all of them, made once for every row that is looked up.
class Counted {
public:
    Counted(std::string_view family, Dialect dialect)
        : family_(family)
        , cases_(allCases(family, Prefixes::all))
        , settings_(settingsOf(family, dialect)) {}

    [[nodiscard]] bool has(std::string_view pattern) const {
        const std::string_view plain = pattern.substr(0, pattern.find('*'));
        std::string id;
        return std::any_of(settings_.begin(), settings_.end(), [&](const Settings& one) {
            const std::string head = family_ + "/" + one.id + "/";
            if (!head.starts_with(plain.substr(0, head.size()))) return false; // a look at millions saved
            return std::any_of(cases_.begin(), cases_.end(), [&](const AccessCase& of) {
                id.assign(head).append(of.id);
                return matchesPattern(id, pattern);
            });
        });
    }

private:
    std::string family_;
    std::vector<AccessCase> cases_;
    std::vector<Settings> settings_;
};

} // namespace

bool matchesPattern(std::string_view text, std::string_view pattern) {
    std::size_t at = 0;
    std::size_t in = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (at < text.size()) {
        if (in < pattern.size() && pattern[in] == '*') {
            star = in++;
            resume = at;
        } else if (in < pattern.size() && pattern[in] == text[at]) {
            ++at;
            ++in;
        } else if (star != std::string_view::npos) {
            in = star + 1; // the star takes one character more
            at = ++resume;
        } else
            return false;
    }
    while (in < pattern.size() && pattern[in] == '*') ++in;
    return in == pattern.size();
}

Baseline Baseline::parse(std::string_view text, std::string file) {
    Baseline baseline;
    baseline.file_ = file;
    const Table table = parseTable(text, std::move(file), {"id", "reason"});
    for (const auto& row : table.rows) {
        if (listOf(row.fields[1], '\n').empty()) table.fail(row, "a known deviation needs its reason");
        baseline.entries_.push_back({row.fields[0], row.line, false, false});
    }
    return baseline;
}

Baseline Baseline::read(const std::string& file) {
    if (file.empty()) return {};
    std::ifstream stream(file);
    if (!stream) throw TableError(file, 1, "the baseline cannot be read");
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    return parse(text, file);
}

void Baseline::checkRows(Dialect dialect) const {
    if (entries_.empty()) return;
    std::vector<std::string> scripted;
    for (const auto& family : scriptedFamilies())
        for (auto& one : builtinCases(family, dialect)) scripted.push_back(std::move(one.id));
    const std::array<Counted, 2> counted{{{accessFamily, dialect}, {operationsFamily, dialect}}};
    for (const auto& entry : entries_) {
        const auto isMeant = [&](const std::string& one) { return matchesPattern(one, entry.pattern); };
        const auto hasIt = [&](const Counted& family) { return family.has(entry.pattern); };
        if (std::any_of(scripted.begin(), scripted.end(), isMeant) ||
            std::any_of(counted.begin(), counted.end(), hasIt))
            continue;
        throw TableError(file_, entry.line, "there is no case '" + entry.pattern + "'; list prints them");
    }
}

bool Baseline::knows(const std::string& id) const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const Entry& entry) { return matchesPattern(id, entry.pattern); });
}

void Baseline::ran(const std::string& id, bool pass) {
    for (auto& entry : entries_) {
        if ((entry.ran && (entry.failed || pass)) || !matchesPattern(id, entry.pattern)) continue;
        entry.ran = true;
        if (!pass) entry.failed = true;
    }
}

std::vector<std::string> Baseline::outdated() const {
    std::vector<std::string> rows;
    for (const auto& entry : entries_)
        if (entry.ran && !entry.failed)
            rows.push_back(file_ + ":" + std::to_string(entry.line) + ": " + entry.pattern);
    return rows;
}

} // namespace conformance
