// What the parser tests share: replay at every split point, and heads as one line of text, so that a table's row
// can say what it expects in words.
#pragma once

#include "proxy/http/request.h"
#include "proxy/http/response.h"
#include "tests/proxy/guarded_bytes.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::http {

/// The prefixes worth a look: all of a short message, of a long one the ends and a sample.
std::vector<std::size_t> splitPoints(std::size_t size);

/// "complete" or "needMore" or the reason's name.
std::string verdict(ParseResult result);

using Parse = std::function<ParseResult(std::string_view)>;

/// `raw` ends with the octet that decides: every shorter prefix needs more, `raw` has this verdict, and so
/// has `raw` with anything behind it.
void expectVerdict(const Parse& parse, std::string_view raw, std::string_view expected);

/// "GET origin /a ?all=1 HTTP/1.1 none keep-alive", then " expect" and " upgrade"
std::string summary(const RequestHead& head);

/// "200 OK HTTP/1.1 length=5 keep-alive", then " upgrade" and " raw-stream"
std::string summary(const ResponseHead& head);

/// The octets that do not lead to a rejection when one of them follows `prefix`.
std::string octetsTaken(const Parse& parse, std::string_view prefix);

/// All octets from `first` to `last`.
std::string range(unsigned char first, unsigned char last);

/// The octets of both, in order, once.
std::string join(std::string_view one, std::string_view other);

inline const std::string alphanumeric =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"; // NOLINT(cert-err58-cpp)

} // namespace proxy::http
