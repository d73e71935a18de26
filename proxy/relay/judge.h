// What becomes of a request: its path decoded and decided on in one step, for a
// connection and for --explain alike.
#pragma once

#include "proxy/http/request.h"
#include "proxy/policy/policy.h"

#include <span>

namespace proxy::relay {

struct Judgement {
    http::Reject flaw = http::Reject::none; ///< of the path: then there is no verdict
    policy::Verdict verdict{};
};

/// Pure, allocates nothing. `scratch`: at least head.path.size() octets, of no use afterwards.
[[nodiscard]] Judgement judge(const http::RequestHead& head, const policy::Policy& policy,
                              std::span<char> scratch) noexcept;

} // namespace proxy::relay
