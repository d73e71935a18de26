// What the daemon says of parameters it cannot make sense of, in the words of Go's libraries.
#pragma once

#include "mockdocker/routes/route.h"

#include <optional>
#include <string>

namespace mockdocker {

/// A registry there refuses connections, as port 1 does where nothing listens. All others answer.
inline constexpr std::string_view unreachableRegistry = "127.0.0.1:1";

/// strconv.Atoi's; nothing when `text` is a number.
[[nodiscard]] std::optional<std::string> numberComplaint(const std::string& text);
/// Of a `version` that is no number: update requests of swarm objects.
[[nodiscard]] std::optional<std::string> versionComplaint(const std::string& text);
/// distribution/reference's; nothing when `reference` may be the name of an image.
[[nodiscard]] std::optional<std::string> referenceComplaint(const Identity& identity,
                                                            const std::string& reference);
/// net/http's when `url` leads to the unreachable registry.
[[nodiscard]] std::string connectionRefused(const std::string& url, std::string_view method = "Get");
/// Of an archive that is none.
[[nodiscard]] std::string tornComplaint(const Identity& identity);
/// True unless the request's filters are no JSON or none of `route`'s, which has been answered then.
[[nodiscard]] bool filtersFit(Call& call, const Route& route);

} // namespace mockdocker
