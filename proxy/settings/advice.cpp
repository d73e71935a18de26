#include "proxy/settings/advice.h"

#include "proxy/policy/policy.h"

#include <array>
#include <string_view>

namespace proxy::settings {
namespace {

using policy::Access;
using policy::Dialect;
using policy::Operation;
using policy::Policy;

class Advisor {
public:
    explicit Advisor(const Door& door)
        : access_(door.access)
        , prefix_(prefixOf(door)) {}

    std::vector<std::string> advise() {
        ofActions();
        ofBothLists();
        ofTwins();
        ofMasking();
        ofLearning();
        return std::move(advice_);
    }

private:
    std::string named(std::string_view variable) const { return prefix_ + std::string(variable); }
    void say(std::string sentence) { advice_.push_back(std::move(sentence)); }

    // Users of images where these hold even with POST=0 would search long.
    void ofActions() {
        using enum policy::Variable;
        if (access_.dialect != Dialect::tecnativa || access_.grants.has(post)) return;
        for (const policy::Variable action : {allowStart, allowStop, allowRestarts})
            if (access_.grants.has(action))
                say(named(policy::facts(action).name) + "=1 has no effect without " + named("POST") +
                    "=1: set both");
    }

    void ofBothLists() {
        const std::string both = describe(access_.allowed & access_.denied);
        if (!both.empty())
            say(named("ALLOW_OPERATIONS") + " and " + named("DENY_OPERATIONS") + " both name " + both +
                ": denied it is");
    }

    // Podman's own API does the same under other paths, and its operations have no names to be denied by.
    void ofTwins() {
        const std::string open = describe(openTwins(access_));
        if (!open.empty())
            say(named("DENY_OPERATIONS") + " names " + open +
                ", which Podman's own API offers under /libpod as well, and that is granted: revoke the "
                "LIBPOD_ "
                "variable of its section");
    }

    void ofMasking() {
        if (!access_.maskEnv) return;
        std::string writers;
        for (const Operation& operation : policy::operations())
            if ((operation.id == "ContainerCreate" || operation.id == "ServiceUpdate") && isOpen(operation))
                writers.append(writers.empty() ? "" : " and ").append(operation.id);
        if (!writers.empty())
            say(named("MASK_ENV") + "=1 with " + writers +
                " granted: whoever makes containers anew from what it inspects writes the asterisks back");
    }

    void ofLearning() {
        if (access_.learn)
            say(named("LEARN") +
                "=1: what the grants would deny passes, and is only logged. Unset it once --suggest has told "
                "what to grant");
    }

    bool isOpen(const Operation& operation) const {
        return Policy(access_).decide(operation.method, policy::samplePath(operation)).allowed;
    }

    const Access& access_;
    std::string prefix_;
    std::vector<std::string> advice_;
};

} // namespace

std::string prefixOf(const Door& door) {
    return door.name.empty() ? "" : door.name + "__";
}

std::vector<std::string> adviceOn(const Door& door) {
    return Advisor(door).advise();
}

} // namespace proxy::settings
