// What a worker keeps from one case to the next: the target that runs, and the ends around it.
#pragma once

#include "conformance/cases/case.h"
#include "conformance/play/stage.h"
#include "conformance/target/target.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace conformance {

struct Scene {
    const Adapter& adapter;
    std::string folder;
    std::string socketPath;
    Stage stage;
    std::unique_ptr<Target> target;
    std::uint16_t port = 0;
    std::uint16_t port2 = 0;
    std::string sharedSettings; ///< of `target`; empty: not to be shared
    bool mayEnd = false;        ///< the target, without that being an error
    std::uint64_t starts = 0;
    std::chrono::microseconds startTime{0};
    LeftRunning left;

    Scene(const Adapter& of, const std::string& in);

    /// The text with {port}, {port2} and {folder} filled in.
    [[nodiscard]] std::string filled(std::string text) const;

    void start(const Case& one, std::uint16_t at = 0);
    void stopTarget(); ///< throws TargetError when it ends badly

    /// Ends the target, whatever state it is in, and what is left of the case: the next one begins afresh.
    void abandon();

    /// As Stage's; throws TargetEnded when the target ends by itself meanwhile.
    bool await(const std::function<bool()>& holds, std::chrono::milliseconds longest);

    /// Nobody accepts where the target did. Throws TargetEnded, or TargetError where it still runs.
    [[noreturn]] void notAccepted();

    /// A request that goes all the way, or is answered by the target: then it lives, and what it had to
    /// forward before has arrived. Throws TargetError.
    void barrier();
};

} // namespace conformance
