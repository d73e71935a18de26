#include "tests/proxy/guarded_bytes.h"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace proxy {

namespace {
std::size_t pageSize() {
    return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}
} // namespace

GuardedBytes::GuardedBytes(std::size_t capacity)
    : readable_((capacity / pageSize() + 1) * pageSize()) {
    void* const pages =
        mmap(nullptr, readable_ + pageSize(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    pages_ = static_cast<char*>(pages);
    if (mprotect(pages_ + readable_, pageSize(), PROT_NONE) != 0) throw std::bad_alloc();
}

GuardedBytes::~GuardedBytes() {
    munmap(pages_, readable_ + pageSize());
}

std::string_view GuardedBytes::place(std::string_view bytes) {
    const auto to = room(bytes.size());
    std::copy(bytes.begin(), bytes.end(), to.begin());
    return {to.data(), to.size()};
}

std::span<char> GuardedBytes::room(std::size_t size) {
    if (size > readable_) throw std::length_error("GuardedBytes is too small");
    return {pages_ + (readable_ - size), size};
}

} // namespace proxy
