// Microseconds of CPU time a judgement, of recorded requests. Run by hand, of an optimized build.
#include "tests/proxy/guard/recorded.h"

#include <cstdio>
#include <ctime>

int main() {
    const proxy::guard::Guard guard(
        proxy::guard::Settings{.profile = proxy::guard::Profile::baseline, .exec = true});
    constexpr int rounds = 50'000;
    for (const char* const name : {"docker-20.10.ContainerCreate.everyday",
                                   "docker-28.5.ContainerCreate.everyday", "compose-2.40.ContainerCreate.up",
                                   "docker-28.5.ContainerExec.exec", "docker-28.5.ImageCreate.pull"}) {
        const auto recorded = tests::readRecorded(std::string(REQUESTS "/") + name + ".http");
        const auto request = recorded.request();
        int allowed = 0;
        const std::clock_t begin = std::clock();
        for (int i = 0; i < rounds; ++i) allowed += guard.judge(request).allowed() ? 1 : 0;
        const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        std::printf("%-40s %5zu octets %6.2f us%s\n", name, request.body.size(), seconds * 1e6 / rounds,
                    allowed == rounds ? "" : " (refused)");
    }
}
