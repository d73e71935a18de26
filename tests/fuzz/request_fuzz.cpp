// Request heads: the verdict does not depend on cuts, and what is written is accepted and means the same.
#include "proxy/http/request.h"
#include "tests/fuzz/fuzz.h"

#include <memory>
#include <string>

namespace {

using namespace proxy::http;
using fuzz::require;

std::string written(const RequestHead& head) {
    std::string out(head.size + 64, '\0');
    out.resize(writeRequest(head, out));
    return out;
}

bool inside(std::string_view part, std::string_view whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void checkViews(const RequestHead& head, std::string_view input) {
    require(head.size <= input.size(), "the head is part of the input");
    require(input.substr(0, head.size).ends_with("\r\n\r\n"), "the head ends in an empty line");
    for (const auto part : {head.method, head.target, head.path, head.query, head.text})
        require(inside(part, input), "views point into the input");
    for (const auto& field : head.fields.all())
        require(inside(field.name, input) && inside(field.value, input), "fields point into the input");
    require(!head.method.empty() && !head.target.empty(), "method and target are not empty");
    require(head.framing.kind != Framing::Kind::untilClose, "a request never ends by closing");
}

void checkWritten(const RequestHead& head) {
    const std::string once = written(head);
    require(once.size() <= head.size + 64, "the writer keeps to its room");
    const auto again = std::make_unique<RequestHead>();
    require(parseRequest(once, *again).outcome == Outcome::complete || once.size() > maxHeadSize,
            "what is written is accepted");
    if (once.size() > maxHeadSize) return;
    require(again->size == once.size(), "what is written is one head");
    require(written(*again) == once, "writing is idempotent");
    require(again->method == head.method && again->target == head.target, "method and target arrive as sent");
    require(again->framing.kind == head.framing.kind && again->framing.length == head.framing.length,
            "framing is kept");
    require(again->upgrade == head.upgrade && again->http11 == head.http11, "upgrade and version are kept");
    require(again->expectContinue == head.expectContinue, "the expectation is kept");
}

void checkPrefixes(std::string_view input, ParseResult verdict, std::size_t headSize) {
    const auto head = std::make_unique<RequestHead>();
    for (std::size_t n = 0; n < input.size() && n < 300; ++n) {
        const fuzz::Copy prefix(input.substr(0, n));
        const auto result = parseRequest(prefix.view(), *head);
        switch (result.outcome) {
        case Outcome::needMore:
            require(verdict.outcome != Outcome::complete || n < headSize, "a whole head needs no more");
            break;
        case Outcome::complete:
            require(verdict.outcome == Outcome::complete && n >= headSize && head->size == headSize,
                    "a head completes once");
            break;
        case Outcome::rejected:
            require(verdict.outcome == Outcome::rejected && verdict.reason == result.reason,
                    "a verdict stands");
            break;
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Copy input(fuzz::text(data, size));
    static const auto head = std::make_unique<RequestHead>();
    const auto verdict = parseRequest(input.view(), *head);
    require((verdict.outcome == Outcome::rejected) == (verdict.reason != Reject::none),
            "a rejection has a reason");
    if (verdict.outcome == Outcome::complete) {
        checkViews(*head, input.view());
        checkWritten(*head);
    }
    checkPrefixes(input.view(), verdict, head->size);
    return 0;
}
