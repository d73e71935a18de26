// What changed between two runs, or between two targets.
//
// A counted cell is worse where more of its cases deviate in one way, or others than before; a case where it
// passed and no longer does. Known deviations count as they do in a run: not.
#pragma once

#include "conformance/report/result.h"

#include <iosfwd>
#include <string>
#include <vector>

namespace conformance {

enum class Change {
    better,
    added, ///< only after: tells nothing
    gone,  ///< only before: something is no longer tried
    worse,
};

struct Difference {
    Change change = Change::worse;
    Level level = Level::required;
    std::string what; ///< a case's id, or FAMILY/VARIABLE/OPERATION
    std::string before;
    std::string after;
};

/// In the order of the cells, then of the cases' ids.
[[nodiscard]] std::vector<Difference> differences(const TargetResult& before, const TargetResult& after);

/// Prints what changed; returns 0, 1 for regressions up to the level `judged`, 2 where `after` has errors.
[[nodiscard]] int printDifferences(std::ostream& out, const TargetResult& before, const TargetResult& after,
                                   Level judged);

} // namespace conformance
