#include "proxy/settings/settings.h"

#include "proxy/settings/advice.h"
#include "proxy/settings/bind.h"
#include "proxy/settings/door_names.h"
#include "proxy/settings/guard_lists.h"
#include "proxy/settings/names.h"
#include "proxy/settings/table.h"
#include "proxy/settings/text.h"

#include <algorithm>
#include <array>
#include <grp.h>
#include <iterator>
#include <pwd.h>
#include <set>
#include <string_view>
#include <type_traits>
#include <variant>

namespace proxy::settings {
namespace {

constexpr std::array<std::string_view, 4> trueWords{"1", "TRUE", "YES", "ON"};
constexpr std::array<std::string_view, 5> falseWords{"", "0", "FALSE", "NO", "OFF"};

template <class Words>
std::string oneOf(const Words& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text.append(i + 1 == words.size() ? " or " : ", ");
        text.append(words[i].text);
    }
    return text;
}

template <class Kind>
constexpr bool isSwitch = std::is_same_v<Kind, Grant>;
template <class Of>
constexpr bool isSwitch<Flag<Of>> = true;

// Whether blank is a value, and not as good as none.
bool takesBlank(const Row& row) {
    return std::visit([]<class Kind>(const Kind& /*kind*/) { return isSwitch<Kind>; }, row.kind);
}

// "4m".
std::optional<std::size_t> readOctets(std::string_view text, const Range& range) {
    constexpr std::string_view units = "KMG";
    const auto unit = text.empty() ? std::string_view::npos : units.find(upper(text.substr(text.size() - 1)));
    const bool has = unit != std::string_view::npos;
    const std::size_t one = has ? std::size_t{1024} << (10 * unit) : 1;
    const auto found = number<std::size_t>(text.substr(0, text.size() - (has ? 1 : 0)));
    const bool fits = found && *found <= range.most / one && *found * one >= range.least;
    return fits ? std::optional(*found * one) : std::nullopt;
}

// Reads every row, whatever is wrong with the others.
class Reader {
public:
    Reader(const Environment& environment, const Accounts& accounts)
        : environment_(environment)
        , accounts_(accounts) {}

    Reading read() {
        openDoors();
        holdListenersTogether();
        closeUnnamed();
        for (const Door& door : reading_.settings.doors) holdGuardTogether(door);
        warn();
        return std::move(reading_);
    }

private:
    // A variable's name, and its value without surrounding blanks.
    struct Given {
        std::string name;
        std::string_view text;
    };

    // A door while it is read.
    struct Draft {
        Door door;
        Given bind;
        bool closed = false; // BIND_CONFIG=none
    };

    void mistake(const Given& given, std::string_view sentence) {
        reading_.mistakes.push_back(given.name + "=" + quoted(given.text) + ": " + printable(sentence));
    }

    // Where what is read goes.
    template <class Of>
    Of& of() {
        if constexpr (std::is_same_v<Of, Settings>)
            return reading_.settings;
        else if constexpr (std::is_same_v<Of, guard::Settings>)
            return drafts_.back().door.guard;
        else
            return drafts_.back().door.access;
    }

    void take(const Row& row, const std::string& prefix) {
        const std::string name = prefix + std::string(row.name);
        std::visit([&](const auto& kind) { take(kind, {name, textOf(row, name)}); }, row.kind);
    }

    // What is set, or what holds when nothing is.
    std::string_view textOf(const Row& row, const std::string& name) const {
        const auto found = environment_.find(name);
        if (found == environment_.end()) return row.standard;
        const std::string_view text = trimmed(found->second);
        return text.empty() && !takesBlank(row) ? row.standard : text;
    }

    // ---- Doors

    void openDoors() {
        openDoor("");
        for (const std::string& name : doorNames()) openDoor(name);
    }

    void openDoor(std::string name) {
        Draft& draft = drafts_.emplace_back();
        draft.door.name = std::move(name);
        const std::string prefix = prefixOf(draft.door);
        for (const Row& row : table())
            if (row.scope == Scope::access || prefix.empty()) take(row, prefix);
        policy::Access& access = draft.door.access;
        access.grants = access.grants & policy::Grants::all(access.dialect);
    }

