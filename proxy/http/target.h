// Request targets and the authority that they share with the Host field. RFC 9112
// section 3.2, RFC 3986 section 3.2.
#pragma once

#include "proxy/http/cursor.h"
#include "proxy/http/request.h"

#include <string_view>

namespace proxy::http {

/// From the first octet of the target to the one that ends it. Needs head.method;
/// sets target, form, path and query.
[[nodiscard]] ParseResult parseTarget(Cursor& cursor, RequestHead& head) noexcept;

struct Authority {
    std::string_view host; ///< with its brackets, if any
    std::string_view port; ///< digits; empty when there are none
};

/// uri-host [ ":" port ]; either may be empty. false when it is nothing of the kind.
[[nodiscard]] bool parseAuthority(std::string_view text, Authority& authority) noexcept;

} // namespace proxy::http
