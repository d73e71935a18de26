#include "proxy/settings/advice.h"

#include "proxy/policy/policy.h"
#include "proxy/settings/guard_lists.h"
#include "proxy/settings/table.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace proxy::settings {
namespace {

using policy::Access;
using policy::Dialect;
using policy::Operation;
using policy::Policy;

constexpr std::array<std::string_view, 2> writeBack{"ContainerCreate", "ServiceUpdate"};
// docs/rules.md, "Masking": what it does not hide.
constexpr std::array<std::string_view, 5> showAsWell{"ContainerTop", "ContainerExec", "ImageHistory",
                                                     "ImageGet", "ImageGetAll"};
// Whoever writes there is soon root on the host.
constexpr auto systemFolders =
    std::to_array<std::string_view>({"/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root",
                                     "/run", "/sbin", "/sys", "/usr", "/var/lib/docker", "/var/run"});

class Advisor {
public:
    explicit Advisor(const Door& door)
        : door_(door)
        , access_(door.access)
        , prefix_(prefixOf(door)) {}

    std::vector<std::string> advise() {
        ofActions();
        ofBothLists();
        ofTwins();
        ofMasking();
        ofLearning();
        ofGuard();
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
                "LIBPOD_ variable of its section");
    }

    void ofMasking() {
        if (!access_.maskEnv) return;
        const std::string writers = open(writeBack);
        if (!writers.empty())
            say(named("MASK_ENV") + "=1 with " + writers +
                " granted: whoever makes containers anew from what it inspects writes the asterisks back");
        const std::string others = open(showAsWell);
        if (!others.empty())
            say(named("MASK_ENV") + "=1 hides no environment from " + others + ": name them in " +
                named("DENY_OPERATIONS"));
    }

    void ofLearning() {
        if (access_.learn)
            say(named("LEARN") +
                "=1: what the grants would deny passes, and is only logged. Unset it once --suggest has told "
                "what to grant");
    }

    void ofGuard() {
        if (door_.guard.profile == guard::Profile::off) return ofIdleGuard();
        for (const guard::Bind& bind : door_.guard.binds)
            if (!bind.readOnly && isSystems(bind.path))
                say(named("GUARD_BINDS") + " lets " + bind.path +
                    " be written, which is the host's own system: add :ro, or name less of it");
    }

    void ofIdleGuard() {
        for (const Row& row : table())
            if (isOfGuard(row) && valueOf(row, {}, door_) != row.standard)
                say(named(row.name) + " has no effect without " + named("GUARD") + "=1: set both");
    }

    static bool isSystems(std::string_view path) {
        return std::ranges::any_of(systemFolders, [path](std::string_view folder) {
            return guard::isWithin(path, folder) || guard::isWithin(folder, path);
        });
    }

    // The names of those that are allowed, with blanks between.
    std::string open(std::span<const std::string_view> ids) const {
        std::string names;
        for (const Operation& operation : policy::operations())
            if (std::ranges::find(ids, operation.id) != ids.end() &&
                Policy(access_).decide(operation.method, policy::samplePath(operation)).allowed)
                names.append(names.empty() ? "" : " ").append(operation.id);
        return names;
    }

    const Door& door_;
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
