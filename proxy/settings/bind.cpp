#include "proxy/settings/bind.h"

#include "proxy/settings/text.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <utility>

namespace proxy::settings {
namespace {

using Family = TcpListener::Family;

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find_first_of(separators);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string_view> words(std::string_view text) {
    auto parts = split(text, blanks);
    std::erase_if(parts, [](std::string_view part) { return part.empty(); });
    return parts;
}

bool isNumeric(int family, std::string_view address) {
    std::array<std::byte, sizeof(in6_addr)> ignored{};
    return inet_pton(family, std::string(address).c_str(), ignored.data()) == 1;
}

bool takePrefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

// Reads one BIND_CONFIG; collects listeners and mistakes.
class BindReader {
public:
    explicit BindReader(const Accounts& accounts)
        : accounts_(accounts) {}

    void readListener(std::string_view text) {
        const auto parts = words(text);
        if (parts.empty()) return mistake("there is nothing beside a comma: remove it");
        const auto listener = readAddress(parts.front());
        if (!listener) return;
        reading_.listeners.push_back(*listener);
        const std::vector<std::string_view> keywords(parts.begin() + 1, parts.end());
        if (keywords.empty()) return;
        applyKeywords(reading_.listeners.back(), keywords, true);
        for (std::size_t i = shared_; i + 1 < reading_.listeners.size(); ++i)
            applyKeywords(reading_.listeners[i], keywords, false);
        shared_ = reading_.listeners.size();
    }

    BindReading finish() { return std::move(reading_); }

private:
    void mistake(std::string sentence) { reading_.mistakes.push_back(std::move(sentence)); }

    std::optional<Listener> readAddress(std::string_view text) {
        const bool isUnix = takePrefix(text, "unix@");
        if (isUnix || text.starts_with('/')) return readPath(text);
        return readTcp(text);
    }

    std::optional<Listener> readPath(std::string_view path) {
        if (!path.starts_with('/')) {
            mistake(quoted(path) + " is not an absolute path: a unix socket is /path or unix@/path");
        } else if (path.size() > maxSocketPath) {
            mistake(quoted(path) + " is longer than the " + std::to_string(maxSocketPath) +
                    " octets the kernel takes: use a shorter path");
        } else {
            return UnixListener{.path = std::string(path), .mode = {}, .uid = {}, .gid = {}};
        }
        return std::nullopt;
    }

    std::optional<Listener> readTcp(std::string_view text) {
        const std::string_view whole = text;
        const bool v4 = takePrefix(text, "ipv4@");
        const bool v6 = !v4 && takePrefix(text, "ipv6@");
        const auto colon = text.rfind(':');
        const auto port =
            colon == std::string_view::npos ? std::nullopt : number<std::uint16_t>(text.substr(colon + 1));
        if (!port || *port == 0) return cannotListen(whole, " has no port from 1 to 65535: ");
        std::string_view address = text.substr(0, colon);
        if (address.starts_with('[') && address.ends_with(']'))
            address = address.substr(1, address.size() - 2);
        if (address == "*") address = {};
        if (address.empty() && text.starts_with('[')) address = "-"; // "[]" is no address
        if (!v6 && (address.empty() || isNumeric(AF_INET, address)))
            return TcpListener{std::string(address == "0.0.0.0" ? "" : address), *port, Family::v4};
        if (!v4 && (address.empty() || isNumeric(AF_INET6, address))) {
            const bool all = address.empty() || address == "::";
            return TcpListener{std::string(all ? "" : address), *port, all ? Family::any : Family::v6only};
        }
        return cannotListen(whole, " has no numeric address: names are not looked up, ");
    }

    std::optional<Listener> cannotListen(std::string_view text, std::string_view why) {
        const auto other = offers_ ? meant(text) : std::nullopt;
        if (other)
            mistake(quoted(text) + " is nothing to listen on: is " + *other + " meant?");
        else
            mistake(quoted(text) + std::string(why) + "use :port, address:port, [v6-address]:port or /path");
        return std::nullopt;
    }

    // As other programs take it: a port alone, an address alone, a URL, localhost. Offered where it can be read.
    [[nodiscard]] std::optional<std::string> meant(std::string_view text) const {
        const std::string_view bare = withoutScheme(text);
        std::string guess(bare);
        if (takePrefix(text = bare, "localhost")) guess = "127.0.0.1" + std::string(text);
        if (number<std::uint16_t>(guess)) guess = ":" + guess;
        if (isNumeric(AF_INET6, guess)) guess = "[" + guess + "]";
        if (!guess.starts_with('/') && (guess.find(':') == std::string::npos || guess.ends_with(']')))
            guess += ":2375";
        BindReader reader(accounts_);
        reader.offers_ = false;
        return reader.readAddress(guess) ? std::optional(guess) : std::nullopt;
    }

