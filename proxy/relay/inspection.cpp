#include "proxy/relay/inspection.h"

#include "proxy/relay/answer.h"
#include "proxy/relay/body.h"
#include "proxy/relay/dechunked.h"
#include "proxy/relay/judge.h"
#include "proxy/relay/refusal.h"

#include <algorithm>
#include <span>

namespace proxy::relay {

namespace {

using guard::Rule;
using net::Io;
using Kind = http::Framing::Kind;

// A body has a head's time, 10 seconds, and as much again with each further quarter of a MiB. What clients send,
// some KiB, must come as fast as a head; the 4 MiB of the default limit may take 170 seconds, 25 KiB a second, and
// nobody holds memory for longer by sending an octet now and then.
constexpr std::size_t prolongs = std::size_t{256} * 1024;

constexpr std::size_t block = net::BufferPool::blockSize;

// Of reading the body: nothing has been decided.
bool isOfReading(Rule rule) noexcept {
    return rule == Rule::bodyTimeout || rule == Rule::bodyIncomplete || rule == Rule::bodyMemory;
}

} // namespace

net::Task<bool> Inspection::run(guard::Treatment treatment) {
    guard::Judgement judgement = guard_->judgeHead(treatment, request({}));
    if (judgement.allowed() && treatment.needsBody) {
        const http::Framing framing = service_.request.framing;
        if (framing.kind == Kind::length && framing.length > guard_->settings().bodyLimit) {
            judgement = {Rule::bodySize, {}, std::to_string(framing.length) + " octets"};
        } else {
            judgement.rule = co_await receive();
            // Others have parsed their heads into the same memory meanwhile, and the input may have moved.
            (void)http::parseRequest(client_.input.view(), service_.request);
            if (service_.draining) client_.keepAlive = false;
            if (malformed_ != http::Reject::none) {
                co_await client_.refuse(record_, http::describe(malformed_), false);
                co_return false;
            }
            if (judgement.allowed()) judgement = judgeBody(treatment);
        }
    }
    if (!judgement.allowed()) {
        co_await refuse(std::move(judgement));
        co_return false;
    }
    if (treatment.needsBody) http::withdrawExpect(service_.request);
    co_return true;
}

// ---- Receiving -----------------------------------------------------------------------------------

// Until the body is whole. A body that does not fit a block gets all the memory that it may need at once: no second
// copy while it grows, and what it does not fill is not touched. Those in blocks count as heads do, by the number of
// connections; for larger ones all connections share Service::mostInspected.
net::Task<Rule> Inspection::receive() {
    const http::Framing framing = service_.request.framing;
    const bool isChunked = framing.kind == Kind::chunked;
    bool awaitsContinue = service_.request.expectContinue;
    size_ = service_.request.size;
    const std::size_t most =
        size_ + (isChunked ? guard_->settings().bodyLimit + Dechunked::mostFraming : framing.length);
    net::Buffer& input = client_.input;
    Body body(framing);
    for (;;) {
        const Body::Part part = body.take(input.view().substr(size_));
        size_ += part.octets;
        malformed_ = part.reason;
        if (body.complete() || malformed_ != http::Reject::none) break;
        if (input.size() >= most) co_return over(Rule::bodySize);
        const bool isSmall = isChunked && input.size() < block / 2;
        const std::size_t least = isSmall ? 1 : most - input.size();
        if (!input.fits(input.size() + least) &&
            service_.pools.buffers.inLargerBlocks() + most > service_.mostInspected)
            co_return Rule::bodyMemory;
        (void)input.space(least);
        // Nothing of it came with the head: the client may be waiting for our word.
        if (awaitsContinue && part.octets == 0) {
            const bool taken = co_await client_.sayContinue();
            if (!taken) co_return over(Rule::bodyIncomplete);
        }
        awaitsContinue = false;
        const Rule rule = co_await receiveMore(std::min(most - input.size(), block), least);
        if (rule != Rule::none) co_return over(rule);
    }
    client_.stream.disarm();
    co_return Rule::none;
}

net::Task<Rule> Inspection::receiveMore(std::size_t most, std::size_t least) {
    net::Stream& stream = client_.stream;
    stream.armOnce(service_.headTime);
    Io got{Io::Kind::wouldBlock};
    for (;;) {
        if (stream.is(net::timedOut)) co_return Rule::bodyTimeout;
        got = stream.receive(client_.input, most, least);
        if (got.kind != Io::Kind::wouldBlock) break;
        co_await net::Wait(stream, net::Stream::canReceive | net::timedOut);
    }
    if (got.kind != Io::Kind::done) co_return Rule::bodyIncomplete;
    progress_ += got.octets;
    if (progress_ >= prolongs) {
        progress_ -= prolongs;
        stream.arm(service_.headTime);
    }
    if (client_.turn.spent(service_.loop)) co_await net::Yield(stream);
    co_return Rule::none;
}

// Nobody knows where the next request would begin.
Rule Inspection::over(Rule rule) noexcept {
    client_.stream.disarm();
    client_.keepAlive = false;
    return rule;
}

// ---- Judging -------------------------------------------------------------------------------------

guard::Request Inspection::request(std::string_view body) const noexcept {
    return guardRequest(service_.request, operation_, service_.path, body);
}

guard::Judgement Inspection::judgeBody(const guard::Treatment& treatment) {
    const std::size_t headSize = service_.request.size;
    const std::span<char> body = client_.input.octets().subspan(headSize, size_ - headSize);
    if (service_.request.framing.kind != Kind::chunked)
        return guard_->judgeBody(treatment, request({body.data(), body.size()}));
    const Dechunked dechunked(body);
    const auto content = dechunked.content();
    return content ? guard_->judgeBody(treatment, request(*content)) : guard::Judgement{Rule::bodySize};
}

// ---- Refusing ------------------------------------------------------------------------------------

net::Task<> Inspection::refuse(guard::Judgement judgement) {
    const http::RequestHead& head = service_.request;
    const guard::RuleFacts& rule = describe(judgement.rule);
    const bool toHead = head.method == "HEAD";
    record_.access.verdict = isOfReading(judgement.rule) ? "reject" : "deny";
    record_.access.rule = rule.name;
    record_.level = judgement.rule == Rule::bodyMemory ? log::Level::err : log::Level::notice;
    record_.note = isOfReading(judgement.rule) ? std::string(rule.sentence) : noteOf(judgement);
    if (judgement.rule == Rule::bodyIncomplete && client_.gone()) {
        record_.note = client_.howItEnded(" in the middle of its request", 0);
        record_.write();
        co_return;
    }
    const std::string text =
        messageBody(refusalOf(judgement, operation_ != nullptr ? operation_->id : std::string_view()));
    Flow body(client_.stream, head.framing, service_.pools, &client_.input);
    client_.startDiscarding(body);
    co_await client_.say(record_, rule.status, text, toHead);
    record_.write();
    if (client_.keepAlive) co_await client_.discard(body);
}

} // namespace proxy::relay
