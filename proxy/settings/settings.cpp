#include "proxy/settings/settings.h"

#include "proxy/settings/bind.h"
#include "proxy/settings/names.h"
#include "proxy/settings/text.h"

#include <algorithm>
#include <array>
#include <grp.h>
#include <pwd.h>
#include <string_view>

namespace proxy::settings {
namespace {

constexpr std::array<std::string_view, 8> levels{"debug", "info", "notice", "warning",
                                                 "err",   "crit", "alert",  "emerg"};
constexpr std::array<std::string_view, 2> formats{"text", "json"};
constexpr std::array<std::string_view, 4> trueWords{"1", "TRUE", "YES", "ON"};
constexpr std::array<std::string_view, 5> falseWords{"", "0", "FALSE", "NO", "OFF"};

constexpr std::string_view defaultBind = "[::]:2375 v4v6";
constexpr std::size_t mostConnections = 1'000'000;
constexpr std::size_t longestGrace = 86'400;

template <std::size_t size>
std::string oneOf(const std::array<std::string_view, size>& words) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        if (i > 0) text.append(i + 1 == size ? " or " : ", ");
        text.append(words[i]);
    }
    return text;
}

// Reads every variable, whatever is wrong with the others.
class Reader {
public:
    Reader(const Environment& environment, const Accounts& accounts)
        : environment_(environment)
        , accounts_(accounts) {}

    Reading read() {
        for (std::size_t i = 0; i < policy::variableCount; ++i) {
            const auto variable = static_cast<policy::Variable>(i);
            if (const auto granted = readSwitch(policy::facts(variable).name))
                settings().grants.set(variable, *granted);
        }
        readSocketPath();
        settings().disableIpv6 = readSwitch("DISABLE_IPV6").value_or(false);
        readListeners();
        if (const auto level = readWord("LOG_LEVEL", levels))
            settings().logLevel = static_cast<LogLevel>(*level);
        if (const auto format = readWord("LOG_FORMAT", formats))
            settings().logFormat = static_cast<LogFormat>(*format);
        settings().maxConnections = readNumber("MAX_CONNECTIONS", "connections", 1, mostConnections);
        if (const auto grace = readNumber("SHUTDOWN_GRACE", "seconds", 0, longestGrace))
            settings().shutdownGrace = std::chrono::seconds(*grace);
        warnOfNames();
        warnOfActions();
        return std::move(reading_);
    }

private:
    Settings& settings() { return reading_.settings; }

    void mistake(std::string_view name, std::string_view value, std::string_view sentence) {
        reading_.mistakes.push_back(
            std::string(name).append("=").append(quoted(value)).append(": ").append(sentence));
    }

    // Without surrounding blanks; none when not set.
    std::optional<std::string_view> value(std::string_view name) const {
        const auto found = environment_.find(std::string(name));
        return found == environment_.end() ? std::nullopt : std::optional(trimmed(found->second));
    }

    // The same; none when blank as well.
    std::optional<std::string_view> text(std::string_view name) const {
        const auto found = value(name);
        return found && !found->empty() ? found : std::nullopt;
    }

    std::optional<bool> readSwitch(std::string_view name) {
        const auto given = value(name);
        if (!given) return std::nullopt;
        const std::string word = upper(*given);
        if (std::ranges::find(trueWords, word) != trueWords.end()) return true;
        if (std::ranges::find(falseWords, word) != falseWords.end()) return false;
        mistake(name, *given,
                "use 1, true, yes or on to switch it on, 0, false, no, off or nothing to switch it off");
        return std::nullopt;
    }

    template <std::size_t size>
    std::optional<std::size_t> readWord(std::string_view name,
                                        const std::array<std::string_view, size>& words) {
        const auto given = text(name);
        if (!given) return std::nullopt;
        for (std::size_t i = 0; i < size; ++i)
            if (upper(*given) == upper(words[i])) return i;
        mistake(name, *given, "use " + oneOf(words));
        return std::nullopt;
    }

