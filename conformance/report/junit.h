// JUnit XML: a testsuite a target and family. A counted family has a testcase a cell (variable.operation),
// every other family one a case.
//
// What deviates at a judged level has a <failure>, what could not be judged an <error>; a deviation that is
// known or beyond the judged level is <skipped> with its reason, as most readers know only these three.
#pragma once

#include "conformance/report/result.h"

#include <iosfwd>

namespace conformance {

void writeJunit(std::ostream& out, const RunResult& run);

} // namespace conformance
