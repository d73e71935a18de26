#include "proxy/net/pipe.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace proxy::net {

namespace {

constexpr unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

} // namespace

Io Pipe::fill(Stream& source, std::size_t limit) noexcept {
    if (!source.is(Stream::canReceive)) return {Io::Kind::wouldBlock};
    ssize_t got = 0;
    do got = ::splice(source.number(), nullptr, writeEnd_.number(), nullptr, std::min(limit, size), flags);
    while (got < 0 && errno == EINTR);
    if (got > 0) {
        // Unlike recv, a short splice says nothing: it may just have met the
        // end of one of the kernel's buffers.
        held_ = static_cast<std::size_t>(got);
        return {Io::Kind::done, held_};
    }
    if (got == 0) return {Io::Kind::ended};
    if (errno != EAGAIN) return {Io::Kind::failed, 0, errno};
    source.clear(readable);
    return {Io::Kind::wouldBlock};
}

Io Pipe::drain(Stream& sink) noexcept {
    if (!sink.is(Stream::canSend)) return {Io::Kind::wouldBlock};
    ssize_t sent = 0;
    do sent = ::splice(readEnd_.number(), nullptr, sink.number(), nullptr, held_, flags);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno != EAGAIN) return {Io::Kind::failed, 0, errno};
    if (sent <= 0) {
        sink.awaitRoom();
        return {Io::Kind::wouldBlock};
    }
    held_ -= static_cast<std::size_t>(sent);
    return {Io::Kind::done, static_cast<std::size_t>(sent)};
}

std::unique_ptr<Pipe> PipePool::take() {
    if (!free_.empty()) {
        std::unique_ptr<Pipe> pipe = std::move(free_.back());
        free_.pop_back();
        return pipe;
    }
    if (open_ >= most_) return nullptr;
    int ends[2]; // NOLINT: filled by pipe2
    if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return nullptr;
    Fd readEnd(ends[0]);
    Fd writeEnd(ends[1]);
    ::fcntl(writeEnd.number(), F_SETPIPE_SZ, static_cast<int>(Pipe::size)); // refused: smaller steps
    return std::make_unique<Pipe>(std::move(readEnd), std::move(writeEnd), open_);
}

void PipePool::give(std::unique_ptr<Pipe> pipe) noexcept {
    if (pipe && pipe->empty() && free_.size() < kept) free_.push_back(std::move(pipe));
}

} // namespace proxy::net
