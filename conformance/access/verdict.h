// From expectation and observation to a verdict: a pure function, and its words for reports.
#pragma once

#include "conformance/access/observation.h"
#include "conformance/oracle.h"

#include <string>

namespace conformance {

[[nodiscard]] bool passes(const Expectation& expectation, const Observation& observation);

[[nodiscard]] std::string expectedInWords(const Expectation& expectation);
[[nodiscard]] std::string gotInWords(const Observation& observation);

/// "must forward GET /containers/json": the proxy is the subject.
[[nodiscard]] std::string sentenceOf(const Expectation& expectation, const AccessCase& one);

} // namespace conformance
