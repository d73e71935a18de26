#include "conformance/baseline.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

namespace conformance {

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
    if (!stream) throw TableError(file, 0, "the baseline cannot be read");
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    return parse(text, file);
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
