#include "proxy/relay/body.h"

#include <algorithm>

namespace proxy::relay {

Body::Part Body::take(std::string_view bytes) noexcept {
    switch (framing_.kind) {
    case http::Framing::Kind::untilClose:
        return {bytes.size()};
    case http::Framing::Kind::chunked: {
        const auto found = chunks_.scan(bytes);
        complete_ = found.outcome == http::Outcome::complete;
        return {found.size, found.reason};
    }
    case http::Framing::Kind::none:
    case http::Framing::Kind::length:
        break;
    }
    const auto octets = static_cast<std::size_t>(std::min<std::uint64_t>(framing_.length, bytes.size()));
    framing_.length -= octets;
    return {octets};
}

} // namespace proxy::relay
