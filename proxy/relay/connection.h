// One client connection, from accept to close, as a coroutine: read run() first, it is the whole life.
//
//   run ─► readHead ─► answer ─┬─ refuse / deny: answered here
//                              └─ forward ─► exchange: awaitResponse ─► stream, or tunnel
//
// Everything a connection owns lies in the coroutine's frame; when run() ends, on whichever path, all of it
// is gone.
#pragma once

#include "proxy/net/task.h"
#include "proxy/relay/flow.h"
#include "proxy/relay/service.h"

#include <memory>
#include <string>

namespace proxy::relay {

class Connection : public net::ListNode<Connection> {
public:
    /// `peer`: as it is logged.
    Connection(Service& service, net::Fd fd, std::string peer);

    [[nodiscard]] net::Task<> run();
    /// One connection too many: 503, then closed.
    [[nodiscard]] net::Task<> turnAway(std::size_t limit);

    /// Shutdown has begun: an idle connection ends now, a busy one after its exchange.
    void drain() noexcept { client_.wake(); }
    /// Grace is over: ends now, whatever it does.
    void abort() noexcept;

private:
    /// What of a request is needed after its head is forwarded.
    struct Exchange {
        http::Framing framing;
        http::RequestFacts facts;
        bool http11 = true;
        bool mayHijack =
            false; ///< attach and exec start: the daemon may take the connection over without a 101
        bool awaitsContinue =
            false;         ///< no 100 (Continue) has been passed, which the client may want before its body
        bool safe = false; ///< GET, HEAD, OPTIONS: may be sent twice (RFC 9110 section 9.2.1)
    };
    enum class Got : std::uint8_t { head, retry, failed, clientGone };

    [[nodiscard]] net::Task<bool> readHead();
    [[nodiscard]] net::Task<> answer();

    [[nodiscard]] net::Task<> reject(http::Reject reason);
    [[nodiscard]] net::Task<> refuse(int status, std::string_view name, std::string_view sentence);
    [[nodiscard]] net::Task<> deny(policy::Verdict verdict);
    [[nodiscard]] net::Task<> fail(int status, std::string_view sentence, bool head);
    [[nodiscard]] net::Task<> failDaemon(std::string how, bool head);
    [[nodiscard]] net::Task<> say(int status, std::string_view body, bool head);
    [[nodiscard]] net::Task<bool> send(net::Buffer& bytes);
    [[nodiscard]] net::Task<> discard(Flow& body);
    [[nodiscard]] net::Task<> linger();

    [[nodiscard]] net::Task<> forward(Exchange exchange, net::Buffer request, std::size_t headSize);
    [[nodiscard]] net::Task<bool> connect(bool fresh, const Flow& up, bool head);
    [[nodiscard]] net::Task<Got> awaitResponse(Exchange& exchange, Flow& up, net::Buffer& response);
    [[nodiscard]] net::Task<bool> interim(bool http11, net::Buffer& response);
    [[nodiscard]] net::Task<> stream(Flow& up, Flow& down, bool mayReuse);
    [[nodiscard]] net::Task<> tunnel(Flow& up, Flow& down);

    [[nodiscard]] net::Wait untilEither(const Flow& up, const Flow* down) noexcept;
    void carryHalfClose(const Flow& up);
    void begin(std::string_view method, std::string_view path, std::string_view query);
    void breakOff();
    void clientGone(std::string_view how);
    void refuseUnread(const Flow& up);
    void logRequest(log::Level level);

    Service& service_;
    net::Stream client_;
    std::unique_ptr<net::Stream> daemon_;
    net::Buffer input_; ///< received from the client, not yet used
    std::string peer_;
    bool keepAlive_ = true; ///< another request may follow
    bool lingers_ =
        false; ///< the client may be sending what will not be read: close so that it gets our answer
    bool endLooked_ = false;  ///< the client's EOF has been seen and dealt with
    bool halfClosed_ = false; ///< it has been carried to the daemon
    std::string again_;       ///< the request's bytes while it may have to be sent again

    // For the log line at the exchange's end.
    log::Access access_;
    log::Level level_ = log::Level::info;
    net::Clock::time_point begun_;
    std::string target_;
    std::string note_;
    std::string method_;
};

} // namespace proxy::relay
