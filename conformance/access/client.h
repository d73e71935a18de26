// The access family's client: sends every case of a plan over pipelined connections, a few
// at a time, and notes the answers.
//
// A target may close a connection whenever it likes: what it did not answer is sent again, on a
// new one, and from then on one request at a time. What stays unanswered after three tries, or
// stalls, has no answer (status 0).
#pragma once

#include "conformance/access/observation.h"
#include "conformance/net/poller.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace conformance {

class Client {
public:
    /// Bytes of answers are kept where they are not what `expected` (by case:
    /// is it forwarded?) lets one expect.
    Client(Poller& poller, const AccessPlan& plan, Observations& observations,
           const std::vector<bool>& expected, std::uint16_t port, int pipeline);
    ~Client();

    [[nodiscard]] bool done() const { return finished_ == plan_.cases().size(); }
    [[nodiscard]] std::size_t finished() const { return finished_; }
    /// Because the target closed the connection.
    [[nodiscard]] std::size_t unanswered() const { return unanswered_; }

    /// Gives up on the oldest request of every connection. The text names one of them.
    std::string abandonStalled();

private:
    class Connection;

    struct Share { ///< of the cases: what goes over one connection
        std::uint32_t next = 0;
        std::uint32_t end = 0;
    };
    Share nextShare();
    void answered(std::uint32_t number, int status, bool own, std::string_view bytes);

    Poller& poller_;
    const AccessPlan& plan_;
    Observations& observations_;
    const std::vector<bool>& expected_;
    const std::uint16_t port_;
    std::size_t pipeline_;
    std::uint32_t next_ = 0; ///< that is in no connection's share
    std::size_t finished_ = 0;
    std::size_t unanswered_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;
};

} // namespace conformance
