// The control protocol of mockdockerd: JSON objects, one a line, on a unix socket of its own. See README.md.
#pragma once

#include "mockdocker/mock_daemon.h"
#include "mockdocker/wire/socket.h"
#include "mockdocker/wire/threads.h"

#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace mockdocker {

/// One command, one answer, without line ends. {"error":"…"} says what is wrong with the command.
[[nodiscard]] std::string control(MockDaemon& daemon, const std::string& command,
                                  const std::function<void()>& stop);

/// Serves it until destroyed. Several clients at once are fine: a wait blocks its own connection only.
class Control {
public:
    Control(const std::string& path, MockDaemon& daemon, std::function<void()> stop);
    ~Control();
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

private:
    void acceptLoop();
    void serveClient(const std::shared_ptr<Fd>& client);

    MockDaemon& daemon_;
    std::function<void()> stop_;
    std::string path_;
    Fd listener_;
    Wakeup wake_;
    std::mutex mutex_;
    std::list<std::shared_ptr<Fd>> clients_;
    Threads threads_;
    std::thread acceptor_;
};

} // namespace mockdocker
