// Nanoseconds a decision, by kind of request. Run by hand, on a quiet machine and an optimized build.
#include "proxy/policy/policy.h"

#include <chrono>
#include <cstdio>

namespace {

struct Case {
    const char* name;
    std::string_view method;
    std::string_view path;
};

constexpr Case cases[] = {
    {"ping", "HEAD", "/_ping"},
    {"list", "GET", "/v1.41/containers/json"},
    {"inspect", "GET",
     "/v1.41/containers/4f66ad9a0b2e4f66ad9a0b2e4f66ad9a0b2e4f66ad9a0b2e4f66ad9a0b2e4f66/json"},
    {"last-route", "POST", "/v1.41/containers/web/update"},
    {"no-route", "GET", "/v1.41/containers/web/nothing"},
    {"image", "GET", "/v1.41/images/registry.example.com:5000/team/application/json"},
    {"denied", "POST", "/v1.41/volumes/create"},
    {"unknown", "GET", "/libpod/containers/json"},
};

constexpr int rounds = 2'000'000;

} // namespace

int main() {
    using proxy::policy::Variable;
    const proxy::policy::Policy policy(
        {Variable::ping, Variable::containers, Variable::images, Variable::post});
    int allowed = 0;
    for (const Case& each : cases) {
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < rounds; ++i) {
            std::string_view path = each.path;
            asm volatile("" : : "g"(&path) : "memory"); // the compiler must not know that nothing changes
            allowed += policy.decide(each.method, path).allowed ? 1 : 0;
        }
        const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
        std::printf("%-12s %6.1f ns\n", each.name, spent.count() / rounds);
    }
    return allowed > 0 ? 0 : 1;
}
