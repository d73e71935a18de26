// The step between a request's head and its exchange, on a door that is guarded: what is judged is judged, and what
// is judged by its body is received whole, before an octet of it reaches the daemon's side.
//
//   run ─► judge the head ─► receive the body ─► judge it ─┬─► as any other request
//                 └────────────────┴───────────────────────┴─► refused: answered here
//
// Nothing but the client's input grows meanwhile. Afterwards that holds the request as it came, whole.
#pragma once

#include "proxy/net/task.h"
#include "proxy/relay/client.h"
#include "proxy/relay/door.h"
#include "proxy/relay/record.h"
#include "proxy/relay/service.h"

namespace proxy::relay {

class Inspection {
public:
    /// Of the request whose head stands parsed in the service's memory.
    Inspection(Service& service, Client& client, Record& record, const DoorGuard& guard,
               const policy::Operation* operation) noexcept
        : service_(service)
        , client_(client)
        , record_(record)
        , guard_(guard)
        , operation_(operation) {}

    /// True: it may be forwarded; its head stands there, parsed again. False: it has been answered and recorded, or
    /// nobody is left who could be.
    [[nodiscard]] net::Task<bool> run(guard::Treatment treatment);

private:
    [[nodiscard]] guard::Request request(std::string_view body) const noexcept;
    [[nodiscard]] net::Task<guard::Rule> receive();
    [[nodiscard]] net::Task<guard::Rule> receiveMore(std::size_t most, std::size_t least);
    guard::Rule over(guard::Rule rule) noexcept;
    [[nodiscard]] guard::Judgement judgeBody(const guard::Treatment& treatment);
    [[nodiscard]] net::Task<> refuse(guard::Judgement judgement);

    Service& service_;
    Client& client_;
    Record& record_;
    const DoorGuard& guard_;
    const policy::Operation* operation_;
    std::size_t size_ = 0;                        ///< of the request as far as it is known: head and body
    std::size_t progress_ = 0;                    ///< octets of the body since its time was last prolonged
    http::Reject malformed_ = http::Reject::none; ///< why its chunks are no chunks
};

} // namespace proxy::relay
