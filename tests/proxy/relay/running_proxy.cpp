#include "tests/proxy/relay/running_proxy.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace proxy::test {

namespace {

constexpr std::chrono::seconds patience{20};

net::Fd dialTcp(std::uint16_t port) {
    net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
    const int on = 1;
    ::setsockopt(fd.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

} // namespace

policy::Grants everything() {
    policy::Grants all;
    for (std::size_t i = 0; i < policy::variableCount; ++i) all.set(static_cast<policy::Variable>(i));
    return all;
}

std::vector<relay::Door> oneDoor(const policy::Access& access) {
    return {{"", policy::Policy(access)}};
}

relay::Server::Limits roomy() {
    relay::Server::Limits limits{100, std::chrono::seconds(60)};
    limits.times.pooled = std::chrono::hours(1);
    return limits;
}

RunningProxy::RunningProxy(const std::string& socketPath, Options options) {
    std::signal(SIGPIPE, SIG_IGN); // as the program does
    folder_ = (std::filesystem::temp_directory_path() / "proxy-XXXXXX").string();
    if (::mkdtemp(folder_.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    unixPath_ = folder_ + "/proxy.sock";
    net::Listener tcp(net::TcpPlace{"127.0.0.1", 0, net::TcpPlace::Family::v4});
    net::Listener local(net::UnixPlace{unixPath_, {}, {}, {}});
    port_ = tcp.port();
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    log_ = std::make_unique<Peer>(net::Fd(ends[0]));
    logWriter_ = net::Fd(ends[1]);
    news_ = net::Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    thread_ = std::thread([this, a = std::move(tcp), b = std::move(local), socketPath, options]() mutable {
        serve(std::move(a), std::move(b), socketPath, options);
        done_.set_value();
    });
    up_.get_future().wait();
}

void RunningProxy::serve(net::Listener tcp, net::Listener local, std::string socketPath, Options options) {
    log::Log log(logWriter_.number(), options.level, log::Format::text);
    net::Loop loop;
    loop.afterRound([&] { log.flush(); });
    net::Endpoint news(loop, net::Fd(::dup(news_.number())));
    news.whenIdle(&RunningProxy::runCalls, this);
    const std::size_t last = options.doors.size() - 1;
    relay::Server server(loop, std::move(options.doors), std::move(socketPath), options.limits, log);
    server.listen(std::move(tcp), 0);
    server.listen(std::move(local), last);
    server_ = &server;
    loop_ = &loop;
    up_.set_value();
    loop.run();
}

RunningProxy::~RunningProxy() {
    shutdown();
    if (!ended()) {
        ADD_FAILURE() << "a connection is left that nobody holds any more";
        shutdown();
    }
    thread_.join();
    std::filesystem::remove_all(folder_);
}

Peer RunningProxy::connect(Over over) const {
    if (over == Over::unix)
        return Peer([&] {
            net::Dialled dialled = net::dialUnix(unixPath_);
            EXPECT_EQ(dialled.error, 0);
            return std::move(dialled.fd);
        }());
    net::Fd fd = dialTcp(port_);
    EXPECT_TRUE(fd.valid());
    return Peer(std::move(fd));
}

bool RunningProxy::refuses() const {
    return !dialTcp(port_).valid() && !net::dialUnix(unixPath_).fd.valid();
}

void RunningProxy::runCalls(void* self, net::Endpoint& endpoint) {
    auto& proxy = *static_cast<RunningProxy*>(self);
    std::uint64_t count = 0;
    if (::read(endpoint.number(), &count, sizeof count) < 0) return;
    std::function<void()> call;
    {
        const std::scoped_lock lock(proxy.mutex_);
        call = std::exchange(proxy.call_, {});
    }
    if (call) call();
}

void RunningProxy::onLoop(const std::function<void()>& call) {
    const std::scoped_lock turn(callers_);
    auto ran = std::make_shared<std::promise<void>>();
    auto future = ran->get_future();
    {
        const std::scoped_lock lock(mutex_);
        call_ = [ran, call] {
            call();
            ran->set_value();
        };
    }
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(news_.number(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
    if (future.wait_for(patience) != std::future_status::ready)
        ADD_FAILURE() << "the proxy's loop does not turn";
}

// A call may run in front of others in its round; what was there before it has had
// its turn when the next one runs.
void RunningProxy::settle() {
    for (int i = 0; i < 3; ++i) onLoop([] {});
}

std::size_t RunningProxy::connections() {
    std::size_t count = 0;
    onLoop([&] { count = server_->connections(); });
    return count;
}

std::uint64_t RunningProxy::rounds() {
    std::uint64_t count = 0;
    onLoop([&] { count = loop_->round(); });
    return count;
}

void RunningProxy::advance(net::Clock::duration by) {
    onLoop([&] { loop_->advance(by); });
    settle();
}

void RunningProxy::shutdown() {
    if (over_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) return;
    onLoop([this] { server_->shutdown(); });
}

bool RunningProxy::ended() {
    return over_.wait_for(patience) == std::future_status::ready;
}

std::string RunningProxy::logged(const std::string& text) {
    for (;;) {
        std::string line = log_->readUntil("\n");
        if (line.empty() || line.find(text) != std::string::npos) return line;
    }
}

// ---- RelayTest -----------------------------------------------------------------------------------

RelayTest::RelayTest() = default;

RunningProxy& RelayTest::proxy() {
    if (!proxy_) proxy_ = std::make_unique<RunningProxy>(daemon_.path(), options_);
    return *proxy_;
}

Peer RelayTest::pooled(Peer& client) {
    client.send(ping);
    Peer daemon = daemon_.accept();
    EXPECT_BYTES(daemon, ping);
    daemon.send(pong);
    EXPECT_BYTES(client, pong);
    return daemon;
}

void RelayTest::TearDown() {
    proxy_.reset();
    daemon_.stop();
    EXPECT_EQ(openDescriptors(), descriptors_) << "a descriptor is left open";
}

} // namespace proxy::test
