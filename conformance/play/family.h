// The families whose cases are scripts, as the commands use them.
#pragma once

#include "conformance/baseline.h"
#include "conformance/cases/case.h"
#include "conformance/report/console.h"
#include "conformance/report/result.h"
#include "conformance/target/target.h"

#include <string>
#include <vector>

namespace conformance {

void judgeScripted(const std::vector<Case>& cases, int jobs, const Adapter& adapter, TargetResult& result,
                   Baseline& baseline, Progress& progress);

/// What the case does and why, for people.
[[nodiscard]] std::string explanationOf(const Case& one);

} // namespace conformance
