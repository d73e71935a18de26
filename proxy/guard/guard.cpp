#include "proxy/guard/guard.h"

#include "proxy/guard/ascii.h"
#include "proxy/guard/body.h"
#include "proxy/guard/operations.h"
#include "proxy/guard/query.h"
#include "proxy/guard/shown.h"
#include "proxy/guard/values.h"

#include <algorithm>
#include <array>
#include <utility>

namespace proxy::guard {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) noexcept {
    const auto begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool sameInAnyCase(std::string_view text, std::string_view lowerCase) noexcept {
    return std::ranges::equal(text, lowerCase, {}, lower);
}

// "1.24" and later, without the spellings that old engines take for earlier ones: "1.023", "1.23.".
bool isPlainVersion(std::string_view version) noexcept {
    if (version.empty()) return true;
    if (!version.starts_with("1.")) return false;
    version.remove_prefix(2);
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (version.size() < 2 || version.size() > 3 || !std::ranges::all_of(version, isDigit)) return false;
    return version.front() != '0' && (version.size() == 3 || version >= "24");
}

// media-type = type "/" subtype *( OWS ";" OWS parameter )
bool isJson(std::string_view contentType) noexcept {
    const auto semicolon = contentType.find(';');
    if (!sameInAnyCase(trimmed(contentType.substr(0, semicolon)), "application/json")) return false;
    if (semicolon == std::string_view::npos) return true;
    const std::string_view parameter = trimmed(contentType.substr(semicolon + 1));
    return sameInAnyCase(parameter, "charset=utf-8") || sameInAnyCase(parameter, "charset=\"utf-8\"");
}

// net/http reads forms of two media types, and merges them before the query. Known to be none:
bool isNoForm(const Request& request) noexcept {
    static constexpr std::array<std::string_view, 8> plain{
        "application/json",         "application/octet-stream", "application/tar", "application/x-tar",
        "application/x-compressed", "application/gzip",         "text/plain",      ""};
    if (request.contentTypes == 0) return true;
    const std::string_view type = trimmed(request.contentType.substr(0, request.contentType.find(';')));
    return request.contentTypes == 1 &&
           std::ranges::any_of(plain, [type](std::string_view each) { return sameInAnyCase(type, each); });
}

// {id} of a network is its name.
Judgement judgeNetworkInPath(const Settings& settings, std::string_view name) {
    const Rule rule = judgeNetwork(settings, name);
    return rule == Rule::none ? Judgement{} : Judgement{rule, {}, shown(name)};
}

} // namespace

Guard::Guard(Settings settings)
    : settings_(std::move(settings)) {}

Treatment Guard::treatmentOf(std::string_view operation, std::string_view method) const noexcept {
    if (!on()) return {};
    // Where the daemon has no route it answers 404; Podman's own routes that read are a matter of the grants.
    if (operation.empty()) return {method == "GET" || method == "HEAD" ? Rule::none : Rule::operationUnknown};
    if (const Judged* const judged = findJudged(operation)) {
        if (judged->needs != nullptr && !(settings_.*judged->needs)) return {judged->otherwise};
        return {Rule::none, judged, judged->body != BodyKind::unread};
    }
    if (const Refused* const refused = findRefused(operation)) {
        const bool passes = refused->unless != nullptr && settings_.*refused->unless;
        return {passes ? Rule::none : refused->rule};
    }
    return {isHarmless(operation) ? Rule::none : Rule::operationUnknown};
}

Judgement Guard::judgeHead(const Treatment& treatment, const Request& request) const {
    if (treatment.judged == nullptr) return {treatment.rule};
    const Judged& operation = *treatment.judged;
    if (!isPlainVersion(request.version)) return {Rule::version, {}, shown(request.version)};
    if (operation.body == BodyKind::unread && !isNoForm(request))
        return {Rule::bodyForm, {}, shown(request.contentType)};
    if (Judgement judgement = judgeQuery(settings_, operation, request.query); !judgement.allowed())
        return judgement;
    if (operation.root == Object::connectRequest || operation.root == Object::disconnectRequest)
        return judgeNetworkInPath(settings_, request.name);
    return {};
}

Judgement Guard::judgeBody(const Treatment& treatment, const Request& request) const {
    if (request.body.size() > settings_.bodyLimit) return {Rule::bodySize};
    const bool optional = treatment.judged->body == BodyKind::optional;
    if (request.body.empty()) return {optional ? Rule::none : Rule::bodyMissing};
    if (request.contentTypes != 1 || !isJson(request.contentType))
        return {Rule::bodyType, {}, shown(request.contentType)};
    if (request.encoded) return {Rule::bodyEncoding};
    if (optional && trimmed(request.body) == "null") return {};
    return guard::judgeBody(settings_, treatment.judged->root, request.body);
}

Judgement Guard::judge(const Request& request) const {
    const Treatment treatment = treatmentOf(request.operation, request.method);
    Judgement judgement = judgeHead(treatment, request);
    return judgement.allowed() && treatment.needsBody ? judgeBody(treatment, request) : judgement;
}

} // namespace proxy::guard
