#include "proxy/suggest/line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace proxy::suggest {
namespace {

constexpr bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr bool isLower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}

constexpr bool isUpper(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}

// What is printed again must be a word of ours, and no terminal's sequence that some program has written.
bool isWord(std::string_view word) noexcept {
    const auto fits = [](char c) {
        return isDigit(c) || isLower(c) || isUpper(c) || c == '.' || c == '_' || c == '-';
    };
    return !word.empty() && std::ranges::all_of(word, fits);
}

bool isDoor(std::string_view name) noexcept {
    const auto fits = [](char c) { return isUpper(c) || isDigit(c) || c == '_'; };
    return name.empty() || (isUpper(name.front()) && !name.ends_with('_') &&
                            name.find("__") == std::string_view::npos && std::ranges::all_of(name, fits));
}

bool isRequest(const Line& line) noexcept {
    constexpr std::array<std::string_view, 4> verdicts{"allow", "learn", "deny", "reject"};
    return std::ranges::find(verdicts, line.verdict) != verdicts.end() && isWord(line.operation) &&
           isWord(line.rule) && isDoor(line.door);
}

// ---- Text --------------------------------------------------------------------------------------------
// TIME LEVEL CLIENT [NAME=VALUE …] METHOD TARGET OPERATION VERDICT RULE STATUS …

// Where the time stands that the proxy wrote, with a level behind it: an engine's own has nine digits of a
// fraction, or a zone, and a client's words come later in the line.
std::size_t findTime(std::string_view text) noexcept {
    constexpr std::string_view shape = "0000-00-00T00:00:00.000Z ";
    const auto fits = [](char c, char model) { return model == '0' ? isDigit(c) : c == model; };
    const auto found = std::search(text.begin(), text.end(), shape.begin(), shape.end(), fits);
    return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

std::string_view takeWord(std::string_view& text) noexcept {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

// "192.0.2.1:5555", "[2001:db8::1]:5555", "unix:pid=7,uid=0": no event begins with such a word.
bool isClient(std::string_view word) noexcept {
    if (word.starts_with("unix:")) return true;
    const auto colon = word.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == word.size()) return false;
    return word.find('=') == std::string_view::npos && std::ranges::all_of(word.substr(colon + 1), isDigit);
}

// name=value; a method cannot hold "=" (RFC 9110 section 5.6.2). The name's size; 0: it is none.
std::size_t sizeOfName(std::string_view word) noexcept {
    const auto* const end = std::ranges::find_if_not(word, isLower);
    return end != word.end() && *end == '=' ? static_cast<std::size_t>(end - word.begin()) : 0;
}

Line readText(std::string_view text) {
    Line line;
    line.kind = Line::Kind::broken;
    takeWord(text); // the time
    takeWord(text); // the level
    if (text.empty()) return line;
    if (!isClient(takeWord(text))) {
        line.kind = Line::Kind::event;
        return line;
    }
    std::string_view method = takeWord(text);
    for (std::size_t name = 0; (name = sizeOfName(method)) != 0; method = takeWord(text))
        if (method.substr(0, name) == "door") line.door = method.substr(name + 1);
    takeWord(text); // the target
    line.operation = takeWord(text);
    line.verdict = takeWord(text);
    line.rule = takeWord(text);
    const std::string_view status = takeWord(text); // without it, who knows where the rule was cut?
    if (!status.empty() && isRequest(line)) line.kind = Line::Kind::request;
    return line;
}

// ---- JSON --------------------------------------------------------------------------------------------
// One object of strings and numbers on one line.

constexpr std::string_view jsonBegin = R"({"time":")";

class Json {
public:
    explicit Json(std::string_view text)
        : text_(text) {}

    bool take(char c) noexcept {
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }

    std::optional<std::string> string() {
        if (!take('"')) return std::nullopt;
        std::string value;
        while (!text_.empty() && text_.front() != '"') {
            // What is escaped (proxy/log/quote.h) is in no word of ours: that it does not end the string is
            // enough.
            text_.remove_prefix(text_.size() > 1 && text_.front() == '\\' ? 1 : 0);
            value += text_.front();
            text_.remove_prefix(1);
        }
        return take('"') ? std::optional(value) : std::nullopt;
    }

    /// A string, or what else stands there, as it is written.
    std::optional<std::string> value() {
        if (text_.starts_with('"')) return string();
        const auto size = text_.find_first_of(",}");
        if (size == std::string_view::npos || size == 0) return std::nullopt;
        std::string value(text_.substr(0, size));
        text_.remove_prefix(size);
        return value;
    }

private:
    std::string_view text_;
};

Line readJson(std::string_view text) {
    Line line;
    line.kind = Line::Kind::broken;
    const std::array<std::pair<std::string_view, std::string*>, 4> wanted{{{"door", &line.door},
                                                                           {"operation", &line.operation},
                                                                           {"verdict", &line.verdict},
                                                                           {"rule", &line.rule}}};
    Json json(text);
    json.take('{');
    do {
        const auto key = json.string();
        const bool colon = json.take(':');
        auto value = json.value();
        if (!key || !colon || !value) return line;
        for (const auto& [name, to] : wanted)
            if (*key == name) *to = *value;
    } while (json.take(','));
    if (!json.take('}')) return line;
    if (line.operation.empty()) line.operation = "-"; // as text has it
    if (line.verdict.empty())
        line.kind = Line::Kind::event;
    else if (isRequest(line))
        line.kind = Line::Kind::request;
    return line;
}

} // namespace

Line readLine(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    const std::size_t time = findTime(text);
    const std::size_t json = text.find(jsonBegin);
    if (time == std::string_view::npos && json == std::string_view::npos) return {};
    return time < json ? readText(text.substr(time)) : readJson(text.substr(json));
}

} // namespace proxy::suggest
