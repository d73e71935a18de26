// The answer at METRICS_BIND: GET /metrics, and nothing else.
#pragma once

#include "proxy/metrics/exposition.h"
#include "proxy/net/task.h"
#include "proxy/relay/client.h"
#include "proxy/relay/record.h"
#include "proxy/relay/service.h"

namespace proxy::relay {

/// What may be a label's value: the operations, and the names of all that a request is denied or rejected by.
[[nodiscard]] metrics::Names metricNames();

/// Answers the request whose head stands parsed in the service's memory. A scrape that went well is not logged:
/// one comes every few seconds, and counts only what others did.
[[nodiscard]] net::Task<> answerScrape(Service& service, Client& client, Record& record,
                                       const metrics::Metrics& metrics);

} // namespace proxy::relay
