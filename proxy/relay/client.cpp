#include "proxy/relay/client.h"

#include <cstring>
#include <sys/socket.h>

namespace proxy::relay {

namespace {

// Of what nobody wants; beyond, nothing more is read.
constexpr std::uint64_t mostDiscarded = 1024 * 1024;

// As many periods as an idle connection may last: an hour, by the contract's times.
constexpr int mostLingering = 1800;

} // namespace

// ---- What we say --------------------------------------------------------------------------------

net::Task<> Client::say(Record& record, int status, std::string_view body, bool toHead,
                        std::string_view type) {
    net::Buffer out(service_.pools.buffers);
    record.access.status = status;
    record.access.sent = write({status, body, toHead, !keepAlive, type}, out);
    const bool taken = co_await sendOwn(out);
    if (taken) co_return;
    record.note = stream.is(net::timedOut) ? "the client did not take the answer in time"
                                           : howItEnded(" before it had its answer", 0);
    stream.disarm();
    breakOff();
}

net::Task<bool> Client::sayContinue() {
    net::Buffer out(service_.pools.buffers);
    out.append("HTTP/1.1 100 Continue\r\n\r\n");
    const bool taken = co_await sendOwn(out);
    co_return taken;
}

net::Task<> Client::refuse(Record& record, const http::RejectInfo& why, bool toHead) {
    record.access.verdict = "reject";
    record.access.rule = why.name;
    record.level = log::Level::notice;
    keepAlive = false;
    const std::string body = messageBody(std::string(why.sentence) + " (" + std::string(why.name) + ")");
    co_await say(record, why.status, body, toHead);
    record.write();
}

net::Task<bool> Client::send(net::Buffer& bytes) {
    while (!bytes.empty()) {
        const net::Io sent = stream.send(bytes.view());
        if (sent.kind == net::Io::Kind::failed) co_return false;
        bytes.consume(sent.octets);
        if (bytes.empty()) break;
        co_await net::Wait(stream, net::Stream::canSend);
    }
    co_return true;
}

// What the daemon says may take as long as it takes; for what we say the client has the patience of a head: one
// that asks for denials and reads none would be kept for ever.
net::Task<bool> Client::sendOwn(net::Buffer& bytes) {
    while (!bytes.empty()) {
        const net::Io sent = stream.send(bytes.view());
        if (sent.kind == net::Io::Kind::failed) co_return false;
        bytes.consume(sent.octets);
        if (bytes.empty()) break;
        stream.arm(service_.headTime);
        co_await net::Wait(stream, net::Stream::canSend | net::timedOut);
        if (stream.is(net::timedOut)) co_return false;
        stream.disarm();
    }
    co_return true;
}

// ---- How it ends --------------------------------------------------------------------------------

void Client::startDiscarding(Flow& body) {
    const http::RequestHead& head = service_.request;
    // A client that waits for 100 (Continue) may or may not send its body now: what follows could be either.
    const bool announcedOnly = head.expectContinue && input.size() == head.size;
    const bool tooLarge = head.framing.kind == http::Framing::Kind::length &&
                          head.framing.length > mostDiscarded &&
                          head.framing.length > input.size() - head.size;
    if (announcedOnly || tooLarge) keepAlive = false;
    input.consume(head.size);
    if (input.empty()) return;
    net::Buffer begun = std::move(input);
    if (!body.begin(std::move(begun), 0)) keepAlive = false;
}

net::Task<> Client::discard(Flow& body) {
    body.discardRest();
    stream.arm(service_.headTime);
    for (;;) {
        body.step();
        if (!body.open() || body.octets() > mostDiscarded || stream.is(net::timedOut)) break;
        if (body.state() == Flow::State::hasMore)
            co_await net::Yield(stream);
        else
            co_await net::Wait(stream, net::Stream::canReceive | net::timedOut)
                .behindOthers(body.movesMasses());
    }
    stream.disarm();
    if (!body.finished()) keepAlive = false;
}

// RFC 9112 section 9.6: closing a socket with unread octets, or one that more octets reach, makes the kernel
// answer with a reset, which overtakes and destroys what the client has not taken yet. So our direction is ended
// first, and what still comes is read away: within a bound, and for as long as the client sends or takes
// something within each period.
net::Task<> Client::close() {
    input.release();
    if (broken_ || gone() || stream.atEnd()) co_return;
    stream.shutdownWrite();
    Flow rest(stream, {http::Framing::Kind::untilClose, 0}, service_.pools, nullptr);
    std::size_t untaken = stream.untaken();
    std::uint64_t seen = 0;
    for (int period = 0; period < mostLingering; ++period) {
        const bool ended = co_await readAway(rest);
        if (ended) co_return;
        const std::size_t left = stream.untaken();
        if (left >= untaken && rest.octets() == seen) co_return;
        untaken = left;
        seen = rest.octets();
    }
}

// Until the client ends: true; or until a period is over.
net::Task<bool> Client::readAway(Flow& rest) {
    stream.arm(service_.lingerTime);
    while (!stream.is(net::timedOut)) {
        if (rest.octets() <= mostDiscarded) rest.step();
        if (!rest.open() || gone()) co_return true;
        if (rest.octets() > mostDiscarded)
            co_await net::Wait(stream, net::closed | net::timedOut);
        else if (rest.state() == Flow::State::hasMore)
            co_await net::Yield(stream);
        else
            co_await net::Wait(stream, net::Stream::canReceive | net::timedOut)
                .behindOthers(rest.movesMasses());
    }
    stream.disarm();
    co_return false;
}

void Client::breakOff() noexcept {
    stream.resetOnClose();
    keepAlive = false;
    broken_ = true;
}

void Client::abort() noexcept {
    aborted_ = true;
    ::shutdown(stream.number(), SHUT_RDWR);
}

std::string Client::howItEnded(std::string_view where, int error) {
    if (aborted_) return "our shutdown cut it off: SHUTDOWN_GRACE is over";
    if (error == 0) error = stream.takeError();
    return "the client went away" + std::string(where) + " (" +
           (error == 0 ? "end of stream" : std::strerror(error)) + ")";
}

} // namespace proxy::relay
