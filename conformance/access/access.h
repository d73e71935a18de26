// The families access and operations: every case of a plan under every settings vector, each
// vector on a freshly started target.
#pragma once

#include "conformance/access/verdict.h"
#include "conformance/baseline.h"
#include "conformance/report/result.h"
#include "conformance/settings.h"
#include "conformance/target/target.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace conformance {

struct AccessFailure {
    std::uint32_t number = 0; ///< of the case in the plan
    Expectation expectation;
    Observation observation;
    std::string answer;    ///< what the client got; empty where it was not kept
    std::string forwarded; ///< what the daemon saw
};

/// How a passed case went, without which case it was.
struct AccessPass {
    const Operation* operation = nullptr;
    Answer answer = Answer::deny;
    Level level = Level::required;
    std::uint16_t status = 0;
    std::uint8_t seen = 0;
    bool operator<(const AccessPass& other) const {
        return std::tie(operation, answer, level, status, seen) <
               std::tie(other.operation, other.answer, other.level, other.status, other.seen);
    }
};

/// What came of one settings vector.
struct SettingsOutcome {
    const Settings* settings = nullptr;
    std::map<AccessPass, std::uint64_t> passes;
    std::vector<AccessFailure> failures; ///< every one, required and hardening
    std::string error;   ///< the run's, not the target's verdict: not empty means nothing else counts
    std::string skipped; ///< why it was not tried; likewise
    std::chrono::microseconds startTime{0};
    LeftRunning left;
};

struct AccessRun {
    std::string_view family;
    const Adapter& adapter;
    const AccessPlan& plan;
    const std::vector<Settings>& settings;
    int jobs = 2;
    std::function<void(SettingsOutcome)> done; ///< called as vectors finish, one call at a time
};

/// A vector that meets an error takes no others with it, but where too many do, the remaining ones are
/// skipped. Where no vector can be judged there is one error.
void runAccess(const AccessRun& run);

/// Files an outcome under its cells. The baseline learns which cases ran.
void record(TargetResult& result, const AccessRun& run, const SettingsOutcome& outcome, Baseline& baseline);

} // namespace conformance