    // A door is there when it says where it is.
    bool isThere(std::string_view door) const {
        const auto bind = environment_.find(std::string(door) + "__BIND_CONFIG");
        return bind != environment_.end() && !trimmed(bind->second).empty();
    }

    std::set<std::string> doorNames() {
        std::set<std::string> names;
        for (const auto& [name, ignored] : environment_) {
            const auto found = doorVariable(name);
            if (!found) continue;
            if (isDoorName(found->door) && isThere(found->door)) names.emplace(found->door);
            // Without its value: what is another program's may be a secret.
            if (const auto wrong = wrongWith(*found))
                reading_.mistakes.push_back(printable(name + ": " + *wrong));
        }
        for (const std::string& door : names) refuseSlipsOf(door);
        return names;
    }

    // TRAEFIK_DENY_OPERATIONS would deny nothing.
    void refuseSlipsOf(const std::string& door) {
        const std::string before = door + "_";
        for (const auto& [name, ignored] : environment_) {
            if (!name.starts_with(before) || rowNamed(name) != nullptr) continue;
            const std::string_view variable = std::string_view(name).substr(before.size());
            if (rowNamed(variable) == nullptr) continue;
            std::string sentence(name);
            sentence.append(": between a door's name and a variable's stand two _: is ")
                .append(before)
                .append("_")
                .append(variable)
                .append(" meant?");
            reading_.mistakes.push_back(std::move(sentence));
        }
    }

    std::optional<std::string> wrongWith(const DoorVariable& found) const {
        const std::string door(found.door);
        const bool there = isDoorName(door) && isThere(door);
        if (found.row == nullptr) {
            if (!there) return std::nullopt; // nothing of ours
            const std::string_view near = nearest(found.name);
            return "there is no such variable" +
                   (near.empty() ? "" : ": is " + door + "__" + std::string(near) + " meant?");
        }
        if (!isDoorName(door))
            return "'" + door +
                   "' cannot be a door's name: use A to Z, 0 to 9 and _, a letter first, and no __";
        if (found.row->scope == Scope::process)
            return std::string(found.name) + " is for all doors: set it without " + door + "__";
        if (there) return std::nullopt;
        return "there is no door " + door + ": set " + door + "__BIND_CONFIG to where it listens";
    }

    // ---- Kinds

    void take(const Grant& grant, const Given& given) {
        if (const auto on = readSwitch(given)) of<policy::Access>().grants.set(grant.which, *on);
    }

    template <class Of>
    void take(const Flag<Of>& flag, const Given& given) {
        if (const auto on = readSwitch(given)) of<Of>().*flag.to = *on;
    }

    static std::optional<bool> switchOf(std::string_view text) {
        const std::string word = upper(text);
        if (std::ranges::find(trueWords, word) != trueWords.end()) return true;
        if (std::ranges::find(falseWords, word) != falseWords.end()) return false;
        return std::nullopt;
    }

    std::optional<bool> readSwitch(const Given& given) {
        const auto on = switchOf(given.text);
        if (!on)
            mistake(given,
                    "use 1, true, yes or on to switch it on, 0, false, no, off or nothing to switch it off");
        return on;
    }

    template <class Enumeration, class Of>
    void take(const Choice<Enumeration, Of>& choice, const Given& given) {
        for (const Word<Enumeration>& word : choice.words)
            if (upper(given.text) == upper(word.text)) {
                of<Of>().*choice.to = word.value;
                return;
            }
        mistake(given, "use " + oneOf(choice.words));
    }

    void take(const Count& count, const Given& given) {
        if (!given.text.empty()) of<Settings>().*count.to = readNumber(count.range, given);
    }

    void take(const Seconds& seconds, const Given& given) {
        if (const auto found = readNumber(seconds.range, given))
            of<Settings>().*seconds.to = std::chrono::seconds(*found);
    }

    std::optional<std::size_t> readNumber(const Range& range, const Given& given) {
        const auto found = number<std::size_t>(given.text);
        if (found && *found >= range.least && *found <= range.most) return found;
        mistake(given, "use a whole number of " + std::string(range.unit) + " from " +
                           std::to_string(range.least) + " to " + std::to_string(range.most));
        return std::nullopt;
    }

