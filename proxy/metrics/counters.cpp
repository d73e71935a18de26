#include "proxy/metrics/counters.h"

#include <algorithm>

namespace proxy::metrics {

Counters::Counters(std::string door, const Names& names)
    : door_(std::move(door))
    , names_(names)
    , requests_(names.operations.size() + 1)
    , denials_(names.rules.size() + 1) {}

void Counters::ended(const Ended& request) noexcept {
    const auto verdict =
        static_cast<std::size_t>(std::ranges::find(verdicts, request.verdict) - verdicts.begin());
    if (verdict == verdicts.size()) return; // an end without a verdict is no request's
    ++requests_[std::min(request.operation, names_.operations.size())][verdict];
    ++failed_[static_cast<std::size_t>(request.failure)];
    received_ += request.received;
    sent_ += request.sent;
    const bool passed = verdict < 2; // allow, learn
    if (passed) return;
    const auto rule = std::ranges::lower_bound(names_.rules, request.rule);
    const bool known = rule != names_.rules.end() && *rule == request.rule;
    ++denials_[known ? static_cast<std::size_t>(rule - names_.rules.begin()) : names_.rules.size()];
}

} // namespace proxy::metrics