    // `report`: the keywords' own listener says what is wrong; those that share them, which may be of the
    // other kind, take what fits them.
    void applyKeywords(Listener& listener, const std::vector<std::string_view>& keywords, bool report) {
        std::vector<std::string> wrong;
        if (auto* const tcp = std::get_if<TcpListener>(&listener)) {
            for (const std::string_view keyword : keywords) applyToTcp(*tcp, keyword, wrong);
        } else if (auto* const local = std::get_if<UnixListener>(&listener)) {
            for (std::size_t i = 0; i < keywords.size(); i += 2)
                applyToUnix(*local, keywords[i], i + 1 < keywords.size() ? keywords[i + 1] : "", wrong);
        }
        if (report) std::ranges::move(wrong, std::back_inserter(reading_.mistakes));
    }

    static void applyToTcp(TcpListener& tcp, std::string_view keyword, std::vector<std::string>& wrong) {
        if (keyword == "v4v6") return; // what [::] is anyway; without effect elsewhere, as with HAProxy
        if (keyword != "v6only") {
            wrong.push_back(quoted(keyword) + " is not known behind a TCP address: use v4v6 or v6only");
        } else if (tcp.family == Family::v4) {
            wrong.push_back("v6only contradicts an IPv4 address: use [::]:" + std::to_string(tcp.port) +
                            " v6only");
        } else {
            tcp.family = Family::v6only;
        }
    }

    void applyToUnix(UnixListener& local, std::string_view keyword, std::string_view value,
                     std::vector<std::string>& wrong) const {
        const std::string name(value);
        if (keyword == "mode") {
            local.mode = number<mode_t>(value, 8);
            if (!local.mode || *local.mode > 0777)
                wrong.push_back("mode " + quoted(value) + " is not an octal number up to 777: use mode 660");
        } else if (keyword == "uid") {
            local.uid = number<uid_t>(value);
            if (!local.uid) wrong.push_back("uid " + quoted(value) + " is not a number: use user for a name");
        } else if (keyword == "gid") {
            local.gid = number<gid_t>(value);
            if (!local.gid)
                wrong.push_back("gid " + quoted(value) + " is not a number: use group for a name");
        } else if (keyword == "user") {
            local.uid = accounts_.user(name);
            if (!local.uid)
                wrong.push_back("user " + quoted(value) + " is unknown here: use uid and its number");
        } else if (keyword == "group") {
            local.gid = accounts_.group(name);
            if (!local.gid)
                wrong.push_back("group " + quoted(value) + " is unknown here: use gid and its number");
        } else {
            wrong.push_back(quoted(keyword) +
                            " is not known behind a path: use mode, user, uid, group or gid");
        }
    }

    const Accounts& accounts_;
    bool offers_ = true; // what was meant; not of a guess
    BindReading reading_;
    std::size_t shared_ = 0; // from here on, listeners have had no keywords
};

} // namespace

BindReading readBind(std::string_view text, const Accounts& accounts) {
    BindReader reader(accounts);
    for (const std::string_view listener : split(text, ",")) reader.readListener(listener);
    return reader.finish();
}

bool clashes(const Listener& left, const Listener& right) {
    if (const auto* const local = std::get_if<UnixListener>(&left)) {
        const auto* const other = std::get_if<UnixListener>(&right);
        return other != nullptr && local->path == other->path;
    }
    const auto& tcp = std::get<TcpListener>(left);
    const auto* const other = std::get_if<TcpListener>(&right);
    if (other == nullptr || tcp.port != other->port) return false;
    const bool share =
        tcp.family == other->family || tcp.family == Family::any || other->family == Family::any;
    return share && (tcp.address.empty() || other->address.empty() || tcp.address == other->address);
}

std::string describe(const Listener& listener) {
    if (const auto* const tcp = std::get_if<TcpListener>(&listener)) {
        const std::string port = ":" + std::to_string(tcp->port);
        if (tcp->family == Family::v4) return tcp->address + port;
        if (!tcp->address.empty()) return "[" + tcp->address + "]" + port;
        return "[::]" + port + (tcp->family == Family::any ? " v4v6" : " v6only");
    }
    const auto& local = std::get<UnixListener>(listener);
    std::string text = local.path;
    if (local.mode) {
        std::array<char, 8> octal{};
        const auto end = std::to_chars(octal.data(), octal.data() + octal.size(), *local.mode, 8).ptr;
        text.append(" mode ").append(octal.data(), end);
    }
    if (local.uid) text.append(" uid ").append(std::to_string(*local.uid));
    if (local.gid) text.append(" gid ").append(std::to_string(*local.gid));
    return text;
}

} // namespace proxy::settings
