#include "proxy/relay/connection.h"

#include "proxy/policy/explain.h"
#include "proxy/relay/answer.h"
#include "proxy/relay/exchange.h"
#include "proxy/relay/inspection.h"
#include "proxy/relay/judge.h"
#include "proxy/relay/rules.h"
#include "proxy/relay/scrape.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace proxy::relay {

namespace {

using net::Io;

constexpr std::size_t mostStray = 4;

constexpr http::RejectInfo headTooSlow{headTimeoutRule, 408,
                                       "the request's head was not complete after 10 seconds"};

bool isSafe(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

} // namespace

// ---- The life of a connection --------------------------------------------------------------------

net::Task<> Connection::run() {
    // Not `while (keepAlive && co_await readHead())`: g++ 12 compiles a co_await behind && into a trap.
    while (client_.keepAlive) {
        const bool complete = co_await readHead();
        if (!complete) break;
        co_await answer();
        // Whoever sends one request behind the other never makes us wait.
        if (client_.turn.spent(service_.loop)) co_await net::Yield(client_.stream);
    }
    co_await client_.close();
}

// What the client sent first decides whether the answer may have a body; one that sends nothing gets its answer
// all the same, a little later.
net::Task<> Connection::turnAway(std::string why) {
    record_.begin({}, {}, {});
    client_.keepAlive = false;
    client_.stream.arm(service_.lingerTime);
    co_await net::Wait(client_.stream, net::Stream::canReceive | net::timedOut);
    client_.stream.disarm();
    (void)client_.stream.receive(client_.input);
    record_.access.verdict = "reject";
    record_.access.rule = connectionLimitRule;
    record_.level = log::Level::err;
    record_.note = std::move(why);
    const bool toHead = beginsWithHead(client_.input.view());
    co_await client_.say(record_, 503, messageBody(record_.note), toHead);
    record_.write();
    co_await client_.close();
}

// False: there is no further request.
net::Task<bool> Connection::readHead() {
    net::Stream& stream = client_.stream;
    bool news = !client_.input.empty();
    for (;;) {
        if (strayAllowed_ != 0) dropStrayLineEnds();
        if (news && !client_.input.empty()) {
            const http::ParseResult parsed = http::parseRequest(client_.input.view(), service_.request);
            if (parsed.outcome == http::Outcome::complete) {
                stream.disarm();
                co_return true;
            }
            if (parsed.outcome == http::Outcome::rejected) {
                co_await refuseUnparsed(http::describe(parsed.reason));
                co_return false;
            }
        }
        const std::size_t seen = client_.input.size();
        const Io got = stream.receive(client_.input);
        news = got.kind == Io::Kind::done && http::bringsNews(client_.input.view(), seen);
        if (got.kind == Io::Kind::done) continue;
        if (got.error == ENOMEM || got.error == ENOBUFS) // no doing of the client's
            throw std::system_error(got.error, std::generic_category(), "recv");
        if (!mayComeMore(got)) break;
        co_await net::Wait(stream, net::Stream::canReceive | net::timedOut | net::woken);
        stream.clear(net::woken);
        if (!stream.is(net::timedOut)) continue;
        if (!client_.input.empty()) co_await refuseUnparsed(headTooSlow);
        break;
    }
    stream.disarm();
    co_return false;
}

// Of a head, or its first octets; and the time for either runs.
bool Connection::mayComeMore(net::Io got) noexcept {
    const bool idle = client_.input.empty();
    if (got.kind != Io::Kind::wouldBlock || (idle && service_.draining)) return false;
    client_.stream.armOnce(idle ? service_.idleTime : service_.headTime);
    return true;
}

// Old and hand-written clients send a line end behind a body that is not part of it. Go's server drops up to four
// such octets behind a POST, so neither they alone nor they in front of the next request trouble anybody there.
void Connection::dropStrayLineEnds() noexcept {
    while (strayAllowed_ != 0 && !client_.input.empty()) {
        const char first = client_.input.view().front();
        strayAllowed_ = first == '\r' || first == '\n' ? strayAllowed_ - 1 : 0;
        if (first == '\r' || first == '\n') client_.input.consume(1);
    }
}

void Connection::mayBeFollowed(const http::RequestHead& head) noexcept {
    client_.keepAlive = head.keepAlive && !service_.draining;
    const bool hasBody = head.method == "POST" || head.framing.kind != http::Framing::Kind::none;
    strayAllowed_ = hasBody ? mostStray : 0;
}

net::Task<> Connection::answer() {
    http::RequestHead& head = service_.request;
    record_.begin(head.method, head.path, head.query);
    mayBeFollowed(head);
    if (door_.metrics != nullptr) {
        co_await answerScrape(service_, client_, record_, *door_.metrics);
        co_return;
    }

    const Judgement judged = judge(head, door_.policy, service_.path);
    if (judged.flaw != http::Reject::none) {
        co_await client_.refuse(record_, http::describe(judged.flaw), head.method == "HEAD");
        co_return;
    }
    const policy::Verdict& verdict = judged.verdict;
    record_.operation = verdict.operation;
    record_.access.operation = verdict.operation != nullptr ? verdict.operation->id : "-";
    record_.access.rule = policy::facts(verdict.rule).name;
    if (!verdict.allowed) {
        co_await deny(verdict);
        co_return;
    }
    record_.access.verdict = verdict.learned ? "learn" : "allow";
    if (door_.guard.on()) {
        const guard::Treatment treatment = door_.guard.treatmentOf(verdict.operation, head.method);
        if (!treatment.passes()) {
            Inspection inspection(service_, client_, record_, door_.guard, verdict.operation);
            const bool passed = co_await inspection.run(treatment);
            if (!passed) co_return;
        }
    }

    Request request;
    request.framing = head.framing;
    request.mayHijack = verdict.hijack;
    request.masking = verdict.masking;
    // What follows an upgrade is not judged any more, so none is offered but where the daemon
    // is known to hijack: a daemon that upgraded any path to h2c would otherwise serve
    // everything to whoever is granted anything.
    if (!request.mayHijack) http::withdrawUpgrade(head);
    request.facts = {head.method == "HEAD", head.upgrade};
    request.http11 = head.http11;
    request.awaitsContinue = head.expectContinue && head.framing.kind != http::Framing::Kind::none;
    request.safe = isSafe(head.method);
    // Rewritten in place, in front of whatever came behind the head: both leave in one write.
    const std::size_t size = http::writeRequest(head, service_.head);
    net::Buffer message = std::move(client_.input);
    message.replaceFront(head.size, {service_.head.data(), size});
    Exchange exchange(service_, client_, record_, request);
    co_await exchange.run(std::move(message), size);
}

// ---- Answers without the daemon ------------------------------------------------------------------

net::Task<> Connection::refuseUnparsed(const http::RejectInfo& why) {
    record_.begin({}, {}, {});
    client_.stream.disarm();
    co_await client_.refuse(record_, why, beginsWithHead(client_.input.view()));
}

net::Task<> Connection::deny(policy::Verdict verdict) {
    const http::RequestHead& head = service_.request;
    const bool toHead = head.method == "HEAD";
    record_.access.verdict = "deny";
    record_.level = log::Level::notice;
    std::array<char, policy::maxDenialSize> message; // NOLINT: filled by writeDenial
    const std::string_view text = policy::writeDenial(verdict, head.method, head.path, message);

    Flow body(client_.stream, head.framing, service_.pools, &client_.input);
    client_.startDiscarding(body);
    co_await client_.say(record_, 403, text, toHead);
    record_.write();
    if (client_.keepAlive) co_await client_.discard(body);
}

} // namespace proxy::relay
