#include "proxy/settings/settings.h"

#include "proxy/settings/bind.h"
#include "proxy/settings/names.h"
#include "proxy/settings/table.h"
#include "proxy/settings/text.h"

#include <algorithm>
#include <array>
#include <grp.h>
#include <pwd.h>
#include <string_view>
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

// Whether blank is a value, and not as good as none.
bool takesBlank(const Row& row) {
    return std::holds_alternative<Grant>(row.kind) || std::holds_alternative<Flag>(row.kind);
}

// Reads every row, whatever is wrong with the others.
class Reader {
public:
    Reader(const Environment& environment, const Accounts& accounts)
        : environment_(environment)
        , accounts_(accounts) {}

    Reading read() {
        for (const Row& row : table())
            std::visit([&](const auto& kind) { take(kind, {row.name, textOf(row)}); }, row.kind);
        holdListenersTogether();
        warnOfNames();
        warnOfActions();
        return std::move(reading_);
    }

private:
    // A variable's name, and its value without surrounding blanks.
    struct Given {
        std::string_view name;
        std::string_view text;
    };

    Settings& settings() { return reading_.settings; }

    void mistake(const Given& given, std::string_view sentence) {
        reading_.mistakes.push_back(
            std::string(given.name).append("=").append(quoted(given.text)).append(": ").append(sentence));
    }

    // What is set, or what holds when nothing is.
    std::string_view textOf(const Row& row) const {
        const auto found = environment_.find(std::string(row.name));
        if (found == environment_.end()) return row.standard;
        const std::string_view text = trimmed(found->second);
        return text.empty() && !takesBlank(row) ? row.standard : text;
    }

    // ---- Kinds

    void take(const Grant& grant, const Given& given) {
        if (const auto on = readSwitch(given)) settings().grants.set(grant.which, *on);
    }

    void take(const Flag& flag, const Given& given) {
        if (const auto on = readSwitch(given)) settings().*flag.to = *on;
    }

    std::optional<bool> readSwitch(const Given& given) {
        const std::string word = upper(given.text);
        if (std::ranges::find(trueWords, word) != trueWords.end()) return true;
        if (std::ranges::find(falseWords, word) != falseWords.end()) return false;
        mistake(given,
                "use 1, true, yes or on to switch it on, 0, false, no, off or nothing to switch it off");
        return std::nullopt;
    }

    template <class Enumeration>
    void take(const Choice<Enumeration>& choice, const Given& given) {
        for (const Word<Enumeration>& word : choice.words)
            if (upper(given.text) == upper(word.text)) {
                settings().*choice.to = word.value;
                return;
            }
        mistake(given, "use " + oneOf(choice.words));
    }

    void take(const Count& count, const Given& given) {
        if (!given.text.empty()) settings().*count.to = readNumber(count.range, given);
    }

    void take(const Seconds& seconds, const Given& given) {
        if (const auto found = readNumber(seconds.range, given))
            settings().*seconds.to = std::chrono::seconds(*found);
    }

    std::optional<std::size_t> readNumber(const Range& range, const Given& given) {
        const auto found = number<std::size_t>(given.text);
        if (found && *found >= range.least && *found <= range.most) return found;
        mistake(given, "use a whole number of " + std::string(range.unit) + " from " +
                           std::to_string(range.least) + " to " + std::to_string(range.most));
        return std::nullopt;
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
            settings().*path.to = given.text;
        }
    }

    void take(const Listeners& listeners, const Given& given) {
        BindReading bind = readBind(given.text, accounts_);
        for (const std::string& sentence : bind.mistakes) mistake(given, sentence);
        settings().*listeners.to = std::move(bind.listeners);
        listeners_ = given;
    }

    // ---- What variables say together

    void holdListenersTogether() {
        if (settings().disableIpv6) leaveOutIpv6();
        const auto& all = settings().listeners;
        for (auto each = all.begin(); each != all.end(); ++each)
            if (std::find(all.begin(), each, *each) != each)
                mistake(listeners_, describe(*each) + " is there twice: remove one");
    }

    void leaveOutIpv6() {
        for (Listener& listener : settings().listeners) {
            auto* const tcp = std::get_if<TcpListener>(&listener);
            if (tcp == nullptr || tcp->family == TcpListener::Family::v4) continue;
            if (tcp->family == TcpListener::Family::v6only)
                mistake(listeners_, describe(listener) + " contradicts DISABLE_IPV6: remove one of the two");
            tcp->family = TcpListener::Family::v4;
        }
    }

    void warnOfNames() {
        for (const auto& [name, ignored] : environment_)
            if (auto warning = warnOf(name)) reading_.warnings.push_back(std::move(*warning));
    }

    // Users of images where these hold even with POST=0 would search long.
    void warnOfActions() {
        using enum policy::Variable;
        if (settings().grants.has(post)) return;
        for (const policy::Variable action : {allowStart, allowStop, allowRestarts})
            if (settings().grants.has(action))
                reading_.warnings.push_back(std::string(policy::facts(action).name)
                                                .append("=1 has no effect without POST=1: set both"));
    }

    const Environment& environment_;
    const Accounts& accounts_;
    Reading reading_;
    Given listeners_; // which they were read from
};

// ---- What is shown of each kind

std::string show(const Grant& grant, const Settings& settings) {
    return settings.grants.has(grant.which) ? "1" : "0";
}

std::string show(const Flag& flag, const Settings& settings) {
    return settings.*flag.to ? "1" : "0";
}

template <class Enumeration>
std::string show(const Choice<Enumeration>& choice, const Settings& settings) {
    return std::string(std::ranges::find(choice.words, settings.*choice.to, &Word<Enumeration>::value)->text);
}

std::string show(const Count& count, const Settings& settings) {
    const auto& value = settings.*count.to;
    return value ? std::to_string(*value) : std::string(count.absent);
}

std::string show(const Seconds& seconds, const Settings& settings) {
    return std::to_string((settings.*seconds.to).count());
}

std::string show(const SocketPath& path, const Settings& settings) {
    return settings.*path.to;
}

std::string show(const Listeners& listeners, const Settings& settings) {
    std::string text;
    for (const Listener& listener : settings.*listeners.to)
        text.append(text.empty() ? "" : ", ").append(describe(listener));
    return text;
}

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

std::string describe(const Settings& settings) {
    const Settings defaults = read({}).settings;
    std::string text;
    for (const Row& row : table()) {
        const auto of = [&](const Settings& which) {
            return std::visit([&](const auto& kind) { return show(kind, which); }, row.kind);
        };
        const std::string value = of(settings);
        text.append(value == of(defaults) ? "default  " : "set      ");
        text.append(row.name).append("=").append(value).append("\n");
    }
    return text;
}

} // namespace proxy::settings