    void take(const Octets& octets, const Given& given) {
        if (const auto found = readOctets(given.text, octets.range))
            of<guard::Settings>().*octets.to = *found;
        else
            mistake(given, "use a number of octets from " + octetText(octets.range.least) + " to " +
                               octetText(octets.range.most) + ", as in 4m");
    }

    void take(const Profile& /*profile*/, const Given& given) {
        guard::Profile& profile = of<guard::Settings>().profile;
        if (const auto on = switchOf(given.text)) {
            profile = *on ? guard::Profile::baseline : guard::Profile::off;
            return;
        }
        for (const guard::Profile each : {guard::Profile::baseline, guard::Profile::restricted}) {
            if (upper(given.text) != upper(nameOf(each))) continue;
            profile = each;
            return;
        }
        mistake(given, "use 1 or baseline, or restricted; 0 or nothing to switch it off");
    }

    void take(const List& list, const Given& given) {
        std::string_view rest = given.text;
        for (auto element = takeElement(rest); !element.empty(); element = takeElement(rest))
            if (const std::string wrong = list.take(of<guard::Settings>(), element); !wrong.empty())
                mistake(given, "'" + std::string(element) + "' " + wrong);
    }

    void take(const SocketPath& path, const Given& given) {
        const std::string_view bare = withoutScheme(given.text);
        if (bare != given.text && bare.starts_with('/')) {
            mistake(given, "use a path, not a URL: is " + std::string(bare) + " meant?");
        } else if (!given.text.starts_with('/')) {
            mistake(given, "use the absolute path of the daemon's socket, as in /var/run/docker.sock");
        } else if (given.text.size() > maxSocketPath) {
            mistake(given, "use a path of at most " + std::to_string(maxSocketPath) +
                               " octets, the kernel takes no longer one");
        } else {
            of<Settings>().*path.to = given.text;
        }
    }

    void take(const Operations& operations, const Given& given) {
        policy::OperationPatterns parsed = policy::parseOperations(given.text);
        for (const std::string& sentence : parsed.mistakes)
            mistake(given, sentence + " (--operations lists them)");
        of<policy::Access>().*operations.to = parsed.operations;
    }

    void take(const Listeners&, const Given& given) {
        Draft& draft = drafts_.back();
        draft.bind = given;
        draft.closed = upper(given.text) == "NONE";
        if (draft.closed) {
            if (!draft.door.name.empty())
                mistake(given, "'none' closes the door without a name: remove this one's variables instead");
            return;
        }
        BindReading bind = readBind(given.text, accounts_);
        for (const std::string& sentence : bind.mistakes) mistake(given, sentence);
        draft.door.listeners = std::move(bind.listeners);
    }

    void take(const Places& places, const Given& given) {
        if (given.text.empty()) return;
        BindReading bind = readBind(given.text, accounts_);
        for (const std::string& sentence : bind.mistakes) mistake(given, sentence);
        of<Settings>().*places.to = std::move(bind.listeners);
        metricsBind_ = given;
    }

    // ---- What variables say together

    // Who says it, and what it says.
    struct Bound {
        const Given& bind;
        std::vector<Listener>& listeners;
    };

    std::vector<Bound> bound() {
        std::vector<Bound> all;
        for (Draft& draft : drafts_) all.push_back({draft.bind, draft.door.listeners});
        all.push_back({metricsBind_, reading_.settings.metrics});
        return all;
    }

    void holdListenersTogether() {
        struct Placed {
            const Listener* listener;
            const Given* bind;
        };
        std::vector<Placed> placed;
        for (const auto& [bind, listeners] : bound()) {
            if (reading_.settings.disableIpv6) leaveOutIpv6(bind, listeners);
            for (const Listener& listener : listeners) {
                const auto clash = std::ranges::find_if(
                    placed, [&](const Placed& other) { return clashes(listener, *other.listener); });
                if (const auto* const local = std::get_if<UnixListener>(&listener);
                    local != nullptr && local->path == reading_.settings.socketPath)
                    mistake(bind, "that is SOCKET_PATH, where the daemon listens: use another path");
                if (clash != placed.end())
                    mistake(bind, clash->bind == &bind
                                      ? describe(listener) + " is there twice: remove one"
                                      : describe(listener) + " is where " + clash->bind->name +
                                            " listens already: give each a place of its own");
                placed.push_back({&listener, &bind});
            }
        }
    }

