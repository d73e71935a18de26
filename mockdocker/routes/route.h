// What a route is: a mux template, since when it exists, and how it is answered.
#pragma once

#include "mockdocker/routes/identity.h"
#include "mockdocker/state/world.h"
#include "mockdocker/wire/exchange.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mockdocker {

/// The documented success, for routes without a handler and for evergreen names.
struct Canned {
    int status = 200;
    std::string_view body;                             ///< '@' stands for the name
    std::string_view contentType = "application/json"; ///< empty: none
    bool streamed = false;
};

/// One request on its way through a handler.
struct Call {
    Exchange& exchange;
    World& world;
    const Identity& identity;
    std::string version;            ///< the prefix's, or the daemon's own
    std::vector<std::string> names; ///< what the template's variables matched, decoded
    const Canned& success;          ///< the route's

    [[nodiscard]] const Request& request() const { return exchange.request(); }
    [[nodiscard]] const std::string& name() const { return names.front(); }
    [[nodiscard]] bool versionAtLeast(std::string_view wanted) const {
        return compareVersions(version, wanted) >= 0;
    }
    /// {"message":…} and a line end, as httputils.MakeErrorHandler writes it; text below API 1.24.
    void error(int status, std::string_view message) const;
    /// JSON with the line end Go's encoder adds.
    void reply(int status, std::string_view json) const;
    void succeed() const;
};

using Handler = void (*)(Call&);

enum Trait : unsigned { plain = 0, experimentalOnly = 1, swarmOnly = 2, anyMethod = 4, unversionedOnly = 8 };

struct Route {
    std::string_view method;
    std::string_view pattern; ///< gorilla/mux: {x} is [^/]+, {x:.*} anything, {x:.+} anything but nothing
    int since;                ///< 41: first with API 1.41
    int until;
    unsigned traits;
    Handler handler; ///< may be null: then `canned` is the answer
    Canned canned;
};

/// All routes in the order in which the daemon registers them: the first match wins.
[[nodiscard]] std::span<const Route> routes();

/// The template's variables when the whole path matches it. As Go's regexp, '.' does not match a line feed.
[[nodiscard]] std::optional<std::vector<std::string>> matchPattern(std::string_view pattern,
                                                                   std::string_view path);

/// mux's cleanPath: no doubled slashes, no "." and ".." segments, a trailing slash kept.
[[nodiscard]] std::string cleanPath(std::string_view path);

/// Answers a request as the daemon would.
void dispatch(Exchange& exchange, World& world, const Identity& identity);

} // namespace mockdocker
