#include "proxy/relay/connection.h"

#include "proxy/log/quote.h"
#include "proxy/policy/explain.h"

#include <Poco/Net/HTTPResponse.h>

#include <cstring>
#include <sys/socket.h>

namespace proxy::relay {

namespace {

using net::Io;

constexpr std::size_t mostResent = 16 * 1024; // a larger request is not kept for a second attempt
constexpr std::size_t mostKept = 4 * 1024;    // of that memory, from one exchange to the next
constexpr std::uint64_t mostDiscarded =
    1024 * 1024;                      // of a body nobody wants; beyond, the connection is closed
constexpr int mostDialAttempts = 500; // every 20 ms: 10 s

bool isSafe(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

std::string messageBody(std::string_view sentence) {
    std::string body = R"({"message":)";
    log::appendJson(body, "docker-socket-proxy: " + std::string(sentence));
    body += "}\n";
    return body;
}

std::string errorText(int error) {
    return error == 0 ? std::string("end of stream") : std::strerror(error);
}

} // namespace

Connection::Connection(Service& service, net::Fd fd, std::string peer)
    : service_(service)
    , client_(service.loop, std::move(fd))
    , input_(service.pools.buffers)
    , peer_(std::move(peer)) {}

void Connection::abort() noexcept {
    ::shutdown(client_.number(), SHUT_RDWR);
}

// ---- The life of a connection --------------------------------------------------------------------

net::Task<> Connection::run() {
    // Not `while (keepAlive_ && co_await readHead())`: g++ 12 compiles a co_await behind && into a trap.
    while (keepAlive_) {
        const bool complete = co_await readHead();
        if (!complete) break;
        co_await answer();
    }
    if (lingers_) co_await linger();
}

net::Task<> Connection::turnAway(std::size_t limit) {
    keepAlive_ = false;
    access_ = {};
    access_.verdict = "reject";
    access_.rule = "connection.limit";
    begun_ = service_.loop.now();
    lingers_ = true;
    co_await fail(
        503,
        "all " + std::to_string(limit) +
            " connections are in use; raise MAX_CONNECTIONS (and the limit of open files) or use fewer",
        false);
    co_await linger();
}

net::Task<bool> Connection::readHead() {
    enum class Armed : std::uint8_t { none, idle, head } armed = Armed::none;
    bool news = !input_.empty();
    for (;;) {
        if (news) {
            const http::ParseResult parsed = http::parseRequest(input_.view(), service_.request);
            if (parsed.outcome == http::Outcome::complete) {
                client_.disarm();
                begun_ = service_.loop.now();
                co_return true;
            }
            if (parsed.outcome == http::Outcome::rejected) {
                begin({}, {}, {});
                co_await reject(parsed.reason);
                co_return false;
            }
        }
        const std::size_t seen = input_.size();
        const Io got = client_.receive(input_);
        if (got.kind == Io::Kind::done) {
            // Only a line's end can complete or spoil a head that was fine so far: a head that drips in octet
            // by octet is not parsed anew for each of them.
            const std::string_view fresh = input_.view().substr(seen);
            news =
                seen == 0 || input_.size() >= http::maxHeadSize || fresh.find('\n') != std::string_view::npos;
            continue;
        }
        news = false;
        if (got.kind != Io::Kind::wouldBlock || (input_.empty() && service_.draining)) {
            client_.disarm();
            co_return false;
        }
        if (input_.empty() && armed != Armed::idle) {
            client_.arm(service_.idleTime);
            armed = Armed::idle;
        } else if (!input_.empty() && armed != Armed::head) {
            client_.arm(service_.headTime);
            armed = Armed::head;
        }
        co_await net::Wait(client_, net::Stream::canReceive | net::timedOut | net::woken);
        client_.clear(net::woken);
        if (!client_.is(net::timedOut)) continue;
        client_.disarm();
        if (!input_.empty()) {
            begin({}, {}, {});
            co_await refuse(408, "request.head.timeout",
                            "the request's head was not complete after 10 seconds");
        }
        co_return false;
    }
}

net::Task<> Connection::answer() {
    http::RequestHead& head = service_.request;
    begin(head.method, head.path, head.query);
    keepAlive_ = head.keepAlive && head.http11 && !service_.draining;

    std::string_view path;
    const http::Reject reason = http::decodePath(head.path, service_.path, path);
    if (reason != http::Reject::none) {
        co_await reject(reason);
        co_return;
    }
    const policy::Verdict verdict = service_.policy.decide(head.method, path);
    access_.operation = verdict.operation != nullptr ? verdict.operation->id : "-";
    access_.rule = policy::facts(verdict.rule).name;
    if (!verdict.allowed) {
        co_await deny(verdict);
        co_return;
    }
    access_.verdict = "allow";

    Exchange exchange;
    exchange.framing = head.framing;
    exchange.mayHijack = verdict.operation != nullptr && verdict.operation->hijack;
    // What follows an upgrade is not judged any more, so none is offered but where the daemon is known to
    // hijack: a daemon that upgraded any path to h2c would otherwise serve everything to whoever is granted
    // anything.
    if (!exchange.mayHijack) http::withdrawUpgrade(head);
    exchange.facts = {head.method == "HEAD", head.upgrade};
    exchange.http11 = head.http11;
    exchange.awaitsContinue = head.expectContinue && head.framing.kind != http::Framing::Kind::none;
    exchange.safe = isSafe(head.method);
    // Rewritten in place, in front of whatever came behind the head: both leave in one write.
    const std::size_t size = http::writeRequest(head, service_.head);
    net::Buffer request = std::move(input_);
    request.replaceFront(head.size, {service_.head.data(), size});
    co_await forward(exchange, std::move(request), size);
}

// ---- Answers of our own --------------------------------------------------------------------------

net::Task<> Connection::reject(http::Reject reason) {
    const http::RejectInfo& info = http::describe(reason);
    co_await refuse(info.status, info.name, info.sentence);
}

net::Task<> Connection::refuse(int status, std::string_view name, std::string_view sentence) {
    access_.verdict = "reject";
    access_.rule = name;
    keepAlive_ = false;
    lingers_ = true;
    co_await say(status, messageBody(std::string(sentence) + " (" + std::string(name) + ")"), false);
    logRequest(log::Level::notice);
}

net::Task<> Connection::deny(policy::Verdict verdict) {
    const http::RequestHead& head = service_.request;
    access_.verdict = "deny";
    const bool isHead = head.method == "HEAD";
    Flow body(client_, head.framing, service_.pools, &input_);
    const bool announcedOnly = head.expectContinue && input_.size() == head.size;
    const bool tooLarge =
        head.framing.kind == http::Framing::Kind::length && head.framing.length > mostDiscarded;
    if (announcedOnly || tooLarge) {
        // A client that waits for 100 (Continue) may or may not send its body now: what follows could be
        // either.
        keepAlive_ = false;
        lingers_ = true;
    }
    std::array<char, policy::maxDenialSize> message; // NOLINT: filled by writeDenial
    const std::string_view text = policy::writeDenial(verdict, head.method, head.path, message);
    input_.consume(head.size);
    bool valid = true;
    if (!input_.empty()) {
        net::Buffer begun = std::move(input_);
        valid = body.begin(std::move(begun), 0);
    }
    if (!valid) {
        keepAlive_ = false;
        lingers_ = true;
    }
    co_await say(403, text, isHead);
    logRequest(log::Level::notice);
    if (keepAlive_) co_await discard(body);
}

net::Task<> Connection::fail(int status, std::string_view sentence, bool head) {
    note_ = sentence;
    co_await say(status, messageBody(sentence), head);
    logRequest(log::Level::err);
}

net::Task<> Connection::say(int status, std::string_view body, bool head) {
    access_.status = status;
    const auto& reason =
        Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
    net::Buffer out(service_.pools.buffers);
    out.append("HTTP/1.1 ");
    out.append(std::to_string(status));
    out.append(" ");
    out.append(reason);
    out.append("\r\nContent-Type: application/json\r\nContent-Length: ");
    out.append(std::to_string(body.size()));
    out.append(keepAlive_ ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
    if (!head) {
        out.append(body);
        access_.sent = body.size();
    }
    if (!co_await send(out)) keepAlive_ = false;
}

net::Task<bool> Connection::send(net::Buffer& bytes) {
    while (!bytes.empty()) {
        const Io sent = client_.send(bytes.view());
        if (sent.kind == Io::Kind::failed) co_return false;
        bytes.consume(sent.octets);
        if (bytes.empty()) break;
        co_await net::Wait(client_, net::Stream::canSend);
    }
    co_return true;
}

net::Task<> Connection::discard(Flow& body) {
    body.discardRest();
    client_.arm(service_.headTime);
    for (;;) {
        body.step();
        if (!body.open() || body.octets() > mostDiscarded || client_.is(net::timedOut)) break;
        if (body.state() == Flow::State::hasMore)
            co_await net::Yield(client_);
        else
            co_await net::Wait(client_, net::Stream::canReceive | net::timedOut);
    }
    client_.disarm();
    if (body.finished()) co_return;
    keepAlive_ = false;
    lingers_ = true;
}

// Closing a socket with unread bytes makes the kernel send a reset, which may overtake, and destroy, the
// answer. So they are read, but not for ever; past that, the client is left the time to take the answer
// before the reset.
net::Task<> Connection::linger() {
    client_.shutdownWrite();
    client_.arm(service_.lingerTime);
    Flow rest(client_, {http::Framing::Kind::untilClose, 0}, service_.pools, nullptr);
    for (;;) {
        rest.step();
        if (!rest.open() || client_.is(net::timedOut)) break;
        if (rest.octets() > mostDiscarded)
            co_await net::Wait(client_, net::closed | net::timedOut);
        else if (rest.state() == Flow::State::hasMore)
            co_await net::Yield(client_);
        else
            co_await net::Wait(client_, net::Stream::canReceive | net::timedOut);
        if (rest.octets() > mostDiscarded) break;
    }
}

// ---- Through to the daemon -----------------------------------------------------------------------

net::Task<> Connection::forward(Exchange exchange, net::Buffer request, std::size_t headSize) {
    Flow up(client_, exchange.framing, service_.pools, &input_);
    if (!up.begin(std::move(request), headSize)) {
        co_await reject(up.reason());
        co_return;
    }
    halfClosed_ = endLooked_ = false;
    net::Buffer response(service_.pools.buffers);
    Got got = Got::retry;
    for (bool fresh = false; got == Got::retry; fresh = true) {
        if (fresh) up.resend(again_);
        if (!co_await connect(fresh, up, exchange.facts.head)) co_return;
        got = co_await awaitResponse(exchange, up, response);
    }
    if (again_.capacity() > mostKept) std::string().swap(again_);
    if (got != Got::head) {
        daemon_.reset();
        if (got == Got::clientGone) logRequest(level_);
        co_return;
    }

    const http::ResponseHead& head = service_.response;
    access_.status = head.status;
    const bool hijacked = head.upgrade || (head.rawStream && exchange.mayHijack);
    const bool untilClose = head.framing.kind == http::Framing::Kind::untilClose;
    if (untilClose || service_.draining) keepAlive_ = false;
    if (exchange.awaitsContinue && up.octets() == 0) {
        // A client that waited for 100 (Continue) may or may not send its body now: what follows could be
        // either.
        keepAlive_ = false;
        lingers_ = true;
    }
    const bool mayReuse = head.keepAlive && exchange.http11 && !untilClose;
    const http::Framing framing = hijacked ? http::Framing{http::Framing::Kind::untilClose, 0} : head.framing;
    const std::size_t size = http::writeResponse(head, !keepAlive_ && !hijacked, service_.head);
    response.replaceFront(head.size, {service_.head.data(), size});
    Flow down(*daemon_, framing, service_.pools, nullptr);
    down.sinkTo(client_);
    if (!down.begin(std::move(response), size)) {
        daemon_.reset();
        keepAlive_ = false;
        lingers_ = true;
        co_await failDaemon(std::string("its answer is malformed: ") +
                                std::string(http::describe(down.reason()).name),
                            exchange.facts.head);
        co_return;
    }
    if (hijacked)
        co_await tunnel(up, down);
    else
        co_await stream(up, down, mayReuse);
    access_.received = up.octets();
    access_.sent = down.octets();
    logRequest(level_);
    // The rest of a body that the daemon did not want must never be read as the next request.
    if (keepAlive_ && !up.finished()) co_await discard(up);
}

// Takes a pooled connection, or dials; when the daemon cannot be had, the client is told.
net::Task<bool> Connection::connect(bool fresh, const Flow& up, bool head) {
    again_.clear();
    daemon_ = fresh ? nullptr : service_.daemon.takeIdle();
    if (daemon_) {
        // Only a pooled connection can turn out to have died before it was used: only for it the request is
        // kept.
        if (up.received() && up.unsent().size() <= mostResent) again_ = up.unsent();
        co_return true;
    }
    int error = EAGAIN;
    for (int attempt = 0; !daemon_ && error == EAGAIN && attempt < mostDialAttempts; ++attempt) {
        if (attempt > 0) {
            client_.arm(service_.retryTime);
            co_await net::Wait(client_, net::timedOut | net::closed);
            client_.disarm();
            if (client_.is(net::closed)) {
                clientGone("the client went away");
                logRequest(level_);
                co_return false;
            }
        }
        daemon_ = service_.daemon.dial(error);
    }
    if (daemon_) co_return true;
    const DaemonFailure failure = service_.daemon.explainDial(error);
    if (!up.received()) {
        keepAlive_ = false;
        lingers_ = true;
    }
    co_await fail(failure.status, failure.sentence, head);
    co_return false;
}

// Until the final response's head stands, parsed, at the front of `response`. The request's body flows
// meanwhile.
net::Task<Connection::Got> Connection::awaitResponse(Exchange& exchange, Flow& up, net::Buffer& response) {
    up.sinkTo(*daemon_);
    for (;;) {
        up.step();
        if (up.state() == Flow::State::malformed) {
            co_await reject(up.reason());
            co_return Got::failed;
        }
        if (up.state() == Flow::State::cut || up.state() == Flow::State::sourceFailed) {
            clientGone("the client ended in the middle of its request");
            co_return Got::clientGone;
        }
        // A failed sink is no end yet: the daemon may have answered before it stopped reading.
        const Io got = daemon_->receive(response);
        if (got.kind == Io::Kind::done) {
            for (;;) {
                const http::ParseResult parsed =
                    http::parseResponse(response.view(), exchange.facts, service_.response);
                if (parsed.outcome == http::Outcome::needMore) break;
                if (parsed.outcome == http::Outcome::rejected) {
                    refuseUnread(up);
                    co_await failDaemon(
                        "its answer is malformed: " + std::string(http::describe(parsed.reason).sentence) +
                            " (" + std::string(http::describe(parsed.reason).name) + ")",
                        exchange.facts.head);
                    co_return Got::failed;
                }
                if (service_.response.status >= 200 || service_.response.upgrade) co_return Got::head;
                again_.clear();
                exchange.awaitsContinue = false;
                if (!co_await interim(exchange.http11, response)) {
                    clientGone("the client went away");
                    co_return Got::clientGone;
                }
                if (response.empty()) break;
            }
            continue;
        }
        if (got.kind != Io::Kind::wouldBlock) {
            if (response.empty() && !again_.empty() && (exchange.safe || up.untouched()))
                co_return Got::retry;
            refuseUnread(up);
            co_await failDaemon((response.empty()
                                     ? "it closed the connection without an answer ("
                                     : "it closed the connection in the middle of an answer's head (") +
                                    errorText(got.error) + ")",
                                exchange.facts.head);
            co_return Got::failed;
        }
        if (client_.is(net::closed)) {
            clientGone("the client went away");
            co_return Got::clientGone;
        }
        carryHalfClose(up);
        if (up.state() == Flow::State::hasMore)
            co_await net::Yield(client_);
        else
            co_await untilEither(up, nullptr);
    }
}

// 1xx: forwarded as it comes (RFC 9110 section 15.2), but not to a client of HTTP/1.0, which knows none.
net::Task<bool> Connection::interim(bool http11, net::Buffer& response) {
    const http::ResponseHead& head = service_.response;
    net::Buffer out(service_.pools.buffers);
    if (http11) out.append({service_.head.data(), http::writeResponse(head, false, service_.head)});
    response.consume(head.size);
    co_return co_await send(out);
}

// Both bodies flow until the response is complete.
net::Task<> Connection::stream(Flow& up, Flow& down, bool mayReuse) {
    for (;;) {
        up.step();
        down.step();
        if (!down.open()) break;
        if (client_.is(net::closed) || up.state() == Flow::State::cut ||
            up.state() == Flow::State::sourceFailed || up.state() == Flow::State::malformed) {
            clientGone(up.state() == Flow::State::malformed
                           ? http::describe(up.reason()).name
                           : std::string_view("the client went away in the middle"));
            daemon_.reset();
            breakOff(); // whoever may still be there must not take what it got for complete
            co_return;
        }
        carryHalfClose(up);
        if (up.state() == Flow::State::hasMore || down.state() == Flow::State::hasMore)
            co_await net::Yield(client_);
        else
            co_await untilEither(up, &down);
    }
    if (down.finished()) {
        if (mayReuse && up.finished() && !down.overran() && !halfClosed_)
            service_.daemon.giveBack(std::move(daemon_));
        daemon_.reset();
        if (!keepAlive_ && !up.finished()) lingers_ = true;
        co_return;
    }
    keepAlive_ = false;
    daemon_.reset();
    if (down.state() == Flow::State::sinkFailed) {
        clientGone("the client went away in the middle");
        co_return;
    }
    // The status line is gone already: all that can be said is that what came is not all there is. The
    // framing says so; a reset, which may destroy what is still on its way, only where there is none.
    if (down.endsWithConnection())
        breakOff();
    else
        lingers_ = true;
    level_ = log::Level::err;
    note_ = down.state() == Flow::State::malformed
                ? "the daemon's body is malformed: " + std::string(http::describe(down.reason()).name)
                : "the daemon ended in the middle of its answer (" + errorText(down.error()) + ")";
}

// Bytes both ways until both directions have ended, each by itself: an EOF is carried over as a half-close,
// never invented, and never ends the other direction (facts: `docker run -i` half-closes and keeps reading).
net::Task<> Connection::tunnel(Flow& up, Flow& down) {
    keepAlive_ = false;
    bool upEnded = false;
    bool downEnded = false;
    endLooked_ = true; // the flow upward carries it
    up.becomeRaw(std::move(input_));
    for (;;) {
        up.step();
        down.step();
        if (up.finished() && !std::exchange(upEnded, true)) daemon_->shutdownWrite();
        if (down.finished() && !std::exchange(downEnded, true)) client_.shutdownWrite();
        if (!up.open() && !down.open()) break;
        if (down.state() == Flow::State::sinkFailed || up.state() == Flow::State::sourceFailed) break;
        if (down.state() == Flow::State::sourceFailed) break;
        // Half-closed or wholly gone? A daemon keeps an attach until both its directions are shut, so once
        // our client is gone for good, so are we.
        if (client_.is(net::closed) && !up.open()) break;
        if (daemon_->is(net::closed) && !down.open()) break;
        if (up.state() == Flow::State::hasMore || down.state() == Flow::State::hasMore)
            co_await net::Yield(client_);
        else
            co_await untilEither(up, &down);
    }
    // Mostly a process that ended with input unread. Its output must arrive, so what the client still sends
    // is read while it takes the rest: a reset would destroy that.
    if (down.state() == Flow::State::sourceFailed)
        note_ = "the daemon ended the stream without reading all input (" + errorText(down.error()) + ")";
    lingers_ = !up.finished();
    daemon_.reset();
}

net::Wait Connection::untilEither(const Flow& up, const Flow* down) noexcept {
    unsigned ofClient = up.ofSource();
    unsigned ofDaemon = up.ofSink() | (down != nullptr ? down->ofSource() : net::Stream::canReceive);
    if (down != nullptr) ofClient |= down->ofSink();
    if (!up.open() && !endLooked_) ofClient |= net::readClosed;
    if (!client_.is(net::closed)) ofClient |= net::closed;
    if (!daemon_->is(net::closed)) ofDaemon |= net::closed;
    return {client_, static_cast<net::Events>(ofClient), *daemon_, static_cast<net::Events>(ofDaemon)};
}

// A client that has sent its request and ends its direction may be waiting for the answer or may be gone: TCP
// does not tell. The daemon would see the same EOF if we were not here, so it is shown it, and decides (it
// cancels streams).
void Connection::carryHalfClose(const Flow& up) {
    if (endLooked_ || up.open() || !client_.is(net::readClosed)) return;
    endLooked_ = true;
    if (!up.finished() || !input_.empty() || !client_.atEnd()) return; // further requests are waiting
    daemon_->shutdownWrite();
    halfClosed_ = true;
    keepAlive_ = false;
}

// ---- What is told --------------------------------------------------------------------------------

void Connection::begin(std::string_view method, std::string_view path, std::string_view query) {
    access_ = {};
    level_ = log::Level::info;
    note_.clear();
    method_ = method.substr(0, 32);
    log::loggedTarget(path, query, target_);
    begun_ = service_.loop.now();
}

// Ends the connection by a reset: nothing else tells the client that it did not get all there is.
void Connection::breakOff() {
    client_.resetOnClose();
    lingers_ = false;
}

void Connection::clientGone(std::string_view how) {
    note_ = how;
    keepAlive_ = false;
}

// The body of the request has not been read to its end: what comes next on this connection would be the rest
// of it.
void Connection::refuseUnread(const Flow& up) {
    if (up.received()) return;
    keepAlive_ = false;
    lingers_ = true;
}

net::Task<> Connection::failDaemon(std::string how, bool head) {
    daemon_.reset();
    co_await fail(502,
                  "the Docker daemon at " + service_.daemon.socketPath() + " did not answer properly: " + how,
                  head);
}

void Connection::logRequest(log::Level level) {
    if (!service_.log.enabled(level)) return;
    access_.client = peer_;
    access_.method = method_;
    access_.target = target_;
    access_.note = note_;
    access_.duration = std::chrono::duration_cast<std::chrono::microseconds>(service_.loop.now() - begun_);
    service_.log.access(level, access_);
}

} // namespace proxy::relay
