// The access family: every case of a plan under every settings vector, each vector on a freshly started
// target.
#pragma once

#include "conformance/access/verdict.h"
#include "conformance/settings.h"
#include "conformance/target/adapter.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace conformance {

struct Tally {
    std::uint64_t passed = 0;
    std::uint64_t failedRequired = 0;
    std::uint64_t failedHardening = 0;

    std::uint64_t total() const { return passed + failedRequired + failedHardening; }
    void add(bool pass, Level level) {
        if (pass)
            ++passed;
        else
            ++(level == Level::required ? failedRequired : failedHardening);
    }
    void add(const Tally& other) {
        passed += other.passed;
        failedRequired += other.failedRequired;
        failedHardening += other.failedHardening;
    }
};

struct AccessFailure {
    std::uint32_t number = 0; // of the case in the plan
    Expectation expectation;
    Observation observation;
    std::string answer;    // what the client got; empty where it was not kept
    std::string forwarded; // what the daemon saw
};

// What came of one settings vector.
struct SettingsOutcome {
    const Settings* settings = nullptr;
    Tally tally;
    std::map<const Operation*, Tally> byOperation;
    std::vector<AccessFailure> failures; // every one, required and hardening
    std::string error; // the run's, not the target's verdict: not empty means nothing else counts
    std::chrono::microseconds startTime{0};
};

struct AccessRun {
    const Adapter& adapter;
    const AccessPlan& plan;
    const std::vector<Settings>& settings;
    int jobs = 2;
    std::function<void(const SettingsOutcome&)> done; // called as vectors finish, one call at a time
};

// In the order of `settings`. Stops at the first error: vectors that never ran are missing from the result.
std::vector<SettingsOutcome> runAccess(const AccessRun& run);

} // namespace conformance
