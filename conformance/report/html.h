// The HTML report: one file that needs no network. The page is matrix.html, with the JSON report inside it.
#pragma once

#include "conformance/report/result.h"

#include <iosfwd>

namespace conformance {

void writeHtml(std::ostream& out, const RunResult& run);

} // namespace conformance
