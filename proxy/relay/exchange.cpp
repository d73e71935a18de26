#include "proxy/relay/exchange.h"

#include "proxy/relay/answer.h"

#include <cstring>

namespace proxy::relay {

namespace {

using net::Io;

constexpr std::size_t mostResent = 16 * 1024; // a larger request is not kept for a second attempt
constexpr std::size_t mostKept = 4 * 1024;    // of that memory, from one exchange to the next
constexpr int mostDialAttempts = 500;         // every 20 ms: 10 s

std::string errorText(int error) {
    return error == 0 ? std::string("end of stream") : std::strerror(error);
}

std::string named(const auto& info) {
    return std::string(info.sentence) + " (" + std::string(info.name) + ")";
}

std::string flawOf(const Flow& down) {
    if (down.fault() != mask::Fault::none) return "cannot be masked: " + named(mask::describe(down.fault()));
    return "is malformed: " + std::string(http::describe(down.reason()).name);
}

} // namespace

net::Task<> Exchange::run(net::Buffer message, std::size_t headSize) {
    if (!up_.begin(std::move(message), headSize)) {
        co_await client_.refuse(record_, http::describe(up_.reason()), request_.facts.head);
        co_return;
    }
    const metrics::Held running(record_.counters(), &metrics::Counters::exchanges);
    Got got = Got::retry;
    for (bool fresh = false; got == Got::retry; fresh = true) {
        if (fresh) up_.resend(client_.again);
        const bool connected = co_await connect(fresh);
        if (!connected) co_return;
        got = co_await awaitResponse();
    }
    if (client_.again.capacity() > mostKept) std::string().swap(client_.again);
    if (got != Got::head) co_return;

    const Response response = takeResponse();
    if (response.masking.fault != mask::Fault::none) {
        co_await withhold(response.masking.fault);
        co_return;
    }
    std::unique_ptr<mask::EnvMask> mask;
    Flow down(*attempt_.daemon, response.framing, service_.pools, nullptr);
    down.sinkTo(client_.stream);
    if (response.masking.needed) {
        mask = newMask();
        down.maskWith(*mask);
    }
    if (!down.begin(std::move(response_), response.headSize)) {
        client_.keepAlive = false;
        co_await failDaemon("its answer " + flawOf(down));
        co_return;
    }
    if (response.hijacked)
        co_await tunnel(down);
    else
        co_await stream(down, response.mayReuse);
    record_.access.received = up_.octets();
    record_.access.sent = down.octets();
    record_.write();
    // The rest of a body that the daemon did not want must never be read as the next request.
    if (client_.keepAlive && !up_.finished()) co_await client_.discard(up_);
}

// ---- To the daemon -------------------------------------------------------------------------------

// Takes a pooled connection, or dials; when the daemon cannot be had, the client is told.
net::Task<bool> Exchange::connect(bool fresh) {
    attempt_ = {};
    client_.again.clear();
    if (!fresh) attempt_.daemon = service_.daemon.takeIdle();
    if (!attempt_.daemon) {
        const bool dialled = co_await dial();
        co_return dialled;
    }
    // Only a pooled connection can turn out to have died before it was used: only for it the request is kept.
    if (up_.received() && up_.unsent().size() <= mostResent) client_.again = up_.unsent();
    co_return true;
}

net::Task<bool> Exchange::dial() {
    int error = EAGAIN;
    for (int attempt = 0; !attempt_.daemon && error == EAGAIN && attempt < mostDialAttempts; ++attempt) {
        if (attempt > 0) {
            client_.stream.arm(service_.retryTime);
            co_await net::Wait(client_.stream, net::timedOut | net::closed);
            client_.stream.disarm();
            if (client_.gone()) {
                abandoned(" before it was answered");
                co_return false;
            }
        }
        attempt_.daemon = service_.daemon.dial(error);
    }
    if (attempt_.daemon) co_return true;
    const DaemonFailure failure = service_.daemon.explainDial(error);
    mayBeUnread();
    co_await fail(error == EAGAIN ? metrics::Failure::busy : metrics::Failure::unreachable, failure.status,
                  failure.sentence);
    co_return false;
}

// Until the final response's head stands, parsed, at the front of `response_`.
// The request's body flows meanwhile.
net::Task<Exchange::Got> Exchange::awaitResponse() {
    net::Stream& daemon = *attempt_.daemon;
    up_.sinkTo(daemon);
    for (bool news = false;;) {
        up_.step();
        if (up_.state() == Flow::State::malformed) {
            attempt_.daemon.reset();
            co_await client_.refuse(record_, http::describe(up_.reason()), request_.facts.head);
            co_return Got::over;
        }
        if (requestBroke()) co_return abandoned(" in the middle of its request");
        const Head head = news ? lookAtHead() : Head::incomplete;
        if (head == Head::final) co_return Got::head;
        if (head == Head::interim) {
            const bool passed = co_await interim();
            if (!passed) co_return abandoned(" before it was answered");
            if (client_.turn.spent(service_.loop)) co_await net::Yield(client_.stream);
            news = !response_.empty();
            continue;
        }
        // A failed sink is no end yet: the daemon may have answered before it stopped reading.
        const std::size_t seen = response_.size();
        const Io got = head == Head::malformed ? Io{Io::Kind::failed} : daemon.receive(response_);
        news = got.kind == Io::Kind::done && http::bringsNews(response_.view(), seen);
        if (got.kind == Io::Kind::done) continue;
        if (got.kind != Io::Kind::wouldBlock) {
            const Got ended = co_await daemonEnded(head, got.error);
            co_return ended;
        }
        if (client_.gone()) co_return abandoned(" before it was answered");
        carryHalfClose();
        if (up_.state() == Flow::State::hasMore)
            co_await net::Yield(client_.stream);
        else
            co_await untilEither(nullptr);
    }
}

Exchange::Head Exchange::lookAtHead() noexcept {
    const http::ParseResult parsed = http::parseResponse(response_.view(), request_.facts, service_.response);
    if (parsed.outcome == http::Outcome::needMore) return Head::incomplete;
    malformed_ = parsed.reason;
    if (parsed.outcome == http::Outcome::rejected) return Head::malformed;
    return service_.response.status >= 200 || service_.response.upgrade ? Head::final : Head::interim;
}

// 1xx: forwarded as it comes (RFC 9110 section 15.2), but not to a client of HTTP/1.0, which knows none.
net::Task<bool> Exchange::interim() {
    const http::ResponseHead& head = service_.response;
    client_.again.clear();
    if (head.status == 100) request_.awaitsContinue = false;
    net::Buffer out(service_.pools.buffers);
    if (request_.http11) out.append({service_.head.data(), http::writeResponse(head, false, service_.head)});
    response_.consume(head.size);
    const bool sent = co_await client_.send(out);
    co_return sent;
}

// Or what it says cannot be understood.
net::Task<Exchange::Got> Exchange::daemonEnded(Head head, int error) {
    if (response_.empty() && !client_.again.empty() && (request_.safe || up_.untouched()))
        co_return Got::retry;
    mayBeUnread();
    if (head == Head::malformed)
        co_await failDaemon("its answer is malformed: " + named(http::describe(malformed_)));
    else if (response_.empty())
        co_await failDaemon("it closed the connection without an answer (" + errorText(error) + ")");
    else
        co_await failDaemon("it closed the connection in the middle of an answer's head (" +
                            errorText(error) + ")");
    co_return Got::over;
}

// ---- And back ------------------------------------------------------------------------------------

// What the response whose head stands parsed in the service's memory means for the exchange; it is
// rewritten at the front of `response_`.
Exchange::Response Exchange::takeResponse() {
    const http::ResponseHead& head = service_.response;
    record_.access.status = head.status;
    Response response;
    response.hijacked = head.upgrade || (head.rawStream && request_.mayHijack);
    response.framing = response.hijacked ? http::Framing{http::Framing::Kind::untilClose, 0} : head.framing;
    const bool untilClose = response.framing.kind == http::Framing::Kind::untilClose;
    if (!response.hijacked) response.masking = maskingOf(head, request_.masking);
    response.mayReuse = head.keepAlive && request_.http11 && !untilClose;
    if (untilClose || service_.draining) client_.keepAlive = false;
    // A client that waited for 100 (Continue) may or may not send its body now: what follows could be either.
    if (request_.awaitsContinue && up_.octets() == 0) client_.keepAlive = false;
    response.headSize = http::writeResponse(head, !client_.keepAlive && !response.hijacked, service_.head);
    response_.replaceFront(head.size, {service_.head.data(), response.headSize});
    return response;
}

std::unique_ptr<mask::EnvMask> Exchange::newMask() const {
    const bool many = request_.masking == policy::Masking::documents;
    return std::make_unique<mask::EnvMask>(many ? mask::Documents::many : mask::Documents::one);
}

// Both bodies flow until the response is complete.
net::Task<> Exchange::stream(Flow& down, bool mayReuse) {
    for (;;) {
        up_.step();
        down.step();
        if (!down.open()) break;
        if (client_.gone() || requestBroke() || up_.state() == Flow::State::malformed) {
            if (up_.state() == Flow::State::malformed)
                record_.note = http::describe(up_.reason()).name;
            else
                clientGone(" in the middle of its answer");
            attempt_.daemon.reset();
            client_.breakOff(); // whoever may still be there must not take what it got for complete
            co_return;
        }
        carryHalfClose();
        if (up_.state() == Flow::State::hasMore || down.state() == Flow::State::hasMore)
            co_await net::Yield(client_.stream);
        else
            co_await untilEither(&down);
    }
    if (down.finished()) {
        if (mayReuse && up_.finished() && !down.overran() && !attempt_.halfClosed)
            service_.daemon.giveBack(std::move(attempt_.daemon));
    } else {
        brokenAnswer(down);
    }
    attempt_.daemon.reset();
}

// The status line is gone already: all that can be said is that what came is not all there is. The framing says
// so; a reset, which may destroy what is still on its way, only where there is none.
void Exchange::brokenAnswer(const Flow& down) {
    client_.keepAlive = false;
    if (down.state() == Flow::State::sinkFailed)
        return clientGone(" in the middle of its answer", down.error());
    if (down.endsWithConnection()) client_.breakOff();
    record_.level = log::Level::err;
    record_.failure =
        down.fault() != mask::Fault::none ? metrics::Failure::notMasked : metrics::Failure::cutAnswer;
    record_.note = down.state() == Flow::State::malformed
                       ? "the daemon's body " + flawOf(down)
                       : "the daemon ended in the middle of its answer (" + errorText(down.error()) + ")";
}

// Bytes both ways until both directions have ended, each by itself: an EOF is carried over as a half-close,
// never invented, and never ends the other direction (`docker run -i` half-closes and keeps reading).
net::Task<> Exchange::tunnel(Flow& down) {
    const metrics::Held open(record_.counters(), &metrics::Counters::tunnels);
    net::Stream& daemon = *attempt_.daemon;
    client_.keepAlive = false;
    bool upEnded = false;
    bool downEnded = false;
    attempt_.endLooked = true; // the flow upward carries it
    up_.becomeRaw(std::move(client_.input));
    for (;;) {
        up_.step();
        down.step();
        if (up_.finished() && !std::exchange(upEnded, true)) daemon.shutdownWrite();
        if (down.finished() && !std::exchange(downEnded, true)) client_.stream.shutdownWrite();
        if (tunnelIsOver(down)) break;
        if (up_.state() == Flow::State::hasMore || down.state() == Flow::State::hasMore)
            co_await net::Yield(client_.stream);
        else
            co_await untilEither(&down);
    }
    if (down.state() == Flow::State::sourceFailed)
        record_.note =
            "the daemon ended the stream without reading all input (" + errorText(down.error()) + ")";
    else if (!down.finished() || up_.state() == Flow::State::sourceFailed)
        clientGone(" during the stream", down.error());
    attempt_.daemon.reset();
}

// Half-closed or wholly gone? A daemon keeps an attach until both its directions are shut, so once our client is
// gone for good, so are we.
bool Exchange::tunnelIsOver(const Flow& down) const noexcept {
    if (!up_.open() && !down.open()) return true;
    if (down.state() == Flow::State::sinkFailed || down.state() == Flow::State::sourceFailed) return true;
    if (up_.state() == Flow::State::sourceFailed) return true;
    if (client_.gone() && !up_.open()) return true;
    return attempt_.daemon->is(net::closed) && !down.open();
}

net::Wait Exchange::untilEither(const Flow* down) noexcept {
    net::Stream& daemon = *attempt_.daemon;
    unsigned ofClient = up_.ofSource();
    unsigned ofDaemon = up_.ofSink() | (down != nullptr ? down->ofSource() : net::Stream::canReceive);
    if (down != nullptr) ofClient |= down->ofSink();
    if (!up_.open() && !attempt_.endLooked) ofClient |= net::readClosed;
    if (!client_.gone()) ofClient |= net::closed;
    if (!daemon.is(net::closed)) ofDaemon |= net::closed;
    return net::Wait(client_.stream, static_cast<net::Events>(ofClient), daemon,
                     static_cast<net::Events>(ofDaemon))
        .behindOthers(up_.movesMasses() || (down != nullptr && down->movesMasses()));
}

// A client that has sent its request and ends its direction may be waiting for the answer or may be
// gone: TCP does not tell. The daemon would see the same EOF if we were not here, so it is shown it,
// and decides (it cancels streams).
void Exchange::carryHalfClose() {
    if (attempt_.endLooked || up_.open() || !client_.stream.is(net::readClosed)) return;
    attempt_.endLooked = true;
    if (!up_.finished() || !client_.input.empty() || !client_.stream.atEnd()) return; // requests are waiting
    attempt_.daemon->shutdownWrite();
    attempt_.halfClosed = true;
    client_.keepAlive = false;
}

// ---- What is told --------------------------------------------------------------------------------

bool Exchange::requestBroke() noexcept {
    return up_.state() == Flow::State::cut || up_.state() == Flow::State::sourceFailed;
}

void Exchange::clientGone(std::string_view where, int error) {
    record_.note = client_.howItEnded(where, error != 0 ? error : up_.error());
    client_.keepAlive = false;
}

// Nobody is left to be answered.
Exchange::Got Exchange::abandoned(std::string_view where) {
    clientGone(where);
    attempt_.daemon.reset();
    record_.write();
    return Got::over;
}

// A body that has not been read to its end: what comes next on this connection would be the rest of it.
void Exchange::mayBeUnread() noexcept {
    if (!up_.received()) client_.keepAlive = false;
}

net::Task<> Exchange::fail(metrics::Failure failure, int status, std::string_view sentence) {
    record_.failure = failure;
    record_.level = log::Level::err;
    record_.note = sentence;
    co_await client_.say(record_, status, messageBody(sentence), request_.facts.head);
    record_.write();
}

net::Task<> Exchange::failDaemon(std::string how) {
    attempt_.daemon.reset();
    co_await fail(metrics::Failure::noAnswer, 502,
                  "the Docker daemon at " + service_.daemon.socketPath() +
                      " did not answer properly: " + std::move(how));
}

// Nothing of the daemon's answer has been passed, and nothing will be.
net::Task<> Exchange::withhold(mask::Fault why) {
    attempt_.daemon.reset();
    mayBeUnread();
    co_await fail(metrics::Failure::notMasked, 502, named(mask::describe(why)));
}

} // namespace proxy::relay
