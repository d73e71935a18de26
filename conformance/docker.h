// What a Docker daemon would say, as far as a proxy cares that asks it questions of its own or rewrites its answers: bodies of the
// right shape, and small. From the catalogue; any number of threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// The body of the answer to "GET /v1.44/containers/x/json HTTP/1.1".
[[nodiscard]] std::string dockerBody(std::string_view startLine);

/// The whole answer, with a length and its type; `more`: further fields, each with its CR LF.
[[nodiscard]] std::string dockerAnswer(std::string_view startLine, std::string_view more = {});

/// Whether a request is one of these, "GET /exec/*/json": a star is anything but a question mark, a version prefix may stand before
/// it and a query behind it.
[[nodiscard]] bool isOneOf(const std::vector<std::string>& questions, std::string_view startLine);

} // namespace conformance
