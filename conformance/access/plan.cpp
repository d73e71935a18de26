#include "conformance/access/plan.h"

#include "conformance/net/head.h"
#include "conformance/router.h"

#include <algorithm>
#include <array>
#include <map>

namespace conformance {
namespace {

constexpr std::array<std::string_view, 7> methods{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> names{{
    {"{id}", "conformance-1.x_Y"},
    {"{name}", "conformance-2"},
    {"{checkpoint}", "conformance-3"},
    {"{anyroute}", "conformance-4"},
}};

std::vector<std::string> prefixTexts(Prefixes prefixes) {
    if (prefixes == Prefixes::common)
        return {"", "/v" + Catalogue::oldest.text(), "/v" + Catalogue::newest.text()};
    std::vector<std::string> all{""};
    for (const auto version : Catalogue::versions()) all.push_back("/v" + version.text());
    return all;
}

bool hasBody(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

std::vector<AccessCase> everyMethod(Prefixes prefixes) {
    // A method that no operation has on a path is filed under the path's first operation.
    std::map<std::string, const Operation*> firstOf;
    std::map<std::string, const Operation*> exact;
    for (const auto& op : Catalogue::builtin().operations()) {
        firstOf.emplace(op.path, &op);
        exact[op.method + " " + op.path] = &op;
    }
    std::vector<AccessCase> cases;
    for (const auto& [path, first] : firstOf)
        for (const auto method : methods) {
            const auto own = exact.find(std::string(method) + " " + path);
            for (const auto& prefix : prefixTexts(prefixes)) {
                if (path == "*" && !prefix.empty()) continue;
                AccessCase one;
                one.operation = own == exact.end() ? first : own->second;
                one.method = method;
                one.target = prefix + filledIn(path);
                one.id = one.operation->id + "/" + std::string(method) + "/" +
                         (prefix.empty() ? "unprefixed" : prefix.substr(1));
                cases.push_back(std::move(one));
            }
        }
    return cases;
}

// ---- Ways of writing an operation's target -----------------------------------------------------------

std::string escapeOf(char c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto octet = static_cast<unsigned char>(c);
    return {'%', digits[octet / 16U], digits[octet % 16U]};
}

// What of the path `which` picks, percent-encoded.
template <class Which>
std::string encoded(const std::string& path, Which which) {
    std::string text;
    for (std::size_t i = 0; i < path.size(); ++i)
        text += which(i) ? escapeOf(path[i]) : std::string(1, path[i]);
    return text;
}

// With slashes in its name, which goes for the first one.
std::string deeper(std::string_view path, std::string_view slash) {
    std::string filled(path);
    const auto place = filled.find('{');
    return filledIn(filled.insert(place, "team" + std::string(slash)));
}

struct Spelling {
    std::string_view id;
    std::string target;
};

// Each is routed to the operation by the daemon, which decodes a path once and knows no version newer than its own to
// be an error of the route.
std::vector<Spelling> spellingsOf(const Operation& operation) {
    const std::string plain = filledIn(operation.path);
    if (plain == "*" || !isNamed(operation)) return {{"plain", plain}};
    const auto anything = [](std::size_t) { return true; };
    std::vector<Spelling> all{
        {"plain", plain},
        {"before-the-oldest", "/v1.23" + plain},
        {"oldest", "/v" + Catalogue::oldest.text() + plain},
        {"newest", "/v" + Catalogue::newest.text() + plain},
        {"version-of-digits-and-dots", "/v1..44." + plain},
        {"query", plain + "?all=1&name=/containers/json"},
        {"one-octet-encoded", encoded(plain, [](std::size_t i) { return i == 1; })},
        {"encoded", plain.substr(0, 1) + encoded(plain.substr(1), anything)},
        {"slashes-encoded", encoded(plain, [&](std::size_t i) { return i > 0 && plain[i] == '/'; })},
        {"version-encoded", "/%76" + Catalogue::newest.text() + plain},
    };
    if (!operation.has(Trait::slashes) || operation.method == "OPTIONS") return all;
    all.push_back({"name-with-slash", deeper(operation.path, "/")});
    all.push_back({"name-with-encoded-slash", deeper(operation.path, "%2F")});
    all.push_back(
        {"name-with-slash-versioned", "/v" + Catalogue::newest.text() + deeper(operation.path, "/")});
    return all;
}

std::vector<AccessCase> everySpelling() {
    std::vector<AccessCase> cases;
    for (const auto& operation : Catalogue::builtin().operations())
        for (auto& [id, target] : spellingsOf(operation)) {
            AccessCase one;
            one.operation = &operation;
            one.method = operation.method;
            one.target = std::move(target);
            one.id = operation.id + "/" + std::string(id);
            cases.push_back(std::move(one));
        }
    return cases;
}

std::string requestText(const AccessCase& one, std::size_t number) {
    std::string text(one.method);
    text.append(" ").append(one.target).append(" HTTP/1.1\r\nHost: docker\r\n");
    if (hasBody(one.method)) text.append("Content-Length: 0\r\n");
    text.append(caseField).append(": ").append(std::to_string(number)).append("\r\n\r\n");
    return text;
}

} // namespace

std::string filledIn(std::string_view path) {
    std::string filled(path);
    for (const auto& [place, name] : names)
        if (const auto at = filled.find(place); at != std::string::npos)
            filled.replace(at, place.size(), name);
    return filled;
}

bool idMatches(std::string_view id, std::string_view wanted) {
    return id.starts_with(wanted);
}

AccessPlan::AccessPlan(const std::vector<AccessCase>& all, std::string_view idPrefix) {
    for (std::size_t begin = 0; begin < all.size(); begin += onOneConnection) {
        const auto first = static_cast<std::uint32_t>(cases_.size());
        auto kept = first; // up to the last one that is judged
        for (std::size_t at = begin; at < std::min(all.size(), begin + onOneConnection); ++at) {
            AccessCase one = all[at];
            one.judged = idMatches(one.id, idPrefix);
            one.first = first;
            one.request = requestText(one, cases_.size());
            cases_.push_back(std::move(one));
            if (!cases_.back().judged) continue;
            ++judged_;
            kept = static_cast<std::uint32_t>(cases_.size());
        }
        cases_.resize(kept);
    }
}

std::vector<AccessCase> allCases(std::string_view family, Prefixes prefixes) {
    return family == accessFamily ? everyMethod(prefixes) : everySpelling();
}

std::string AccessPlan::before(std::uint32_t number, std::uint32_t first) const {
    if (first >= number) return {};
    const auto nameOf = [&](std::uint32_t one) {
        return std::string(cases_[one].method) + " " + cases_[one].target;
    };
    if (number - first == 1) return nameOf(first);
    return std::to_string(number - first) + " requests, from " + nameOf(first) + " to " + nameOf(number - 1);
}

} // namespace conformance
