// A temporary folder for sockets, which is gone when the program is: also after Ctrl-C and SIGTERM.
//
// Threads: any, at any time.
#pragma once

#include <string>

namespace conformance {

class Workspace {
public:
    Workspace(); ///< throws std::runtime_error
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// From here on SIGINT, SIGTERM and SIGHUP call `first`, remove every workspace, and then end the program as
/// they would have. To be called by main, before there is another thread.
void removeWorkspacesOnSignals(void (*first)());

} // namespace conformance
