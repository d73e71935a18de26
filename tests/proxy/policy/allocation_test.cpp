// Deciding and writing a denial allocate nothing. This program counts every allocation it makes.
#include "proxy/policy/explain.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

namespace {
std::atomic<std::size_t> allocations{0};

void* counted(std::size_t size) {
    ++allocations;
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) std::abort();
    return memory;
}
} // namespace

void* operator new(std::size_t size) {
    return counted(size);
}
void* operator new[](std::size_t size) {
    return counted(size);
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

namespace proxy::policy {
namespace {

TEST(Allocation, isCountedHere) {
    const std::size_t before = allocations;
    const std::string text(1000, 'x');
    EXPECT_GT(allocations, before) << text.size();
}

TEST(Allocation, noneToDecideAndDeny) {
    const std::string longName = "/v1.41/images/" + std::string(10'000, 'x') + "/json";
    const std::array<std::string_view, 10> paths{
        "/_ping", "/containers/json", "/v1.41/containers/x/start", "/info/../x", "/containersfoo", "/", "",
        "*",      longName,           "/libpod/containers/x/stop",
    };
    const OperationSet named = parseOperations("Container*").operations;
    const std::array<Access, 5> settings{
        Access{.grants = {}},
        Access{},
        Access{.grants = {Variable::containers, Variable::post}},
        Access{.grants = {Variable::post}, .allowed = named, .learn = true},
        Access{.dialect = Dialect::linuxserver, .grants = {Variable::libpodContainers}, .denied = named},
    };
    std::array<char, maxDenialSize> space{};
    std::size_t written = 0;
    const std::size_t before = allocations;
    for (const Access& access : settings)
        for (const std::string_view method : {"GET", "HEAD", "POST", "OPTIONS", "BREW"})
            for (const std::string_view path : paths) {
                const Verdict verdict = Policy(access).decide(method, path);
                written += writeDenial(verdict, method, path, space).size();
            }
    EXPECT_EQ(allocations, before);
    EXPECT_GT(written, 0U);
}

} // namespace
} // namespace proxy::policy
