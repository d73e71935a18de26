// One thread's epoll: whoever registers a descriptor is called when it is ready. Level-triggered.
#pragma once

#include "conformance/net/fd.h"

#include <chrono>
#include <cstdint>

namespace conformance {

class Poller {
public:
    class Handler {
    public:
        virtual ~Handler() = default;
        virtual void ready(std::uint32_t events) = 0; ///< EPOLLIN and so on
    };

    Poller();

    /// `handler` must outlive the registration.
    void add(const Fd& fd, Handler& handler, std::uint32_t events);
    void change(const Fd& fd, Handler& handler, std::uint32_t events);

    /// Ends the registration, to be called before the descriptor is closed: closing alone does not end it
    /// while a process just forked by another thread still holds a copy.
    void remove(const Fd& fd);

    /// Calls the handlers of what is ready, waiting for it at most this long. How many were called.
    int wait(std::chrono::milliseconds longest);

private:
    Fd epoll_;
};

} // namespace conformance
