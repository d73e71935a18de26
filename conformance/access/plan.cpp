#include "conformance/access/plan.h"

#include "conformance/net/head.h"

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

AccessPlan::AccessPlan(const Catalogue& catalogue, Prefixes prefixes, std::string_view idPrefix) {
    // A method that no operation has on a path is filed under the path's first operation.
    std::map<std::string, const Operation*> firstOf;
    std::map<std::string, const Operation*> exact;
    for (const auto& op : catalogue.operations()) {
        firstOf.emplace(op.path, &op);
        exact[op.method + " " + op.path] = &op;
    }
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
                cases_.push_back(std::move(one));
            }
        }
    keepWhatIsNeeded(idPrefix);
}

void AccessPlan::keepWhatIsNeeded(std::string_view idPrefix) {
    std::vector<AccessCase> all;
    all.swap(cases_);
    for (std::size_t begin = 0; begin < all.size(); begin += onOneConnection) {
        const auto first = static_cast<std::uint32_t>(cases_.size());
        auto kept = first; // up to the last one that is judged
        for (std::size_t at = begin; at < std::min(all.size(), begin + onOneConnection); ++at) {
            AccessCase& one = all[at];
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

std::string AccessPlan::before(std::uint32_t number, std::uint32_t first) const {
    if (first >= number) return {};
    const auto nameOf = [&](std::uint32_t one) {
        return std::string(cases_[one].method) + " " + cases_[one].target;
    };
    if (number - first == 1) return nameOf(first);
    return std::to_string(number - first) + " requests, from " + nameOf(first) + " to " + nameOf(number - 1);
}

} // namespace conformance
