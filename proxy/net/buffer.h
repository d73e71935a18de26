// Bytes in transit. A Buffer borrows a block from the loop's pool while it holds bytes and gives it back when
// it holds none, so a connection that waits owns no buffer at all: that is what keeps an idle stream within a
// few hundred octets. For one thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace proxy::net {

class BufferPool {
public:
    static constexpr std::size_t blockSize = 64 * 1024;
    using Block = std::unique_ptr<char[]>;

    [[nodiscard]] Block take();
    void give(Block block) noexcept;

    /// Octets of the larger blocks that buffers have instead, all of them together.
    [[nodiscard]] std::size_t inLargerBlocks() const noexcept { return inLargerBlocks_; }

private:
    friend class Buffer;
    static constexpr std::size_t kept = 16;
    std::array<Block, kept> free_; ///< giving one back allocates nothing
    std::size_t freeCount_ = 0;
    std::size_t inLargerBlocks_ = 0;
};

class Buffer {
public:
    /// Octets left free in front of the first one received, so that a head can be rewritten in place, even a
    /// little longer than it came (see http::writeRequest), and head and body leave in one write.
    static constexpr std::size_t headroom = 64;

    explicit Buffer(BufferPool& pool) noexcept
        : pool_(&pool) {}
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { release(); }

    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    [[nodiscard]] std::string_view view() const noexcept { return {block_.get() + begin_, size()}; }

    /// The bytes, to be changed in place.
    [[nodiscard]] std::span<char> octets() noexcept { return {block_.get() + begin_, size()}; }

    /// Room behind the bytes, taking a block if there is none. At least `least` octets: a larger block, up to
    /// what is asked, replaces the pooled one.
    [[nodiscard]] std::span<char> space(std::size_t least = 1);
    /// Whether so many octets in all need no larger block than a pooled one, or than there is.
    [[nodiscard]] bool fits(std::size_t size) const noexcept {
        return headroom + size <= std::max(capacity_, BufferPool::blockSize);
    }
    void added(std::size_t octets) noexcept { end_ += octets; }
    /// Drops octets from the front; the block goes back when nothing is left.
    void consume(std::size_t octets) noexcept;
    /// Keeps the first `size` octets; likewise.
    void truncate(std::size_t size) noexcept;
    /// Replaces the first `old` octets by `text`, which is at most `headroom` octets longer.
    void replaceFront(std::size_t old, std::string_view text) noexcept;
    void append(std::string_view text);
    void release() noexcept;

private:
    void giveBack() noexcept;

    BufferPool* pool_;
    BufferPool::Block block_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace proxy::net
