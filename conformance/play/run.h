// Runs cases against targets: those with the same settings share one, several workers at a time.
#pragma once

#include "conformance/cases/case.h"
#include "conformance/report/result.h"
#include "conformance/target/adapter.h"

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
    std::function<void(const Result&)> done; // called as cases finish, one call at a time
};

struct ScriptedOutcome {
    std::vector<Result> results; // in the order of the cases; of one that met an error, status error
    std::uint64_t started = 0;   // targets
    std::chrono::microseconds starts{0};
};

// Stops at the first error: a dead target is one error, not hundreds of failures.
ScriptedOutcome runScripted(const ScriptedRun& run);

} // namespace conformance
