// Plays one case: both ends of it, step by step, and judges what each of them gets.
#pragma once

#include "conformance/cases/case.h"
#include "conformance/play/stage.h"
#include "conformance/report/result.h"
#include "conformance/target/target.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace conformance {

// What a worker keeps from one case to the next.
struct Scene {
    const Adapter& adapter;
    std::string folder;
    std::string socketPath;
    Stage stage;
    std::unique_ptr<Target> target;
    std::uint16_t port = 0;
    std::uint16_t port2 = 0;
    std::string sharedSettings; // of `target`; empty: not to be shared
    bool mayEnd = false;        // the target, without that being an error
    std::uint64_t starts = 0;
    std::chrono::microseconds startTime{0};
    LeftRunning left;

    Scene(const Adapter& of, const std::string& in);

    void start(const Case& one, std::uint16_t at = 0);
    void stopTarget(); // throws TargetError when it ends badly

    // As Stage's; throws TargetError when the target ends by itself meanwhile.
    bool await(const std::function<bool()>& holds, std::chrono::milliseconds longest);

    // Nobody accepts where the target did. Throws TargetEnded, or TargetError where it still runs.
    [[noreturn]] void notAccepted();

    // Ends the target, whatever state it is in, and what is left of the case: the next one begins afresh.
    void abandon();

    // A request that goes all the way, or is answered by the target: then it lives, and what it had to
    // forward before has arrived. Throws TargetError.
    void barrier();
};

// Throws TargetError when the target is dead or hangs, unless that is the case's own doing: then it has
// failed.
Result playCase(Scene& scene, const Case& one);

} // namespace conformance
