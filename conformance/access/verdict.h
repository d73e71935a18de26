// From expectation and observation to a verdict: a pure function, and its words for reports.
#pragma once

#include "conformance/access/observation.h"
#include "conformance/oracle.h"

#include <string>

namespace conformance {

[[nodiscard]] bool passes(const Expectation& expectation, const Observation& observation);

/// How much a deviation counts. What was to be denied and did not reach the daemon has not acted: that the client was answered
/// otherwise than by 403 is at most hardening.
[[nodiscard]] Level levelOf(const Expectation& expectation, const Observation& observation);

[[nodiscard]] std::string expectedInWords(const Expectation& expectation);
[[nodiscard]] std::string gotInWords(const Observation& observation);

/// "must forward GET /containers/json": the proxy is the subject.
[[nodiscard]] std::string sentenceOf(const Expectation& expectation, const AccessCase& one);

} // namespace conformance
