// What the program prints: a progress bar on a terminal, and the summary.
#pragma once

#include "conformance/report/result.h"

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace conformance {

class Progress {
public:
    Progress(std::ostream& out, bool terminal); ///< silent where there is no terminal
    void begin(std::string family, std::size_t steps);
    void step(std::uint64_t cases, std::uint64_t deviations);
    void finish(); ///< takes the bar off the screen

private:
    std::ostream& out_;
    bool terminal_;
    std::string family_;
    std::size_t steps_ = 0;
    std::size_t done_ = 0;
    std::uint64_t cases_ = 0;
    std::uint64_t deviations_ = 0;
};

/// In a line: all that makes the exit status what it is.
[[nodiscard]] std::string verdictOf(const TargetResult& target, Level judged);

/// The verdict; by family, and by variable where a family goes through them and something went wrong; then
/// deviations, one of each kind, required ones first; errors last.
void printSummary(std::ostream& out, const TargetResult& target, Level judged);

/// Several targets side by side: deviations and cases by family.
void printComparison(std::ostream& out, const RunResult& run);

} // namespace conformance
