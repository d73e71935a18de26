// What is in effect, in words: what --check prints.
#include "proxy/settings/advice.h"
#include "proxy/settings/settings.h"
#include "proxy/settings/table.h"
#include "proxy/settings/text.h"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace proxy::settings {
namespace {

// All that a row's value is shown of.
struct Shown {
    const Settings& settings;
    const Door& door;

    template <class Of>
    [[nodiscard]] const Of& of() const {
        if constexpr (std::is_same_v<Of, Settings>)
            return settings;
        else if constexpr (std::is_same_v<Of, guard::Settings>)
            return door.guard;
        else
            return door.access;
    }
};

std::string show(const Grant& grant, const Shown& shown) {
    return shown.door.access.grants.has(grant.which) ? "1" : "0";
}

template <class Of>
std::string show(const Flag<Of>& flag, const Shown& shown) {
    return shown.of<Of>().*flag.to ? "1" : "0";
}

template <class Enumeration, class Of>
std::string show(const Choice<Enumeration, Of>& choice, const Shown& shown) {
    return std::string(
        std::ranges::find(choice.words, shown.of<Of>().*choice.to, &Word<Enumeration>::value)->text);
}

std::string show(const Count& count, const Shown& shown) {
    const auto& value = shown.settings.*count.to;
    return value ? std::to_string(*value) : std::string(count.absent);
}

std::string show(const Seconds& seconds, const Shown& shown) {
    return std::to_string((shown.settings.*seconds.to).count());
}

std::string show(const Octets& octets, const Shown& shown) {
    return octetText(shown.door.guard.*octets.to);
}

std::string show(const Profile& /*profile*/, const Shown& shown) {
    const guard::Profile profile = shown.door.guard.profile;
    return profile == guard::Profile::off ? "0" : std::string(nameOf(profile));
}

std::string show(const List& list, const Shown& shown) {
    return list.show(shown.door.guard);
}

std::string show(const SocketPath& path, const Shown& shown) {
    return shown.settings.*path.to;
}

std::string show(const Operations& operations, const Shown& shown) {
    return policy::describe(shown.door.access.*operations.to);
}

std::string all(const std::vector<Listener>& listeners) {
    std::string text;
    for (const Listener& listener : listeners)
        text.append(text.empty() ? "" : ", ").append(describe(listener));
    return text;
}

std::string show(const Listeners&, const Shown& shown) {
    return shown.door.listeners.empty() ? "none" : all(shown.door.listeners);
}

std::string show(const Places& places, const Shown& shown) {
    return all(shown.settings.*places.to);
}

} // namespace

std::string valueOf(const Row& row, const Settings& settings, const Door& door) {
    return std::visit([&](const auto& kind) { return show(kind, Shown{settings, door}); }, row.kind);
}

std::string describe(const Settings& settings) {
    const Settings defaults = read({}).settings;
    std::string text;
    const auto tell = [&](const Row& row, const Door& door, const Door& standard) {
        const std::string value = valueOf(row, settings, door);
        text.append(value == valueOf(row, defaults, standard) ? "default  " : "set      ");
        text.append(prefixOf(door)).append(row.name).append("=").append(value).append("\n");
    };
    const bool closed = !settings.doors.front().name.empty();
    const Door none;
    for (const Row& row : table()) {
        const bool isBind = std::holds_alternative<Listeners>(row.kind);
        if (closed && (row.scope == Scope::process || isBind)) tell(row, none, defaults.doors.front());
    }
    for (const Door& door : settings.doors) {
        Door standard = defaults.doors.front();
        standard.access.grants = policy::Grants::defaults(door.access.dialect);
        for (const Row& row : table())
            if (isOf(row, door.access.dialect) && (row.scope == Scope::access || door.name.empty()))
                tell(row, door, standard);
    }
    return text;
}

} // namespace proxy::settings