    std::optional<std::size_t> readNumber(std::string_view name, std::string_view unit, std::size_t least,
                                          std::size_t most) {
        const auto given = text(name);
        if (!given) return std::nullopt;
        const auto found = number<std::size_t>(*given);
        if (found && *found >= least && *found <= most) return found;
        mistake(name, *given,
                "use a whole number of " + std::string(unit) + " from " + std::to_string(least) + " to " +
                    std::to_string(most));
        return std::nullopt;
    }

    void readSocketPath() {
        const auto given = text("SOCKET_PATH");
        if (!given) return;
        const std::string_view path = withoutScheme(*given);
        if (path != *given && path.starts_with('/')) {
            mistake("SOCKET_PATH", *given, "use a path, not a URL: is " + std::string(path) + " meant?");
        } else if (!given->starts_with('/')) {
            mistake("SOCKET_PATH", *given,
                    "use the absolute path of the daemon's socket, as in /var/run/docker.sock");
        } else if (given->size() > maxSocketPath) {
            mistake("SOCKET_PATH", *given,
                    "use a path of at most " + std::to_string(maxSocketPath) +
                        " octets, the kernel takes no longer one");
        } else {
            settings().socketPath = *given;
        }
    }

    void readListeners() {
        const std::string_view given = text("BIND_CONFIG").value_or(defaultBind);
        BindReading bind = readBind(given, accounts_);
        for (const std::string& sentence : bind.mistakes) mistake("BIND_CONFIG", given, sentence);
        settings().listeners = std::move(bind.listeners);
        if (settings().disableIpv6) leaveOutIpv6(given);
        const auto& all = settings().listeners;
        for (auto each = all.begin(); each != all.end(); ++each)
            if (std::find(all.begin(), each, *each) != each)
                mistake("BIND_CONFIG", given, describe(*each) + " is there twice: remove one");
    }

    void leaveOutIpv6(std::string_view given) {
        for (Listener& listener : settings().listeners) {
            auto* const tcp = std::get_if<TcpListener>(&listener);
            if (tcp == nullptr || tcp->family == TcpListener::Family::v4) continue;
            if (tcp->family == TcpListener::Family::v6only)
                mistake("BIND_CONFIG", given,
                        describe(listener) + " contradicts DISABLE_IPV6: remove one of the two");
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

std::string describe(const Settings& settings) {
    const Settings defaults = read({}).settings;
    std::string text;
    const auto line = [&](std::string_view name, const auto& show) {
        const std::string value(show(settings));
        text.append(value == show(defaults) ? "default  " : "set      ");
        text.append(name).append("=").append(value).append("\n");
    };
    for (std::size_t i = 0; i < policy::variableCount; ++i) {
        const auto variable = static_cast<policy::Variable>(i);
        line(policy::facts(variable).name,
             [&](const Settings& from) { return from.grants.has(variable) ? "1" : "0"; });
    }
    line("SOCKET_PATH", [](const Settings& from) { return from.socketPath; });
    line("BIND_CONFIG", [](const Settings& from) {
        std::string listeners;
        for (const Listener& listener : from.listeners)
            listeners.append(listeners.empty() ? "" : ", ").append(describe(listener));
        return listeners;
    });
    line("DISABLE_IPV6", [](const Settings& from) { return from.disableIpv6 ? "1" : "0"; });
    line("LOG_LEVEL",
         [](const Settings& from) { return levels.at(static_cast<std::size_t>(from.logLevel)); });
    line("LOG_FORMAT",
         [](const Settings& from) { return formats.at(static_cast<std::size_t>(from.logFormat)); });
    line("MAX_CONNECTIONS", [](const Settings& from) {
        return from.maxConnections ? std::to_string(*from.maxConnections)
                                   : std::string("(as the file limit bears)");
    });
    line("SHUTDOWN_GRACE", [](const Settings& from) { return std::to_string(from.shutdownGrace.count()); });
    return text;
}

} // namespace proxy::settings
