// Response heads: the verdict does not depend on cuts, and what is written is accepted and means the same.
// The first octet of the input chooses what was asked: bit 0 HEAD, bit 1 an upgrade, bit 2 that the client's
// connection is to be closed.
#include "proxy/http/response.h"
#include "tests/fuzz/fuzz.h"

#include <memory>
#include <string>

namespace {

using namespace proxy::http;
using fuzz::require;

std::string written(const ResponseHead& head, bool close) {
    std::string out(head.size + 64, '\0');
    out.resize(writeResponse(head, close, out));
    return out;
}

void checkFacts(const ResponseHead& head, RequestFacts asked, std::string_view input) {
    require(head.text.data() == input.data() && head.text.size() == head.size, "the head begins the input");
    require(head.text.ends_with("\r\n\r\n"), "the head ends in an empty line");
    require(head.status >= 100 && head.status <= 599, "the status is one");
    require(head.upgrade == (head.status == 101), "101 is the upgrade");
    require(!head.upgrade || asked.upgrade, "an upgrade was asked for");
    require(!head.rawStream || head.framing.kind == Framing::Kind::untilClose,
            "a raw stream ends by closing");
    require(!head.keepAlive || head.framing.kind != Framing::Kind::untilClose,
            "until close is not keep-alive");
    require(!asked.head || head.framing.kind == Framing::Kind::none, "HEAD has no body");
}

void checkWritten(const ResponseHead& head, RequestFacts asked, bool close) {
    const std::string once = written(head, close);
    require(once.size() <= head.size + 64, "the writer keeps to its room");
    if (once.size() > maxHeadSize) return;
    const auto again = std::make_unique<ResponseHead>();
    const auto verdict = parseResponse(once, asked, *again);
    // Hop-by-hop fields make room for a Connection field; only without any can it be one too many.
    if (verdict.reason == Reject::responseHeadFields) return;
    require(verdict.outcome == Outcome::complete, "what is written is accepted");
    require(again->size == once.size(), "what is written is one head");
    require(written(*again, close) == once, "writing is idempotent");
    require(again->status == head.status && again->reason == head.reason, "the status arrives as sent");
    require(again->framing.kind == head.framing.kind && again->framing.length == head.framing.length,
            "framing is kept");
    require(again->http11, "HTTP/1.1 is written");
    require(again->rawStream == head.rawStream, "a raw stream is kept");
}

void checkPrefixes(std::string_view input, RequestFacts asked, ParseResult verdict, std::size_t headSize) {
    const auto head = std::make_unique<ResponseHead>();
    for (std::size_t n = 0; n < input.size() && n < 300; ++n) {
        const fuzz::Copy prefix(input.substr(0, n));
        const auto result = parseResponse(prefix.view(), asked, *head);
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
    if (size == 0) return 0;
    const RequestFacts asked{.head = (data[0] & 1U) != 0, .upgrade = (data[0] & 2U) != 0};
    const bool close = (data[0] & 4U) != 0;
    const fuzz::Copy input(fuzz::text(data + 1, size - 1));
    static const auto head = std::make_unique<ResponseHead>();
    const auto verdict = parseResponse(input.view(), asked, *head);
    require((verdict.outcome == Outcome::rejected) == (verdict.reason != Reject::none),
            "a rejection has a reason");
    if (verdict.outcome == Outcome::complete) {
        checkFacts(*head, asked, input.view());
        checkWritten(*head, asked, close);
    }
    checkPrefixes(input.view(), asked, verdict, head->size);
    return 0;
}
