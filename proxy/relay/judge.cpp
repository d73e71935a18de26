#include "proxy/relay/judge.h"

namespace proxy::relay {

Judgement judge(const http::RequestHead& head, const policy::Policy& policy,
                std::span<char> scratch) noexcept {
    std::string_view path;
    const http::Reject flaw = http::decodePath(head.path, scratch, path);
    if (flaw != http::Reject::none) return {.flaw = flaw};
    return {.verdict = policy.decide(head.method, path)};
}

} // namespace proxy::relay
