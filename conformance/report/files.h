// The report files that a command line asks for.
#pragma once

#include "conformance/report/result.h"

#include <string>

namespace conformance {

struct ReportFiles {
    std::string json; ///< paths; empty: not wanted
    std::string junit;
    std::string html;

    [[nodiscard]] bool any() const { return !json.empty() || !junit.empty() || !html.empty(); }
};

/// Throws ReportError for a path that cannot be written: asked before a run, not after it.
void checkWritable(const ReportFiles& files);

/// Each whole or not at all; throws ReportError.
void write(const ReportFiles& files, const RunResult& run);

} // namespace conformance
