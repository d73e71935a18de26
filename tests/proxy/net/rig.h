// A loop for one test, which ends it however wrong things go.
#pragma once

#include "proxy/net/loop.h"
#include "proxy/net/task.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <utility>

namespace proxy::net {

/// Two connected sockets, the first non-blocking: the loop's.
struct Pair {
    Pair() {
        std::array<int, 2> ends{-1, -1};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
        ours = Fd(ends[0]);
        theirs = Fd(ends[1]);
    }
    Fd ours;
    Fd theirs;
};

inline void put(const Fd& fd, std::string_view bytes) {
    EXPECT_EQ(::write(fd.number(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
}

inline Fd someEndpoint() {
    return Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
}

class Rig {
public:
    Loop loop;

    Rig() {
        guard_.whenIdle(&Rig::giveUp, this);
        guard_.arm(patience_);
    }
    /// Until stop(), at most a generous while.
    void run() { loop.run(); }
    void stop() { loop.stop(); }

private:
    static void giveUp(void* self, Endpoint&) {
        ADD_FAILURE() << "what the test waits for did not happen";
        static_cast<Rig*>(self)->stop();
    }

    Deadlines patience_{loop, std::chrono::seconds(20)};
    Endpoint guard_{loop, someEndpoint()};
};

} // namespace proxy::net
