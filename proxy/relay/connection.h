// One client connection, from accept to close, as a coroutine: read run() first, it is the whole life.
//
//   run ─► readHead ─► answer ─┬─ refused or denied: answered here (Client)
//    ▲                │        └─ granted: on a guarded door Inspection; then Exchange
//    └────────────────┴─► close
//
// Everything a connection owns lies in the coroutine's frame; when run() ends, on
// whichever path, all of it is gone.
#pragma once

#include "proxy/net/task.h"
#include "proxy/relay/client.h"
#include "proxy/relay/door.h"
#include "proxy/relay/record.h"
#include "proxy/relay/service.h"

#include <string>

namespace proxy::relay {

class Connection : public net::ListNode<Connection> {
public:
    /// `door` outlives it; `peer`: as it is logged.
    Connection(Service& service, const Door& door, net::Fd fd, std::string peer)
        : service_(service)
        , door_(door)
        , client_(service, std::move(fd))
        , record_(service.loop, service.log, door, std::move(peer)) {}

    [[nodiscard]] net::Task<> run();
    /// One connection too many: 503 with the reason, then closed.
    [[nodiscard]] net::Task<> turnAway(std::string why);

    /// Shutdown has begun: an idle connection ends now, a busy one after its exchange.
    void drain() noexcept { client_.stream.wake(); }
    /// Grace is over: ends now, whatever it does.
    void abort() noexcept { client_.abort(); }
    /// It is lost: the client must not take what it got for all there is.
    void breakOff() noexcept { client_.breakOff(); }

private:
    [[nodiscard]] net::Task<bool> readHead();
    [[nodiscard]] net::Task<> answer();
    [[nodiscard]] net::Task<> deny(policy::Verdict verdict);
    [[nodiscard]] net::Task<> refuseUnparsed(const http::RejectInfo& why);
    [[nodiscard]] bool mayComeMore(net::Io got) noexcept;
    void dropStrayLineEnds() noexcept;
    void mayBeFollowed(const http::RequestHead& head) noexcept;

    Service& service_;
    const Door& door_;
    Client client_;
    Record record_;
    std::size_t strayAllowed_ = 0; ///< octets of CR and LF that may stand in front of the next request
};

} // namespace proxy::relay
