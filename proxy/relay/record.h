// What is told of one request when it has ended: in one line of the log, and in what is counted. For one thread.
#pragma once

#include "proxy/log/log.h"
#include "proxy/metrics/counters.h"
#include "proxy/net/loop.h"
#include "proxy/policy/operation.h"
#include "proxy/relay/door.h"

#include <string>
#include <string_view>

namespace proxy::relay {

class Record {
public:
    /// `door`: the client's, which outlives this; `peer`: the client, as it is logged.
    Record(const net::Loop& loop, log::Log& log, const Door& door, std::string peer)
        : loop_(loop)
        , log_(log)
        , door_(door)
        , peer_(std::move(peer)) {}

    /// A request, or what there is of one, begins to be dealt with.
    void begin(std::string_view method, std::string_view path, std::string_view query);

    /// What has become of it: all but what begin() was given.
    log::Access access;
    log::Level level = log::Level::info;
    std::string note; ///< who ended it, and how, when it did not end well
    const policy::Operation* operation = nullptr;
    metrics::Failure failure = metrics::Failure::none;

    void write();

    /// Null: nothing is counted.
    [[nodiscard]] metrics::Counters* counters() const noexcept { return door_.counters; }

private:
    void count() const noexcept;

    const net::Loop& loop_;
    log::Log& log_;
    const Door& door_;
    std::string peer_;
    net::Clock::time_point begun_;
    std::string target_;
    std::string method_;
};

} // namespace proxy::relay
