// One exchange with the daemon: a request that is granted, and its response, or the tunnel that it becomes.
//
//   run ─► connect ─► awaitResponse ─┬─► takeResponse ─► stream, or tunnel
//             ▲────── one more ◄─────┘
//
// Three lifetimes, by type: what a Request says holds for the exchange; an Attempt is one connection to the
// daemon, and what has been done on it; the client's side is the connection's, and outlives both.
// Nothing here keeps views of a head: those lie in memory that all connections share (Service).
#pragma once

#include "proxy/net/task.h"
#include "proxy/relay/client.h"
#include "proxy/relay/flow.h"
#include "proxy/relay/masking.h"
#include "proxy/relay/record.h"
#include "proxy/relay/service.h"

#include <memory>

namespace proxy::relay {

/// What of a request is needed after its head is forwarded.
struct Request {
    http::Framing framing;
    http::RequestFacts facts;
    bool http11 = true;
    /// Attach and exec start: the daemon may take the connection over without a 101.
    bool mayHijack = false;
    /// The client may want a 100 (Continue) before it sends its body.
    bool awaitsContinue = false;
    /// GET, HEAD, OPTIONS: may be sent twice (RFC 9110 section 9.2.1).
    bool safe = false;
    /// What is to be done with environments in the answer.
    policy::Masking masking = policy::Masking::none;
};

class Exchange {
public:
    Exchange(Service& service, Client& client, Record& record, const Request& request) noexcept
        : service_(service)
        , client_(client)
        , record_(record)
        , request_(request)
        , up_(client.stream, request.framing, service.pools, &client.input)
        , response_(service.pools.buffers) {}

    /// `message`: the head as it is forwarded, `headSize` octets, and what has been
    /// received behind it. Records how it went.
    [[nodiscard]] net::Task<> run(net::Buffer message, std::size_t headSize);

private:
    /// One connection to the daemon and what has been done on it: a second attempt begins with nothing done.
    struct Attempt {
        std::unique_ptr<net::Stream> daemon;
        bool endLooked = false;  ///< the client's EOF has been seen and dealt with
        bool halfClosed = false; ///< it has been carried to the daemon
    };
    enum class Got : std::uint8_t { head, retry, over };
    enum class Head : std::uint8_t { incomplete, malformed, interim, final };
    struct Response {
        http::Framing framing;
        std::size_t headSize = 0;
        bool hijacked = false;
        bool mayReuse = false; ///< the daemon's connection
        AnswerMasking masking{};
    };

    [[nodiscard]] net::Task<bool> connect(bool fresh);
    [[nodiscard]] net::Task<bool> dial();
    [[nodiscard]] net::Task<Got> awaitResponse();
    [[nodiscard]] Head lookAtHead() noexcept;
    [[nodiscard]] net::Task<Got> daemonEnded(Head head, int error);
    [[nodiscard]] net::Task<bool> interim();
    [[nodiscard]] Response takeResponse();
    [[nodiscard]] std::unique_ptr<mask::EnvMask> newMask() const;
    [[nodiscard]] net::Task<> stream(Flow& down, bool mayReuse);
    [[nodiscard]] net::Task<> tunnel(Flow& down);

    [[nodiscard]] net::Task<> fail(metrics::Failure failure, int status, std::string_view sentence);
    [[nodiscard]] net::Task<> failDaemon(std::string how);
    [[nodiscard]] net::Task<> withhold(mask::Fault why);
    [[nodiscard]] net::Wait untilEither(const Flow* down) noexcept;
    [[nodiscard]] bool requestBroke() noexcept;
    [[nodiscard]] bool tunnelIsOver(const Flow& down) const noexcept;
    void carryHalfClose();
    void brokenAnswer(const Flow& down);
    void clientGone(std::string_view where, int error = 0);
    Got abandoned(std::string_view where);
    void mayBeUnread() noexcept;

    Service& service_;
    Client& client_;
    Record& record_;
    Request request_;
    Flow up_;
    net::Buffer response_;
    Attempt attempt_;
    http::Reject malformed_ = http::Reject::none; ///< why the response's head is
};

} // namespace proxy::relay
