// A request head as Go's net/http reads it, for that is what stands in front of the Docker daemon:
// forgiving where it forgives (bare LF, obs-fold, equal duplicate lengths, length beside chunked),
// exact where it refuses. Source: net/http readRequest, readTransfer and net/textproto of Go 1.19,
// checked against engine 20.10.24.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mockdocker {

struct Field {
    std::string name;
    std::string value;
};

struct Request {
    std::string head; ///< exactly as received, the empty line included
    std::string method;
    std::string target; ///< as sent
    bool http11 = true;
    std::vector<Field> fields;

    std::string origin;   ///< "http://host" of an absolute-form target, "//host" of CONNECT; else empty
    std::string path;     ///< percent-decoded once
    std::string rawQuery; ///< without '?', not decoded

    bool chunked = false;
    std::uint64_t length = 0;
    bool expectContinue = false;
    bool keepAlive = true;

    [[nodiscard]] const std::string* find(std::string_view name) const; ///< first field of that name, or null
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
    /// First value of a query key, decoded; nothing when the key is absent.
    [[nodiscard]] std::optional<std::string> query(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> queryAll(std::string_view key) const;
    /// Docker's httputils.BoolValue: absent, "", "0", "no", "false", "none" are false.
    [[nodiscard]] bool queryBool(std::string_view key) const;
};

/// What net/http answers to a head it will not take, with the connection closed behind it.
struct Refusal {
    std::string statusLine; ///< "400 Bad Request: malformed Host header"
    std::string body;
};

[[nodiscard]] std::optional<Refusal> parseRequest(std::string_view head, Request& request);

/// Size of the head at the beginning of `bytes`, the empty line included; 0 when it is not complete.
[[nodiscard]] std::size_t headSize(std::string_view bytes);

/// Percent-decoding; `plus`: '+' is a space, as in queries. Nothing when an escape is bad.
[[nodiscard]] std::optional<std::string> percentDecode(std::string_view text, bool plus);
/// net/url's escaping of a path.
[[nodiscard]] std::string percentEncodePath(std::string_view path);
[[nodiscard]] bool equalsIgnoringCase(std::string_view a, std::string_view b);

} // namespace mockdocker
