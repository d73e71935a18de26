// What the program prints: a progress bar on a terminal, and the summary.
#pragma once

#include "conformance/access/access.h"
#include "conformance/baseline.h"

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>

namespace conformance {

class Progress {
public:
    Progress(std::ostream& out, std::size_t vectors, bool terminal);
    void step(const SettingsOutcome& outcome);
    void finish(); // takes the bar off the screen

private:
    std::ostream& out_;
    std::size_t vectors_;
    std::size_t done_ = 0;
    Tally tally_;
    bool terminal_;
};

struct Summary {
    Tally tally;
    Tally known; // of the failed ones, those that the baseline lists
    std::size_t settings = 0;
    std::vector<std::string> errors;
    std::vector<std::string> outdated; // baseline rows none of whose cases failed
};

Summary summarize(const AccessRun& run, const std::vector<SettingsOutcome>& outcomes, Baseline& baseline);

void printSummary(std::ostream& out, const AccessRun& run, const std::vector<SettingsOutcome>& outcomes,
                  const Summary& summary, const Baseline& baseline, std::chrono::milliseconds elapsed);

} // namespace conformance
