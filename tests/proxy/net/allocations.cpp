#include "tests/proxy/net/allocations.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

namespace proxy::test {
namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
thread_local std::size_t count = 0;
thread_local std::size_t untilFailure = never;

void* counted(std::size_t size, std::size_t alignment) {
    ++count;
    if (untilFailure != never && untilFailure-- == 0) {
        untilFailure = never;
        throw std::bad_alloc();
    }
    const std::size_t rounded = (std::max<std::size_t>(size, 1) + alignment - 1) / alignment * alignment;
    void* const memory = std::aligned_alloc(alignment, rounded);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

} // namespace

std::size_t allocations() noexcept {
    return count;
}
void failAllocation(std::size_t after) noexcept {
    untilFailure = after;
}

} // namespace proxy::test

// The nothrow forms are defined by the library in terms of these; a sanitizer's arrays
// are not, so they stand here, too.
void* operator new(std::size_t size) {
    return proxy::test::counted(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size) {
    return proxy::test::counted(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return proxy::test::counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return proxy::test::counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}
