#include "proxy/relay/daemon.h"

#include "proxy/privileges/denial.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

namespace proxy::relay {

namespace {

// As many as were in use at once a moment ago may be needed again at once; what is not needed for a while is
// closed.
constexpr std::size_t mostIdle = 8192;

} // namespace

Daemon::Daemon(net::Loop& loop, std::string socketPath, net::Clock::duration idle)
    : loop_(loop)
    , socketPath_(std::move(socketPath))
    , idleTime_(loop, idle) {}

std::unique_ptr<net::Stream> Daemon::takeIdle() noexcept {
    while (!idle_.empty()) {
        std::unique_ptr<net::Stream> stream = std::move(idle_.back());
        idle_.pop_back();
        stream->disarm();
        if (stream->quiet()) return stream;
    }
    return nullptr;
}

std::unique_ptr<net::Stream> Daemon::dial(int& error) {
    net::Dialled dialled = net::dialUnix(socketPath_);
    error = dialled.error;
    if (!dialled.fd.valid()) return nullptr;
    auto stream = std::make_unique<net::Stream>(loop_, std::move(dialled.fd));
    stream->whenIdle(&Daemon::leave, this);
    return stream;
}

void Daemon::giveBack(std::unique_ptr<net::Stream> stream) noexcept {
    // Anything that arrives while no request is outstanding was not asked for: the next client must not read
    // it.
    if (idle_.size() == mostIdle || (!stream->seemsQuiet() && !stream->quiet())) return;
    stream->arm(idleTime_);
    idle_.push_back(std::move(stream));
}

void Daemon::leave(void* self, net::Endpoint& endpoint) {
    auto& idle = static_cast<Daemon*>(self)->idle_;
    const auto found = std::ranges::find(idle, &endpoint, [](const auto& stream) { return stream.get(); });
    if (found == idle.end() || (!endpoint.is(net::timedOut) && (*found)->quiet())) return;
    idle.erase(found);
}

DaemonFailure Daemon::explainDial(int error) const {
    const std::string at = "the Docker daemon's socket " + socketPath_;
    struct stat found {};
    // To whom connects, what is no socket refuses like a socket without a daemon.
    if (error == ECONNREFUSED && ::stat(socketPath_.c_str(), &found) == 0 && !S_ISSOCK(found.st_mode))
        return {503, at + " is not a socket but a " + (S_ISDIR(found.st_mode) ? "folder" : "file") +
                         ": set SOCKET_PATH, or mount the daemon's socket there (Docker makes a folder of a "
                         "mount whose "
                         "source is missing)"};
    switch (error) {
    case ENOENT:
        return {503, at + " does not exist: start the daemon, mount its socket there, or set SOCKET_PATH"};
    case ECONNREFUSED:
        return {503, at + " exists, but nothing listens on it (connection refused): is the daemon running?"};
    case EACCES:
    case EPERM:
        return {503,
                at + " may not be opened (permission denied) " +
                    privileges::explainDenial(privileges::ownIdentity(), privileges::wayTo(socketPath_))};
    case EAGAIN:
        return {504, at + " took no connection for 10 seconds: its accept queue is full"};
    case ENOTSOCK:
    case ENAMETOOLONG:
    case ENOTDIR:
    case EPROTOTYPE:
        return {503, at + " is not one (" + std::strerror(error) +
                         "): set SOCKET_PATH to the daemon's unix socket"};
    case EMFILE:
    case ENFILE:
        return {503, std::string("no file descriptor is left to reach the Docker daemon (") +
                         std::strerror(error) + "): raise the limit (ulimit -n) or lower MAX_CONNECTIONS"};
    default:
        return {503, at + " cannot be reached: " + std::strerror(error)};
    }
}

} // namespace proxy::relay
