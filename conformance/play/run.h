// Runs cases against targets: those with the same settings share one, several workers at a time.
#pragma once

#include "conformance/cases/case.h"
#include "conformance/report/result.h"
#include "conformance/target/target.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace conformance {

struct ScriptedRun {
    const Adapter& adapter;
    const std::vector<Case>& cases;
    int jobs = 2;
    std::function<void(const Result&)> done; ///< called as cases finish, one call at a time
};

struct ScriptedOutcome {
    std::vector<Result> results; ///< of every case, in their order
    std::uint64_t started = 0;   ///< targets
    std::chrono::microseconds starts{0};
    LeftRunning left;
};

/// A case that meets a dead or hanging target is an error, and the next one gets another target. Where that
/// happens too often, the remaining ones are skipped: a dead target is one error, not hundreds.
[[nodiscard]] ScriptedOutcome runScripted(const ScriptedRun& run);

} // namespace conformance
