// Messages as a script's ends see them. The suite wrote one side of every exchange itself, so this finds
// where a message ends; whether it has only one reading is a separate, strict question.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

struct Message {
    std::string head;     ///< with the empty line
    std::string body;     ///< chunks put together
    std::size_t size = 0; ///< of all its bytes
};

/// Nothing until it is complete. `ended`: nothing more will come, which ends a response of unknown length.
[[nodiscard]] std::optional<Message> wholeRequest(std::string_view bytes);
[[nodiscard]] std::optional<Message> wholeResponse(std::string_view bytes, bool ended);
[[nodiscard]] std::optional<Message> headOnly(std::string_view bytes);

[[nodiscard]] std::string_view firstLine(std::string_view head);
[[nodiscard]] int statusOfHead(std::string_view head); ///< 0: no status line

struct HeadField {
    std::string_view name;
    std::string_view value;
};
[[nodiscard]] std::vector<HeadField> fieldsOf(std::string_view head);
[[nodiscard]] bool sameName(std::string_view left, std::string_view right); ///< in any case

/// The first field "NAME" or "NAME: VALUE" in the heads of requests, of which the last may be a beginning; empty: none
/// has it.
[[nodiscard]] std::string fieldIn(std::string_view bytes, std::string_view field);

/// What makes a reader wonder where a request ends, in words; empty when nothing does. `bytes` may hold
/// several requests and a beginning of one. `forbidden` may stand in no request's first line.
[[nodiscard]] std::string secondReading(std::string_view bytes, std::string_view forbidden);

} // namespace conformance
