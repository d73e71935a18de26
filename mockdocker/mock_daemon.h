// A mock Docker daemon inside the calling process.
//
//     mockdocker::MockDaemon daemon({.socketPath = directory + "/docker.sock"}); // listening when it returns
//     const auto stall = daemon.script(
//         {.kind = FaultKind::stall, .path = "/containers/json", .where = Where::body});
//     … send GET /containers/json through what is tested …
//     ASSERT_TRUE(daemon.faults().waitForHits(stall)); // the head is out, the body is held back
//     daemon.faults().release(stall);
//     ASSERT_TRUE(daemon.recorder().waitForRequests(1, "X-Case-Id: 7"));
//     EXPECT_EQ(daemon.recorder().requests("X-Case-Id: 7")[0].head, "GET /containers/json HTTP/1.1\r\n…");
//
// Names beginning with "mock" ("mock", "mock-1", "mock/a/b") always exist: as a container they run
// `cat` for whoever attaches or starts the exec, everything else on them answers its documented
// success and changes nothing. Real state exists, too: images busybox and alpine, containers that are
// created, started, waited for, removed.
//
// Errors: the constructor throws std::system_error when it cannot listen. Threads: everything may be called
// from any thread, except that stop(), die() and rise() must not be called at the same time. stop() and the
// destructor end all connections, kill all emulated processes and join every thread.
#pragma once

#include "mockdocker/faults/script.h"
#include "mockdocker/recorder.h"
#include "mockdocker/routes/identity.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mockdocker {

struct Options {
    std::string socketPath{};
    Identity identity{};                    ///< API version 1.41 and a swarm manager, unless told otherwise
    std::optional<std::uint16_t> tcpPort{}; ///< also on 127.0.0.1; 0 lets the kernel choose, see tcpPort()
    Limits limits{};
};

class MockDaemon {
public:
    explicit MockDaemon(Options options);
    ~MockDaemon();
    MockDaemon(const MockDaemon&) = delete;
    MockDaemon& operator=(const MockDaemon&) = delete;

    void stop();
    /// As a daemon that is killed: the socket file is removed, every connection ends.
    void die();
    /// Listens again after die(), with its state kept.
    void rise();

    [[nodiscard]] Recorder& recorder();
    [[nodiscard]] FaultScript& faults();
    FaultId script(Fault fault) { return faults().add(std::move(fault)); }
    /// Everything recorded so far.
    [[nodiscard]] std::vector<RecordedConnection> recorded() { return recorder().connections(); }
    [[nodiscard]] std::uint16_t tcpPort() const;
    [[nodiscard]] const std::string& socketPath() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace mockdocker
