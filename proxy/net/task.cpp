#include "proxy/net/task.h"

#include <array>
#include <new>

namespace proxy::net {

namespace {

constexpr std::size_t step = 128;
constexpr std::size_t largest = 4096;
constexpr std::size_t kept =
    512; // frames a size: what a burst of connections leaves behind, not what a flood does

struct FreeFrame {
    FreeFrame* next;
};

struct FreeList {
    FreeFrame* first = nullptr;
    std::size_t size = 0;
    FreeList() = default;
    FreeList(const FreeList&) = delete;
    FreeList& operator=(const FreeList&) = delete;
    ~FreeList() {
        while (first != nullptr) ::operator delete(std::exchange(first, first->next));
    }
};

FreeList& listFor(std::size_t size) {
    static thread_local std::array<FreeList, largest / step> lists;
    return lists[(size - 1) / step];
}

constexpr std::size_t roundUp(std::size_t size) {
    return (size + step - 1) / step * step;
}

} // namespace

void* FramePool::allocate(std::size_t size) {
    if (size > largest) return ::operator new(size);
    FreeList& list = listFor(size);
    if (list.first == nullptr) return ::operator new(roundUp(size));
    --list.size;
    return std::exchange(list.first, list.first->next);
}

void FramePool::release(void* frame, std::size_t size) noexcept {
    if (size > largest || listFor(size).size == kept) {
        ::operator delete(frame);
        return;
    }
    FreeList& list = listFor(size);
    list.first = new (frame) FreeFrame{list.first};
    ++list.size;
}

} // namespace proxy::net
