// The JSON report: what was seen, complete enough that every other report can be written from it later.
//
//   format      "socket-proxy-conformance 1"
//   began       when, UTC, ISO 8601
//   selection   which cases were asked for, as on the command line
//   judged      up to which level deviations count: "required", "hardening"
//   targets     one object a target:
//     name, about, version, dialect
//     began       when this one was
//     elapsed_ms  the whole
//     starts, start_us  how often the target was started, and how long that took in sum
//     outdated    rows of its baseline none of whose cases failed
//     left        [[NAME, n], …]: programs that it left running when it ended, and how often
//     summary     cases, passed, failed_required, failed_hardening, known, observed, skipped, disabled, errors:
//                 for readers; one that is not the sum of what follows tells of a damaged report
//     outcomes    the ways a case can have gone: level, status, known, expected, got
//     cells       of families that are counted: family, variable, operation,
//                   went      [[i, n], …]: n cases went like outcomes[i]
//                   failing   64 bits in hexadecimal: the failed cases' ids, summed up
//     examples    some failed cases of each cell
//     cases       cases of the other families, one by one
//
// A case or example: id, level, status, known, sentence, variable, operation, expected, got, duration_us,
// before (what went before it on its connection, in words), and the bytes: sent, answer (the client's side),
// forwarded, reply (the daemon's). What is empty, 0 or false is left out. Bytes are written as by escaped().
// An unknown key is an error, and so are two targets of one name, two cases of one id, two cells of one key.
#pragma once

#include "conformance/report/result.h"

#include <iosfwd>
#include <stdexcept>
#include <string>

namespace conformance {

class ReportError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

void writeJson(std::ostream& out, const RunResult& run);
[[nodiscard]] RunResult readJson(const std::string& file); ///< throws ReportError
[[nodiscard]] RunResult parseJsonReport(const std::string& text, const std::string& file); ///< the same

} // namespace conformance
