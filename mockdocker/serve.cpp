#include "mockdocker/serve.h"

#include "mockdocker/faults/perform.h"
#include "mockdocker/routes/route.h"
#include "mockdocker/state/json.h"
#include "mockdocker/wire/exchange.h"

#include <algorithm>
#include <optional>

namespace mockdocker {
namespace {

constexpr std::size_t longestHead = (1 << 20) + 4096; // net/http DefaultMaxHeaderBytes and its slop
constexpr int lingerMilliseconds = 500;               // net/http rstAvoidanceDelay

/// The ids of the faults of one group, with blanks between them.
std::string idsOf(const FaultScript::Taken& faults, bool (*isOfGroup)(FaultKind)) {
    std::string ids;
    for (const auto& fault : faults)
        if (isOfGroup(fault->fault.kind))
            ids.append(ids.empty() ? "" : " ").append(std::to_string(fault->id));
    return ids;
}

/// The conversation on one connection.
class Conversation {
public:
    Conversation(Connection& connection, std::shared_ptr<RecordedConnection> record, const Services& services)
        : connection_(connection)
        , record_(std::move(record))
        , services_(services) {}

    void run() {
        while (next()) {
        }
        linger();
    }

private:
    bool next();
    std::size_t readHead();
    void refuse(const Refusal& refusal);
    bool answer();
    bool respond(Exchange& exchange, const FaultScript::Taken& faults);
    void note(bool complete, const std::string& refusal);
    void linger();

    Connection& connection_;
    std::shared_ptr<RecordedConnection> record_;
    const Services& services_;
    Request request_;
    std::shared_ptr<RecordedRequest> current_;
    std::string lastMethod_;
    bool reset_ = false;
};

// The head's size, or 0 when the connection ended, or the head is too long.
std::size_t Conversation::readHead() {
    if (lastMethod_ == "POST") { // net/http: "RFC 7230 section 3 tolerance for old buggy clients"
        while (connection_.buffered().starts_with('\r') || connection_.buffered().starts_with('\n'))
            connection_.consume(1);
    }
    while (true) {
        if (const std::size_t size = headSize(connection_.buffered())) return size;
        if (connection_.buffered().size() > longestHead || !connection_.fill()) return 0;
    }
}

void Conversation::note(bool complete, const std::string& refusal) {
    services_.recorder.update([&] {
        current_ = services_.recorder.addRequest(*record_);
        current_->method = request_.method;
        current_->target = request_.target;
        current_->head = request_.head;
        current_->complete = complete;
        current_->refusal = refusal;
    });
}

void Conversation::refuse(const Refusal& refusal) {
    note(false, refusal.statusLine);
    services_.recorder.update(
        [&] { current_->status = std::atoi(refusal.statusLine.c_str()); }); // NOLINT(cert-err34-c)
    connection_.send("HTTP/1.1 " + refusal.statusLine +
                     "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" +
                     refusal.body);
}

bool Conversation::next() {
    const std::size_t size = readHead();
    if (size == 0) {
        const std::string rest(connection_.buffered());
        if (rest.size() > longestHead)
            refuse({"431 Request Header Fields Too Large", "431 Request Header Fields Too Large"});
        services_.recorder.update([&] { record_->stray = rest.substr(0, longestHead); });
        return false;
    }
    request_ = Request{};
    const auto refusal = parseRequest(connection_.buffered().substr(0, size), request_);
    connection_.consume(size);
    lastMethod_ = request_.method;
    if (refusal) {
        refuse(*refusal);
        return false;
    }
    note(!request_.chunked && request_.length == 0, {});
    return answer();
}

bool Conversation::answer() {
    const auto faults = services_.script.take(request_);
    Exchange exchange(connection_, services_.recorder, current_, request_);
    for (const auto group : {isFlow, replacesAnswer}) {
        const std::string ids = idsOf(faults, group);
        if (ids.find(' ') == std::string::npos) continue;
        exchange.reply(
            500,
            json::object({{"message", json::quote("mockdocker: faults " + ids + " do not combine")}}) + "\n");
        return exchange.end();
    }
    std::optional<FaultValve> valve;
    for (const auto& fault : faults)
        if (isFlow(fault->fault.kind)) valve.emplace(services_.script, connection_, fault);
    connection_.setValve(valve ? &*valve : nullptr);
    const bool keep = respond(exchange, faults);
    connection_.setValve(nullptr);
    return keep;
}

bool Conversation::respond(Exchange& exchange, const FaultScript::Taken& faults) {
    const Fault* instead = nullptr;
    for (const auto& fault : faults) {
        applyStyle(fault->fault, exchange.style());
        if (replacesAnswer(fault->fault.kind)) instead = &fault->fault;
        if (fault->fault.kind == FaultKind::die) {
            services_.die();
            return false;
        }
    }
    if (instead == nullptr) {
        dispatch(exchange, services_.world, services_.identity);
        return exchange.end();
    }
    perform(*instead, exchange);
    const bool keep = exchange.end();
    reset_ = instead->then == Then::reset;
    if (reset_) connection_.stop(true);
    return keep && instead->then == Then::keep;
}

// An orderly end: our FIN, then what the peer still sends is read, so that it does not see a reset.
void Conversation::linger() {
    const bool ours = connection_.peerEnd() == PeerEnd::open;
    if (!connection_.stopped() && ours) {
        connection_.closeWrite();
        connection_.consume(connection_.buffered().size());
        while (connection_.fillWithin(lingerMilliseconds)) connection_.consume(connection_.buffered().size());
    }
    const PeerEnd peer = connection_.peerEnd();
    services_.recorder.update([&] {
        if (record_->end != End::open) return; // stop() or die() came first
        record_->end = ours ? End::closed : peer == PeerEnd::reset ? End::reset : End::eof;
    });
}

} // namespace

void serve(Connection& connection, const std::shared_ptr<RecordedConnection>& record,
           const Services& services) {
    Conversation(connection, record, services).run();
}

} // namespace mockdocker
