// HTTP/1 and the daemon's paths, read a second time, for the fuzz target that holds the relay against this: by the
// letter of RFC 9112, one octet after the other, sharing nothing with proxy/http. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strict {

enum class Is { partial, complete, malformed };

using FieldLines = std::vector<std::pair<std::string, std::string>>; ///< names in lower case

struct Message {
    Is is = Is::partial;
    bool headComplete = false;
    std::string method;
    std::string target;
    int status = 0;
    bool http11 = true;
    FieldLines fields;
    std::string body;        ///< the content, without what frames it
    bool untilClose = false; ///< an answer that only the connection's end ends
    std::size_t size = 0;    ///< of a complete one, in octets

    [[nodiscard]] std::size_t count(std::string_view name) const;
    [[nodiscard]] std::string_view
    value(std::string_view name) const; ///< the first; empty where there is none
};

[[nodiscard]] Message readRequest(std::string_view octets);
[[nodiscard]] Message readAnswer(std::string_view octets, bool toHead);

[[nodiscard]] std::string lower(std::string_view text);

/// Where the daemon's router would look: the decoded path without its version. None where it would look elsewhere
/// (dots, empty segments), or the target has no path.
[[nodiscard]] std::optional<std::string> routed(std::string_view target);

} // namespace strict
