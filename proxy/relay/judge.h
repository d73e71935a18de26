// What becomes of a request: its path decoded and decided on in one step, for a
// connection and for --explain alike.
#pragma once

#include "proxy/guard/guard.h"
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

/// What a guard is to judge of a request that judge() has found to be of `operation`, or of none: null. `body`:
/// its content, without chunks. Views of the head, the body and `scratch`, which is as for judge().
[[nodiscard]] guard::Request guardRequest(const http::RequestHead& head, const policy::Operation* operation,
                                          std::span<char> scratch, std::string_view body = {}) noexcept;

} // namespace proxy::relay
