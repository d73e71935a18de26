#include "conformance/play/play.h"

#include "conformance/play/connect.h"
#include "conformance/play/steps.h"

#include <algorithm>
#include <sys/wait.h>
#include <unistd.h>

namespace conformance {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void transcribe(const Scene& scene, Result& result) {
    static constexpr std::size_t most = 4096;
    const auto add = [](std::string& to, const std::string& bytes) {
        to.append(bytes, 0, most - std::min(most, to.size()));
    };
    for (const auto& wire : scene.stage.clients())
        if (!wire->counted && wire->sent().find(barrierTarget) == std::string::npos) {
            add(result.sent, wire->sent());
            add(result.answer, wire->received());
        }
    for (const auto& wire : scene.stage.daemons()) {
        add(result.forwarded, wire->received());
        if (!wire->received().empty()) add(result.reply, wire->sent());
    }
}

bool wantsNoStart(const Case& one) {
    return one.stepOf(Act::failsToStart) != nullptr;
}

// It ended as the case says, which may leave its status open.
void judgeEnd(const Case& one, const StartFailure& failure) {
    const auto wanted = one.stepOf(Act::failsToStart)->count;
    const auto status = failure.status();
    if (wanted == 0 ||
        (status && WIFEXITED(*status) && static_cast<std::uint64_t>(WEXITSTATUS(*status)) == wanted))
        return;
    throw Deviation{failure.what()};
}

// A case for itself has nobody else to blame for the target's end, and one that takes the daemon away is
// about just that. Elsewhere it is an error: what else the target would have got right or wrong is not known.
bool isToBlame(const Case& one) {
    return one.ownTarget || one.stepOf(Act::goes) != nullptr || one.stepOf(Act::refuses) != nullptr;
}

// Most of a container's start is the engine's.
bool isTheEngines(const Case& one, const Adapter& adapter) {
    return !adapter.image.empty() && one.stepOf(Act::isReadyWithin) != nullptr;
}

// The target for a case: the one that runs already where it may be shared.
void prepare(Scene& scene, const Case& one, std::string& output) {
    if (one.need == Need::ipv6 && !hasIpv6()) throw Skipped{"there is no IPv6 here"};
    if (one.without == Without::ipv6 && !scene.adapter.image.empty())
        throw Skipped{"from a container on the host's network IPv6 cannot be kept"};
    if (one.need == Need::root && ::geteuid() != 0) throw Skipped{"needs root"};
    const bool shared = scene.target && !one.ownTarget && scene.sharedSettings == one.settings;
    if (shared) return;
    scene.stopTarget();
    try {
        scene.start(one);
    } catch (const StartFailure& failure) {
        if (!one.ownTarget) throw;
        if (!wantsNoStart(one)) throw Deviation{failure.what()};
        judgeEnd(one, failure);
        output = failure.output();
        return;
    }
    if (wantsNoStart(one)) throw Deviation{"the target starts"};
}

// Ends every connection of a case, and waits until the target has noticed: the next one begins afresh.
void clearUp(Scene& scene, const Case& one) {
    constexpr milliseconds longest{1000};
    scene.stage.leave();
    const auto left = [&] {
        const auto& daemons = scene.stage.daemons();
        return std::all_of(daemons.begin(), daemons.end(), [](const auto& wire) { return wire->gone(); });
    };
    const bool lives = scene.target && !scene.target->hasEnded();
    if (lives) scene.await(left, longest);
    scene.stage.clear();
    if (lives && !one.ownTarget) {
        scene.barrier();
        scene.stage.dropLate();
    } else
        scene.stopTarget();
}

} // namespace

Result playCase(Scene& scene, const Case& one) {
    Result result;
    result.id = one.id;
    result.level = isTheEngines(one, scene.adapter) ? Level::observed : one.level;
    result.sentence = one.sentence;
    result.operation = one.operation;
    result.expected = expectedInWords(one);
    const auto began = steady_clock::now();
    const Step* at = nullptr;
    try {
        std::string output;
        prepare(scene, one, output);
        Steps steps(scene, one, output);
        try {
            steps.play();
        } catch (...) {
            at = steps.at();
            throw;
        }
        result.got = "as expected";
    } catch (const TargetEnded& end) {
        if (!isToBlame(one)) throw;
        result.status = Status::fail;
        result.got = std::string(end.what()) + ": " + scene.target->epitaph();
    } catch (const Deviation& deviation) {
        result.status = Status::fail;
        result.level = std::max(result.level, deviation.level);
        result.got = deviation.what;
        if (at != nullptr)
            result.got += ", where the case says \"" + at->written + "\" (step " +
                          std::to_string(at - one.steps.data() + 1) + ", " + one.file + ":" +
                          std::to_string(at->line) + ")";
    } catch (const Skipped& skipped) {
        result.status = Status::skip;
        result.got = skipped.why;
    }
    result.duration = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
    transcribe(scene, result);
    try {
        clearUp(scene, one);
    } catch (const TargetError&) {
        // It still reads the flood that it served nobody else for: that has been told.
        if (result.status != Status::fail || one.stepOf(Act::floods) == nullptr) throw;
        scene.abandon();
    }
    return result;
}

} // namespace conformance
