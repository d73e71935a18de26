#include "mockdocker/routes/complaints.h"
#include "mockdocker/routes/route.h"
#include "mockdocker/routes/swarm.h"
#include "mockdocker/state/json.h"

#include <Poco/Exception.h>

#include <algorithm>

namespace mockdocker {
namespace {

struct Match {
    const Route* route = nullptr;
    std::string version; ///< empty: no prefix
    std::vector<std::string> names;
};

bool matchFrom(std::string_view pattern, std::string_view path, std::vector<std::string>& names) {
    const auto open = pattern.find('{');
    if (open == std::string_view::npos) return pattern == path;
    if (!path.starts_with(pattern.substr(0, open))) return false;
    path.remove_prefix(open);
    const auto close = pattern.find('}', open);
    const std::string_view variable = pattern.substr(open + 1, close - open - 1);
    const bool segment = variable.find(':') == std::string_view::npos;
    const bool maybeEmpty = variable.ends_with(".*");
    std::size_t longest = path.size();
    if (segment) longest = std::min(longest, path.find('/'));
    if (!segment) longest = std::min(longest, path.find('\n'));
    for (std::size_t size = longest + 1; size-- > (maybeEmpty ? 0U : 1U);) { // greedy, as regexp is
        names.emplace_back(path.substr(0, size));
        if (matchFrom(pattern.substr(close + 1), path.substr(size), names)) return true;
        names.pop_back();
    }
    return false;
}

// "/v{version:[0-9.]+}" in front of a path, if there is one.
std::string_view versionPrefix(std::string_view path) {
    if (!path.starts_with("/v")) return {};
    const auto end = std::min(path.find_first_not_of("0123456789.", 2), path.size());
    return path.substr(2, end - 2);
}

bool applies(const Route& route, const Identity& identity, std::string_view method) {
    return identity.atLeast(route.since) && identity.api() <= route.until &&
           ((route.traits & anyMethod) != 0 || route.method == method);
}

Match find(const Request& request, const Identity& identity) {
    const std::string_view path = request.path;
    const std::string_view version = versionPrefix(path);
    const std::string_view behind = version.empty() ? path : path.substr(2 + version.size());
    // server.go registers all versioned routes first, then all without a prefix
    for (const bool versioned : {true, false}) {
        if (versioned && version.empty()) continue;
        for (const Route& route : routes()) {
            if (!applies(route, identity, request.method)) continue;
            if (versioned && (route.traits & unversionedOnly) != 0) continue;
            if (auto names = matchPattern(route.pattern, versioned ? behind : path)) {
                return {&route, std::string(versioned ? version : ""), *std::move(names)};
            }
        }
    }
    return {};
}

void notFound(Exchange& exchange, const Identity& identity) {
    const std::string_view version = versionPrefix(exchange.request().path);
    const bool json = version.empty() || identity.atLeast(45) || compareVersions(version, "1.24") >= 0;
    if (json) return exchange.reply(404, "{\"message\":\"page not found\"}\n");
    exchange.set("X-Content-Type-Options", "nosniff");
    exchange.reply(404, "page not found\n", "text/plain; charset=utf-8");
}

// httputils.MakeErrorHandler.
void complain(Exchange& exchange, const std::string& version, int status, std::string_view message) {
    if (compareVersions(version, "1.24") >= 0)
        return exchange.reply(status, json::object({{"message", json::quote(message)}}) + "\n");
    exchange.set("X-Content-Type-Options", "nosniff");
    exchange.reply(status, std::string(message) + "\n", "text/plain; charset=utf-8");
}

// middleware/version.go. In engines before 29 the experimental middleware runs inside this one, so that a
// version error has no Docker-Experimental.
bool versionAccepted(Exchange& exchange, const Identity& identity, const std::string& version) {
    exchange.set("Server", "Docker/" + identity.engineVersion() + " (linux)");
    if (identity.atLeast(25)) exchange.set("Api-Version", identity.apiVersion);
    if (identity.atLeast(28)) exchange.set("Ostype", "linux");
    std::string error;
    if (compareVersions(version, identity.minimum()) < 0) {
        error = "client version " + version + " is too old. Minimum supported API version is " +
                identity.minimum() + ", please upgrade your client to a newer version";
    } else if (compareVersions(version, identity.apiVersion) > 0 &&
               (identity.api() == 24 || identity.atLeast(34))) {
        error = identity.api() == 24
                    ? "client is newer than server (client API version: " + version +
                          ", server API version: " + identity.apiVersion + ")"
                    : "client version " + version + " is too new. Maximum supported API version is " +
                          identity.apiVersion;
    }
    const bool experimentalKnown = identity.atLeast(25) && (error.empty() || identity.atLeast(52));
    if (experimentalKnown) exchange.set("Docker-Experimental", json::boolean(identity.experimental));
    if (error.empty()) return true;
    complain(exchange, version, 400, error);
    return false;
}

bool allowed(Call& call, const Route& route) {
    if ((route.traits & experimentalOnly) != 0 && !call.identity.experimental) {
        call.error(
            501, "This experimental feature is disabled by default. Start the Docker daemon in experimental "
                 "mode in order to enable it.");
        return false;
    }
    if (call.identity.atLeast(52) && route.since > 24 &&
        (route.traits & (experimentalOnly | anyMethod)) == 0 &&
        compareVersions(call.version, "1." + std::to_string(route.since)) <
            0) { // router.WithMinimumAPIVersion
        call.error(400, std::string(route.method) + " " + std::string(route.pattern) +
                            " requires minimum API version 1." + std::to_string(route.since));
        return false;
    }
    return (route.traits & swarmOnly) == 0 || requireManager(call);
}

bool redirected(Exchange& exchange) {
    const Request& request = exchange.request();
    const std::string clean = cleanPath(request.path);
    if (clean == request.path) return false;
    std::string location = request.origin + percentEncodePath(clean);
    if (!request.rawQuery.empty()) location += "?" + request.rawQuery;
    exchange.set("Location", location);
    exchange.reply(301, {}, {});
    return true;
}

} // namespace

void Call::error(int status, std::string_view message) const {
    complain(exchange, version, status, message);
}

void Call::reply(int status, std::string_view json) const {
    exchange.reply(status, std::string(json) + "\n");
}

void Call::succeed() const {
    std::string name = json::quote(names.empty() ? "" : names.front());
    name = name.substr(1, name.size() - 2);
    std::string body;
    for (const char c : success.body) {
        if (c == '@')
            body += name;
        else
            body.push_back(c);
    }
    if (exchange.hasBody()) exchange.body();
    if (!success.streamed) return exchange.reply(success.status, body, success.contentType);
    if (!exchange.begin(success.status, success.contentType)) return;
    exchange.write(body);
    exchange.finish();
}

std::optional<std::vector<std::string>> matchPattern(std::string_view pattern, std::string_view path) {
    std::vector<std::string> names;
    if (!matchFrom(pattern, path, names)) return {};
    return names;
}

std::string cleanPath(std::string_view path) {
    std::vector<std::string_view> segments;
    for (std::size_t at = 0; at <= path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        const auto segment = path.substr(at, end - at);
        if (segment == "..") {
            if (!segments.empty()) segments.pop_back();
        } else if (!segment.empty() && segment != ".") {
            segments.push_back(segment);
        }
        at = end + 1;
    }
    std::string clean;
    for (const auto segment : segments) clean.append("/").append(segment);
    if (clean.empty() || path.ends_with('/')) clean += "/";
    return clean;
}

void dispatch(Exchange& exchange, World& world, const Identity& identity) {
    const Request& request = exchange.request();
    if (request.method == "OPTIONS" && request.target == "*") { // net/http's globalOptionsHandler
        exchange.set("Content-Length", "0");
        return exchange.reply(200, {}, {});
    }
    if (redirected(exchange)) return;
    const Match match = find(request, identity);
    if (match.route == nullptr) return notFound(exchange, identity);
    const std::string version = match.version.empty() ? identity.apiVersion : match.version;
    if (!versionAccepted(exchange, identity, version)) return;
    Call call{exchange, world, identity, version, match.names, match.route->canned};
    if (!allowed(call, *match.route) || !filtersFit(call, *match.route)) return;
    const bool evergreen = !call.names.empty() && World::evergreen(call.name());
    try {
        if (match.route->handler == nullptr || (evergreen && match.route->canned.status != 0)) {
            call.succeed();
        } else {
            match.route->handler(call);
        }
    } catch (const Poco::Exception& problem) { // JSON whose members are of other types than the API says
        call.error(400, problem.displayText());
    }
}

} // namespace mockdocker
