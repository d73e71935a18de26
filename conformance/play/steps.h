// The steps of a case: what each act does to the ends of a connection and to the
// target, and what it wants to see.
#pragma once

#include "conformance/cases/case.h"
#include "conformance/play/message.h"
#include "conformance/play/scene.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace conformance {

/// What went otherwise than the script says.
struct Deviation {
    std::string what;
    Level level = Level::required; ///< it counts no more than so
};

/// It cannot be seen here; the text says why.
struct Skipped {
    std::string why;
};

class Steps {
public:
    /// `output`: what a target said that did not start.
    Steps(Scene& scene, const Case& one, std::string output);

    /// All of them. Throws Deviation, Skipped, TargetError.
    void play();
    /// The one at which play() threw; null: behind the last.
    [[nodiscard]] const Step* at() const { return step_; }

private:
    using Condition = std::function<bool()>;
    using Milliseconds = std::chrono::milliseconds;
    using Handler = void (Steps::*)(const Step&);
    [[nodiscard]] static Handler handlerOf(Act act);

    /// What happens. A member is named after its act.
    void connects(const Step& step);
    void sends(const Step& step);
    void sendsBytewise(const Step& step) { wireOf(step).sendBytewise(step.bytes); }
    void answers(const Step& step);
    void ends(const Step& step) { wireOf(step).endOutput(); }
    void closes(const Step& step) { wireOf(step).close(); }
    void closesWhenSent(const Step& step) { wireOf(step).closeWhenSent(); }
    void isNotLookedAt(const Step& step);
    void answersEarly(const Step& step);
    void settles(const Step&) { settle(); }
    void resets(const Step& step) { wireOf(step).reset(); }
    void goes(const Step&) { stage_.daemonGoes(); }
    void comes(const Step&) { stage_.daemonComes(); }
    void refuses(const Step&) { stage_.daemonRefuses(); }
    void continues(const Step&) { stage_.continues = true; }
    void floods(const Step& step);
    void stopsReading(const Step& step) { wireOf(step).reads = false; }
    void readsOn(const Step& step) { wireOf(step).reads = true; }
    void isTold(const Step& step);
    void startsAgain(const Step& step);
    void crowd(const Step& step);
    void crowdLeaves(const Step& step);

    /// What is wanted.
    void getsResponse(const Step& step);
    void getsReason(const Step& step);
    void getsRequest(const Step& step);
    void getsField(const Step& step);
    void lacksField(const Step& step);
    void getsFields(const Step& step);
    void getsBody(const Step& step);
    void getsBytes(const Step& step);
    void lacksBytes(const Step& step);
    void getsEnd(const Step& step);
    void getsNothing(const Step& step);
    void getsNothingWhole(const Step& step);
    void getsOneReading(const Step& step);
    void isGivenUp(const Step& step);
    void isClosed(const Step& step);
    void staysOpen(const Step& step);
    void quiet(const Step& step);
    void beforeTheFirst(const Step&) {} ///< whoever starts the target has judged it
    void saysText(const Step& step);
    void saysNot(const Step& step);
    void saysLines(const Step& step);
    void exits(const Step& step);
    void usesAtMost(const Step& step);
    void hasNoTimer(const Step& step);
    void hasFile(const Step& step);

    Wire& client(unsigned number);
    Wire& daemon(unsigned number);
    Wire& wireOf(const Step& step) {
        return step.who == Who::client ? client(step.number) : daemon(step.number);
    }
    Message& last(const Step& step) { return last_[{step.who, step.number}]; }
    [[nodiscard]] std::string output() const { return scene_.target ? scene_.target->output() : output_; }

    bool await(const Condition& holds, Milliseconds longest) { return scene_.await(holds, longest); }
    bool patiently(const Condition& holds, Milliseconds longest, Milliseconds look);
    bool patiently(const Condition& holds) { return patiently(holds, patience_, patience_); }
    /// Of what has no event: a look every 10 ms.
    bool watchFor(const Condition& holds) { return patiently(holds, patience_, Milliseconds(10)); }

    [[nodiscard]] bool daemonGetsMore() const;
    [[nodiscard]] bool strangerAtDaemon() const;
    [[noreturn]] void answeredOtherwise(const Step& step, const std::string& what);
    void settle();
    void daemonGotNothing();
    void nothingLeft();

    Scene& scene_;
    Stage& stage_;
    const Case& case_;
    std::string output_;
    Milliseconds patience_;
    const Step* step_ = nullptr;
    std::map<std::pair<Who, unsigned>, Message> last_;
};

} // namespace conformance
