#include "proxy/relay/scrape.h"

#include "proxy/guard/rule.h"
#include "proxy/http/characters.h"
#include "proxy/http/reject.h"
#include "proxy/policy/rule.h"
#include "proxy/relay/rules.h"

#include <algorithm>

namespace proxy::relay {

namespace {

constexpr std::string_view path = "/metrics";

bool asksForOpenMetrics(const http::RequestHead& head) {
    return std::ranges::any_of(head.fields.all(), [](const http::Field& field) {
        return http::equalsIgnoringCase(field.name, "accept") &&
               field.value.find("application/openmetrics-text") != std::string_view::npos;
    });
}

} // namespace

metrics::Names metricNames() {
    metrics::Names names;
    for (const policy::Operation& operation : policy::operations()) names.operations.push_back(operation.id);
    for (const policy::RuleFacts& rule : policy::rules) names.rules.push_back(rule.name);
    for (std::size_t i = 1; i < guard::ruleCount; ++i)
        names.rules.push_back(guard::describe(static_cast<guard::Rule>(i)).name);
    for (std::size_t i = 1; i < http::rejectCount; ++i)
        names.rules.push_back(http::describe(static_cast<http::Reject>(i)).name);
    for (const std::string_view own : ownRules) names.rules.push_back(own);
    std::ranges::sort(names.rules);
    return names;
}

net::Task<> answerScrape(Service& service, Client& client, Record& record, const metrics::Metrics& metrics) {
    const http::RequestHead& head = service.request;
    const bool toHead = head.method == "HEAD";
    const bool found = (head.method == "GET" || toHead) && head.path == path;
    const metrics::Format format =
        asksForOpenMetrics(head) ? metrics::Format::openMetrics : metrics::Format::text;
    Flow body(client.stream, head.framing, service.pools, &client.input);
    client.startDiscarding(body);
    record.access.verdict = found ? "allow" : "reject";
    record.access.rule = metricsRule;
    if (found) {
        const std::string text = metrics.write(format);
        co_await client.say(record, 200, text, toHead, contentType(format));
    } else {
        record.level = log::Level::notice;
        const std::string text = messageBody("only GET /metrics is answered here");
        co_await client.say(record, 404, text, toHead);
    }
    if (!found || !record.note.empty()) record.write();
    if (client.keepAlive) co_await client.discard(body);
}

} // namespace proxy::relay
