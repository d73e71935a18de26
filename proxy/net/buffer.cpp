#include "proxy/net/buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace proxy::net {

BufferPool::Block BufferPool::take() {
    if (freeCount_ == 0) return std::make_unique_for_overwrite<char[]>(blockSize);
    return std::move(free_[--freeCount_]);
}

void BufferPool::give(Block block) noexcept {
    if (freeCount_ < kept) free_[freeCount_++] = std::move(block);
}

Buffer::Buffer(Buffer&& other) noexcept
    : pool_(other.pool_)
    , block_(std::move(other.block_))
    , capacity_(std::exchange(other.capacity_, 0))
    , begin_(std::exchange(other.begin_, 0))
    , end_(std::exchange(other.end_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    if (this == &other) return *this;
    release();
    pool_ = other.pool_;
    block_ = std::move(other.block_);
    capacity_ = std::exchange(other.capacity_, 0);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    return *this;
}

std::span<char> Buffer::space(std::size_t least) {
    if (!block_) {
        capacity_ = BufferPool::blockSize;
        block_ = pool_->take();
        begin_ = end_ = headroom;
    }
    if (capacity_ - end_ < least) {
        const std::size_t size = end_ - begin_;
        if (capacity_ - headroom - size >= least) {
            std::memmove(block_.get() + headroom, block_.get() + begin_, size);
        } else {
            const std::size_t wanted = std::max(capacity_ * 2, headroom + size + least);
            auto larger = std::make_unique_for_overwrite<char[]>(wanted);
            std::memcpy(larger.get() + headroom, block_.get() + begin_, size);
            giveBack();
            block_ = std::move(larger);
            capacity_ = wanted;
            pool_->inLargerBlocks_ += wanted;
        }
        begin_ = headroom;
        end_ = headroom + size;
    }
    return {block_.get() + end_, capacity_ - end_};
}

void Buffer::consume(std::size_t octets) noexcept {
    begin_ += octets;
    if (begin_ == end_) release();
}

void Buffer::truncate(std::size_t size) noexcept {
    end_ = begin_ + size;
    if (begin_ == end_) release();
}

void Buffer::replaceFront(std::size_t old, std::string_view text) noexcept {
    begin_ = begin_ + old - text.size();
    std::memcpy(block_.get() + begin_, text.data(), text.size());
}

void Buffer::append(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(space(text.size()).data(), text.data(), text.size());
    end_ += text.size();
}

void Buffer::giveBack() noexcept {
    if (capacity_ == BufferPool::blockSize) return pool_->give(std::move(block_));
    pool_->inLargerBlocks_ -= capacity_;
    block_.reset();
}

void Buffer::release() noexcept {
    if (block_) giveBack();
    capacity_ = begin_ = end_ = 0;
}

} // namespace proxy::net
