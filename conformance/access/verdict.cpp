#include "conformance/access/verdict.h"

#include <algorithm>

namespace conformance {

bool passes(const Expectation& expectation, const Observation& seen) {
    switch (expectation.answer) {
    case Answer::allow:
        // Sent again because the target closed on it, it may have come through each time.
        return seen.status == 200 && seen.ownAnswer && !seen.targetChanged && seen.seen >= 1 &&
               seen.seen <= seen.sent;
    case Answer::deny:
        return seen.status == 403 && seen.seen == 0;
    case Answer::reject:
        return seen.status == 400 && seen.seen == 0;
    case Answer::refuse:
        return (seen.status == 403 || seen.status == 400) && seen.seen == 0;
    }
    return false;
}

Level levelOf(const Expectation& expectation, const Observation& seen) {
    const bool hasActed = expectation.answer == Answer::allow || seen.seen > 0;
    return hasActed ? expectation.level : std::max(expectation.level, Level::hardening);
}

std::string expectedInWords(const Expectation& expectation) {
    switch (expectation.answer) {
    case Answer::allow:
        return "forwarded once, as sent, and the daemon's own answer";
    case Answer::deny:
        return "status 403, and nothing at the daemon";
    case Answer::reject:
        return "status 400, and nothing at the daemon";
    case Answer::refuse:
        return "status 403 or 400, and nothing at the daemon";
    }
    return {};
}

std::string gotInWords(const Observation& seen) {
    std::string text = seen.status == 0 ? "no answer" : "status " + std::to_string(seen.status);
    if (seen.seen == 0)
        text += ", nothing at the daemon";
    else {
        text += ", the daemon saw it";
        if (seen.seen > 1) text += " " + std::to_string(seen.seen) + " times";
        if (seen.targetChanged) text += " with another method or target";
        if (seen.status == 200 && !seen.ownAnswer) text += ", but this is not its answer";
    }
    return text;
}

std::string sentenceOf(const Expectation& expectation, const AccessCase& one) {
    const std::string request = std::string(one.method) + " " + one.target;
    return (expectation.answer == Answer::allow ? "must forward " : "must not forward ") + request;
}

} // namespace conformance
