#include "proxy/relay/daemon.h"

#include "proxy/privileges/diagnosis.h"

#include <algorithm>
#include <cerrno>
#include <new>

namespace proxy::relay {

namespace {

// As many as were in use at once a moment ago may be needed again at once; what is
// not needed for a while is closed.
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
    // Anything that arrives while no request is outstanding was not asked for:
    // the next client must not read it.
    if (idle_.size() == mostIdle || (!stream->seemsQuiet() && !stream->quiet())) return;
    stream->arm(idleTime_);
    try {
        idle_.push_back(std::move(stream));
    } catch (const std::bad_alloc&) { // closed, then: the answer has been given all the same
        stream.reset();
    }
}

void Daemon::leave(void* self, net::Endpoint& endpoint) {
    auto& idle = static_cast<Daemon*>(self)->idle_;
    const auto found = std::ranges::find(idle, &endpoint, [](const auto& stream) { return stream.get(); });
    if (found == idle.end() || (!endpoint.is(net::timedOut) && (*found)->quiet())) return;
    idle.erase(found);
}

DaemonFailure Daemon::explainDial(int error) const {
    return {error == EAGAIN ? 504 : 503, privileges::diagnose(socketPath_, error)};
}

} // namespace proxy::relay
