#include "mockdocker/mock_daemon.h"

#include "mockdocker/serve.h"
#include "mockdocker/wire/threads.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace mockdocker {

class MockDaemon::Impl {
public:
    explicit Impl(Options options)
        : options_(std::move(options))
        , recorder_(options_.limits)
        , services_{recorder_, script_, world_, options_.identity, [this] { expire(); }} {
        if (options_.tcpPort) port_ = *options_.tcpPort;
        listen();
    }
    ~Impl() { stop(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void stop() {
        die();
        script_.clear();
        world_.shutdown();
        threads_.join();
    }
    void die() {
        expire();
        if (acceptor_.joinable()) acceptor_.join();
    }
    void rise() {
        if (!acceptor_.joinable()) listen();
    }

private:
    friend class MockDaemon;
    struct Live {
        Connection connection;
        std::shared_ptr<RecordedConnection> record;
    };

    void listen();
    void acceptLoop(Fd unixSocket, Fd tcpSocket);
    void accept(int listener);
    void serveOne(const std::shared_ptr<Live>& live);
    void expire();

    Options options_;
    Recorder recorder_;
    FaultScript script_;
    World world_;
    Services services_;
    std::uint16_t port_ = 0;
    Wakeup wakeAcceptor_;
    std::thread acceptor_;
    std::mutex mutex_;
    bool listening_ = false;                ///< guarded by mutex_, as is the next
    std::list<std::shared_ptr<Live>> live_; ///< connections being served
    Threads threads_;
};

void MockDaemon::Impl::listen() {
    Fd unixSocket = listenUnix(options_.socketPath);
    Fd tcpSocket = options_.tcpPort ? listenLoopback(port_) : Fd();
    wakeAcceptor_.clear();
    {
        const std::lock_guard lock(mutex_);
        listening_ = true;
    }
    acceptor_ = std::thread([this, u = std::move(unixSocket), t = std::move(tcpSocket)]() mutable {
        acceptLoop(std::move(u), std::move(t));
    });
}

void MockDaemon::Impl::acceptLoop(Fd unixSocket, Fd tcpSocket) {
    std::array<pollfd, 3> polled{pollfd{unixSocket.get(), POLLIN, 0}, pollfd{tcpSocket.get(), POLLIN, 0},
                                 pollfd{wakeAcceptor_.fd(), POLLIN, 0}};
    while (::poll(polled.data(), polled.size(), -1) >= 0 || errno == EINTR) {
        if (polled[2].revents != 0) return;
        for (const pollfd& listener : {polled[0], polled[1]}) {
            if (listener.fd >= 0 && listener.revents != 0) accept(listener.fd);
        }
    }
}

void MockDaemon::Impl::accept(int listener) {
    Fd fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd.valid()) return;
    auto record = recorder_.connect();
    if (script_.takeRefusal()) {
        recorder_.update([&] { record->end = End::closed; });
        return;
    }
    auto live =
        std::make_shared<Live>(Live{Connection(std::move(fd), script_.wantsReset()), std::move(record)});
    {
        const std::lock_guard lock(mutex_);
        if (!listening_) return;
        live_.push_back(live);
    }
    threads_.run([this, live] { serveOne(live); });
}

void MockDaemon::Impl::serveOne(const std::shared_ptr<Live>& live) {
    serve(live->connection, live->record, services_);
    const std::lock_guard lock(
        mutex_); // expire() must not shut a descriptor down that is closed and used anew
    live_.remove(live);
    live->connection.close();
}

// May be called by a connection's own thread: it ends everything, and waits for nothing.
void MockDaemon::Impl::expire() {
    const std::lock_guard lock(mutex_);
    if (!listening_) return;
    listening_ = false;
    ::unlink(options_.socketPath.c_str());
    wakeAcceptor_.wake();
    recorder_.update([this] {
        for (const auto& live : live_) live->record->end = End::stopped;
    });
    for (const auto& live : live_) live->connection.interrupt();
}

MockDaemon::MockDaemon(Options options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
MockDaemon::~MockDaemon() = default;
void MockDaemon::stop() {
    impl_->stop();
}
void MockDaemon::die() {
    impl_->die();
}
void MockDaemon::rise() {
    impl_->die(); // joins an acceptor that a FaultKind::die has ended
    impl_->rise();
}
Recorder& MockDaemon::recorder() {
    return impl_->recorder_;
}
FaultScript& MockDaemon::faults() {
    return impl_->script_;
}
std::uint16_t MockDaemon::tcpPort() const {
    return impl_->port_;
}
const std::string& MockDaemon::socketPath() const {
    return impl_->options_.socketPath;
}

} // namespace mockdocker
