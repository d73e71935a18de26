// The client's side of a connection: its socket, what it has sent, what we say to it ourselves, and how the
// connection is closed. For one thread.
#pragma once

#include "proxy/http/reject.h"
#include "proxy/net/stream.h"
#include "proxy/net/task.h"
#include "proxy/relay/answer.h"
#include "proxy/relay/flow.h"
#include "proxy/relay/record.h"
#include "proxy/relay/service.h"

#include <string>
#include <string_view>

namespace proxy::relay {

class Client {
public:
    Client(Service& service, net::Fd fd)
        : stream(service.loop, std::move(fd))
        , input(service.pools.buffers)
        , service_(service) {}

    net::Stream stream;
    net::Buffer input; ///< received, not yet used
    /// A request while it may have to be sent a second time; memory kept between exchanges.
    std::string again;
    bool keepAlive = true; ///< another request may follow; false: closed after this one
    net::Turn turn;        ///< of whatever is done for this client without having to wait

    /// 100 (Continue). False: as send().
    [[nodiscard]] net::Task<bool> sayContinue();
    /// Answers by ourselves, and records status and octets.
    [[nodiscard]] net::Task<> say(Record& record, int status, std::string_view body, bool toHead,
                                  std::string_view type = jsonType);
    /// Answers what will not be dealt with, and records it: after this one the connection is closed.
    [[nodiscard]] net::Task<> refuse(Record& record, const http::RejectInfo& why, bool toHead);
    /// False when the client is gone. Waits as long as it takes.
    [[nodiscard]] net::Task<bool> send(net::Buffer& bytes);

    /// Before an answer to a request that is not forwarded, whose head stands parsed in the service's memory and at
    /// the input's front: gives `body`, its own, what has come of it, and says in keepAlive whether the rest, and
    /// then another request, is to be waited for.
    void startDiscarding(Flow& body);
    /// Reads the rest of a body that nobody wants, so that what follows is the next request; where that takes too
    /// much or too long, nothing may follow.
    [[nodiscard]] net::Task<> discard(Flow& body);

    /// Nothing more is to be said or heard: a client that takes what has been sent to it gets all of it first.
    [[nodiscard]] net::Task<> close();
    /// Ends the connection without that: nothing else tells the client that it did not get all there is. Over TCP
    /// by a reset; a unix socket has none, so there a broken answer that only the connection's end could end
    /// looks complete to the client, and only the log tells.
    void breakOff() noexcept;
    /// Ended by us: the grace is over.
    void abort() noexcept;

    /// It has wholly gone.
    [[nodiscard]] bool gone() const noexcept { return stream.is(net::closed); }
    /// Who ended it, and how: "the client went away in the middle of its answer (Connection reset by peer)".
    /// `error`: the errno that was met, if one was; else the socket is asked.
    [[nodiscard]] std::string howItEnded(std::string_view where, int error);

private:
    [[nodiscard]] net::Task<bool> sendOwn(net::Buffer& bytes);
    [[nodiscard]] net::Task<bool> readAway(Flow& rest);

    Service& service_;
    bool broken_ = false;  ///< breakOff(): nothing is left to be taken
    bool aborted_ = false; ///< by us
};

} // namespace proxy::relay