    void leaveOutIpv6(const Given& bind, std::vector<Listener>& listeners) {
        for (Listener& listener : listeners) {
            auto* const tcp = std::get_if<TcpListener>(&listener);
            if (tcp == nullptr || tcp->family == TcpListener::Family::v4) continue;
            if (tcp->family == TcpListener::Family::v6only)
                mistake(bind, describe(listener) + " contradicts DISABLE_IPV6: remove one of the two");
            tcp->family = TcpListener::Family::v4;
        }
    }

    void closeUnnamed() {
        const bool closed = drafts_.front().closed && drafts_.size() > 1;
        if (drafts_.front().closed && !closed)
            mistake(drafts_.front().bind, "nothing would listen, for there is no door with a name");
        if (closed) drafts_.erase(drafts_.begin());
        for (Draft& draft : drafts_) reading_.settings.doors.push_back(std::move(draft.door));
        if (!closed) return;
        for (const Row& row : table())
            if (row.scope == Scope::access && !std::holds_alternative<Listeners>(row.kind) &&
                textOf(row, std::string(row.name)) != row.standard)
                reading_.warnings.push_back(std::string(row.name) +
                                            " has no effect: it is for the door without a name, which "
                                            "BIND_CONFIG=none closes");
    }

    void holdGuardTogether(const Door& door) {
        if (door.guard.profile == guard::Profile::off) return;
        if (door.access.learn)
            mistake(givenFor("GUARD", door),
                    "contradicts LEARN=1, which lets pass what it is to learn from: unset one of the two");
        for (const guard::Bind& bind : door.guard.binds)
            if (guard::isWithin(hostPath(reading_.settings.socketPath), hostPath(bind.path)))
                mistake(givenFor("GUARD_BINDS", door),
                        "'" + bind.path +
                            "' has SOCKET_PATH in it, and whoever mounts the daemon's socket is not guarded: "
                            "name folders without it");
    }

    Given givenFor(std::string_view variable, const Door& door) const {
        const std::string name = prefixOf(door) + std::string(variable);
        return {name, textOf(*rowNamed(variable), name)};
    }

    // /var/run is a link to it.
    static std::string_view hostPath(std::string_view path) {
        constexpr std::string_view link = "/var";
        return guard::isWithin(path, "/var/run") ? path.substr(link.size()) : path;
    }

    void warn() {
        for (const auto& [name, ignored] : environment_)
            if (auto warning = warnOf(name)) reading_.warnings.push_back(printable(*warning));
        for (const Door& door : reading_.settings.doors) {
            warnOfOtherDialect(door);
            std::ranges::move(adviceOn(door), std::back_inserter(reading_.warnings));
        }
    }

    void warnOfOtherDialect(const Door& door) {
        for (const Row& row : table()) {
            const std::string name = prefixOf(door) + std::string(row.name);
            if (!isOf(row, door.access.dialect) && environment_.contains(name))
                reading_.warnings.push_back(name + " has no effect in " + prefixOf(door) +
                                            "DIALECT=" + std::string(nameOf(door.access.dialect)) + ": " +
                                            std::string(insteadOf(row.name)));
        }
    }

    const Environment& environment_;
    const Accounts& accounts_;
    Reading reading_;
    std::vector<Draft> drafts_; // the one without a name first
    Given metricsBind_;
};

constexpr std::size_t accountBuffer = 16'384; // an entry of a group lists its members

} // namespace

Reading read(const Environment& environment, const Accounts& accounts) {
    return Reader(environment, accounts).read();
}

Accounts systemAccounts() {
    return {
        .user = [](const std::string& name) -> std::optional<uid_t> {
            std::vector<char> buffer(accountBuffer);
            passwd entry{};
            passwd* found = nullptr;
            getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
            return found != nullptr ? std::optional(entry.pw_uid) : std::nullopt;
        },
        .group = [](const std::string& name) -> std::optional<gid_t> {
            std::vector<char> buffer(accountBuffer);
            group entry{};
            group* found = nullptr;
            getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
            return found != nullptr ? std::optional(entry.gr_gid) : std::nullopt;
        },
    };
}

Environment environment(char** environ) {
    Environment variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        // The first of two of the same name counts, as for getenv.
        if (equals != std::string_view::npos)
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

} // namespace proxy::settings
