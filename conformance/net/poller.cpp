#include "conformance/net/poller.h"

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>

namespace conformance {
namespace {

void control(const Fd& epoll, int operation, const Fd& fd, Poller::Handler& handler, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &handler;
    if (::epoll_ctl(epoll.get(), operation, fd.get(), &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

} // namespace

Poller::Poller()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

void Poller::add(const Fd& fd, Handler& handler, std::uint32_t events) {
    control(epoll_, EPOLL_CTL_ADD, fd, handler, events);
}

void Poller::change(const Fd& fd, Handler& handler, std::uint32_t events) {
    control(epoll_, EPOLL_CTL_MOD, fd, handler, events);
}

void Poller::remove(const Fd& fd) {
    if (fd) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd.get(), nullptr);
}

int Poller::wait(std::chrono::milliseconds longest) {
    std::array<epoll_event, 64> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(longest.count()));
    if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_wait");
    for (int i = 0; i < count; ++i) {
        const auto& event = events.at(static_cast<std::size_t>(i));
        static_cast<Handler*>(event.data.ptr)->ready(event.events);
    }
    return count;
}

} // namespace conformance
