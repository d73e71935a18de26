#include "proxy/guard/query.h"

#include "proxy/guard/ascii.h"
#include "proxy/guard/shown.h"

#include <algorithm>
#include <array>

namespace proxy::guard {
namespace {

constexpr int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const auto letter = static_cast<char>(c | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool isWellFormed(std::string_view query) noexcept {
    // Some of the daemon's handlers refuse a `;`, some skip the part that has one.
    if (query.find(';') != std::string_view::npos) return false;
    for (auto at = query.find('%'); at != std::string_view::npos; at = query.find('%', at + 1))
        if (at + 2 >= query.size() || digit(query[at + 1]) < 0 || digit(query[at + 2]) < 0) return false;
    return true;
}

// An unknown parameter's: the daemon's BoolValue takes them for false, its numbers are 0.
bool isZero(std::string_view value) noexcept {
    return value.empty() || value == "0" || value == "false";
}

// dockerode sends all it is given both ways. No engine has a parameter of such a name: theirs are in small letters.
bool isKeyOfTheBody(const Judged& operation, std::string_view name) noexcept {
    return name.front() >= 'A' && name.front() <= 'Z' && findKey(operation.root, name) != nullptr;
}

Rule judgeParameter(const Settings& settings, const Judged& operation, std::string_view rawName,
                    std::string_view rawValue) {
    const auto parameters = parametersOf(operation);
    std::array<char, 64> nameRoom;
    const auto name = percentDecoded(rawName, nameRoom);
    const auto parameter = name ? std::ranges::find(parameters, *name, &Parameter::name) : parameters.end();
    if (parameter == parameters.end()) {
        const bool means = !isZero(rawValue) && !(name && !name->empty() && isKeyOfTheBody(operation, *name));
        return means ? Rule::queryUnknown : Rule::none;
    }
    if (parameter->judge == nullptr || rawValue.empty()) return Rule::none;
    std::array<char, 256> valueRoom;
    const auto value = percentDecoded(rawValue, valueRoom);
    return value ? parameter->judge(settings, *value) : Rule::queryValue;
}

} // namespace

std::optional<std::string_view> percentDecoded(std::string_view text, std::span<char> room) noexcept {
    std::size_t size = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (size == room.size()) return std::nullopt;
        char octet = text[i] == '+' ? ' ' : text[i];
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = digit(text[i + 1]);
            const int low = digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            octet = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (isControl(octet)) return std::nullopt;
        room[size++] = octet;
    }
    return std::string_view(room.data(), size);
}

Judgement judgeQuery(const Settings& settings, const Judged& operation, std::string_view query) {
    if (!isWellFormed(query)) return {Rule::querySyntax};
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::string_view name = pair.substr(0, pair.find('='));
        const std::string_view value = pair.substr(std::min(name.size() + 1, pair.size()));
        const Rule rule = judgeParameter(settings, operation, name, value);
        if (rule != Rule::none) return {rule, shown(name), shown(value)};
    }
    return {};
}

} // namespace proxy::guard
