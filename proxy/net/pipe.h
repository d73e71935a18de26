// Moves bulk data between two sockets without copying it through our memory: splice(2) into a pipe and out
// again. Worth its two descriptors only for bulk, so a pipe is borrowed while there is some and given back at
// the first pause. For one thread.
#pragma once

#include "proxy/net/stream.h"

#include <memory>
#include <vector>

namespace proxy::net {

class Pipe {
public:
    /// What one filling takes at most; the kernel may grant a smaller pipe.
    static constexpr std::size_t size = 1024 * 1024;

    /// `open` counts the pipes there are.
    Pipe(Fd readEnd, Fd writeEnd, std::size_t& open) noexcept
        : readEnd_(std::move(readEnd))
        , writeEnd_(std::move(writeEnd))
        , open_(open) {
        ++open_;
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() { --open_; }

    [[nodiscard]] bool empty() const noexcept { return held_ == 0; }
    /// Takes what `source` has, at most `limit` octets; into an empty pipe only.
    [[nodiscard]] Io fill(Stream& source, std::size_t limit) noexcept;
    /// Sends what is held, as far as `sink` takes it.
    [[nodiscard]] Io drain(Stream& sink) noexcept;

private:
    Fd readEnd_;
    Fd writeEnd_;
    std::size_t& open_;
    std::size_t held_ = 0;
};

/// Outlives the pipes it gives.
class PipePool {
public:
    /// `most`: pipes at once, those that nobody uses included. A slow reader of much holds one for as long as
    /// it reads: without a bound a crowd of them would take the descriptors that newcomers need.
    explicit PipePool(std::size_t most)
        : most_(most) {
        free_.reserve(kept);
    }

    /// Null when there are enough, or when descriptors have run out: copy instead.
    [[nodiscard]] std::unique_ptr<Pipe> take();
    /// One that still holds something is closed: what is in it belongs to nobody else.
    void give(std::unique_ptr<Pipe> pipe) noexcept;

private:
    static constexpr std::size_t kept = 8;
    std::size_t most_;
    std::size_t open_ = 0;
    std::vector<std::unique_ptr<Pipe>> free_;
};

} // namespace proxy::net
