#include "mockdocker/routes/complaints.h"

#include "mockdocker/state/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace mockdocker {
namespace {

using json::quote;

template <typename Number>
bool isNumber(std::string_view text) {
    Number value{};
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && at == text.data() + text.size();
}

struct Filtered {
    std::string_view method;
    std::string_view pattern;
    std::string_view keys;        ///< each between spaces
    int unreadable = 500;         ///< the status for what is no JSON; 400 everywhere in engine 28
    std::string_view before = {}; ///< what the complaint about it begins with
    std::string_view beforeUnknown = {};
};

// clang-format off
constexpr std::array filtered = std::to_array<Filtered>({
    {"GET", "/containers/json", " ancestor before exited expose health id is-task isolation label name network publish since status volume "},
    {"POST", "/containers/prune", " label label! until ", 400},
    {"GET", "/images/json", " before dangling label label! reference since until "},
    {"GET", "/images/search", " is-automated is-official stars "},
    {"POST", "/images/prune", " dangling label label! until "},
    {"GET", "/volumes", " dangling driver label name ", 400, "error reading volume filters: "},
    {"POST", "/volumes/prune", " all label label! "},
    {"POST", "/build/prune", " description id inuse parent private shared type until unused-for ", 500, "could not parse filters: ", "failed to prune build cache: "},
    {"GET", "/networks", " dangling driver id idOrName label name scope type "},
    {"POST", "/networks/prune", " label label! until "},
    {"GET", "/plugins", " capability enabled "},
    {"GET", "/services", " id label mode name runtime ", 400},
    {"GET", "/nodes", " id label membership name node.label role "},
    {"GET", "/tasks", " _up-to-date desired-state id label name node runtime service "},
    {"GET", "/secrets", " id label name names "},
    {"GET", "/configs", " id label name names "},
});
// clang-format on

// encoding/json's.
std::string jsonComplaint(const std::string& text) {
    const char first = text.front();
    if (first == '{' || first == '[' || first == '"') return "unexpected end of JSON input";
    return std::string("invalid character '") + first + "' looking for beginning of value";
}

} // namespace

std::optional<std::string> numberComplaint(const std::string& text) {
    if (isNumber<std::int64_t>(text)) return {};
    return "strconv.Atoi: parsing " + quote(text) + ": invalid syntax";
}

std::optional<std::string> versionComplaint(const std::string& text) {
    if (isNumber<std::uint64_t>(text)) return {};
    return " version '" + text + "': strconv.ParseUint: parsing " + quote(text) + ": invalid syntax";
}

std::optional<std::string> referenceComplaint(const Identity& identity, const std::string& reference) {
    const std::string plain = "invalid reference format";
    if (reference.empty()) return plain;
    std::string path = reference;
    const auto slash = path.find('/');
    const auto domain = path.substr(0, slash);
    const bool hasDomain = slash != std::string::npos && domain.find_first_of(".:") != std::string::npos;
    path = hasDomain ? path.substr(slash + 1) : slash == std::string::npos ? "library/" + path : path;
    path.resize(std::min(path.size(), path.find_first_of(":@")));
    if (std::ranges::none_of(path, [](char c) { return 'A' <= c && c <= 'Z'; })) return {};
    return plain + ": repository name " + (identity.atLeast(48) ? "(" + path + ") " : "") +
           "must be lowercase";
}

std::string connectionRefused(const std::string& url, std::string_view method) {
    std::string complaint(method);
    return complaint.append(" ")
        .append(quote(url))
        .append(": dial tcp ")
        .append(unreachableRegistry)
        .append(": connect: connection refused");
}

std::string tornComplaint(const Identity& identity) {
    return identity.atLeast(48) ? "unexpected EOF"
                                : "Error processing tar file(exit status 1): unexpected EOF";
}

bool filtersFit(Call& call, const Route& route) {
    const std::string text = call.request().query("filters").value_or("");
    const auto* const row = std::ranges::find_if(filtered, [&](const Filtered& each) {
        return each.method == route.method && each.pattern == route.pattern;
    });
    if (text.empty() || row == filtered.end()) return true;
    const bool old = !call.identity.atLeast(48);
    const auto filters = json::parseObject(text);
    if (!filters) {
        const bool prefixed = old || row->unreadable == 400;
        call.error(old ? row->unreadable : 400,
                   std::string(prefixed ? row->before : "") + (old ? jsonComplaint(text) : "invalid filter"));
        return false;
    }
    for (const std::string& key : filters->getNames()) {
        if (row->keys.find(" " + key + " ") != std::string_view::npos) continue;
        call.error(400,
                   std::string(row->beforeUnknown) + (old ? "Invalid" : "invalid") + " filter '" + key + "'");
        return false;
    }
    return true;
}

} // namespace mockdocker
