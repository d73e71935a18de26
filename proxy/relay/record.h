// What is told of one request, in one line of the log, when it has ended. For one thread.
#pragma once

#include "proxy/log/log.h"
#include "proxy/net/loop.h"

#include <string>
#include <string_view>

namespace proxy::relay {

class Record {
public:
    /// `door`: the name of the client's, which outlives this; `peer`: the client, as it is logged.
    Record(const net::Loop& loop, log::Log& log, std::string_view door, std::string peer)
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

    void write();

private:
    const net::Loop& loop_;
    log::Log& log_;
    std::string_view door_;
    std::string peer_;
    net::Clock::time_point begun_;
    std::string target_;
    std::string method_;
};

} // namespace proxy::relay
