// Microseconds of CPU time a judgement: of recorded requests, and of bodies of 4 MiB that take as long as possible,
// for nobody else has a turn meanwhile. Run by hand, of an optimized build.
#include "tests/proxy/guard/recorded.h"

#include <cstdio>
#include <ctime>
#include <string>
#include <utility>

namespace {

using proxy::guard::Guard;
using proxy::guard::Request;

void measure(const Guard& guard, const char* name, const Request& request, int rounds) {
    int allowed = 0;
    const std::clock_t begin = std::clock();
    for (int i = 0; i < rounds; ++i) allowed += guard.judge(request).allowed() ? 1 : 0;
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::printf("%-40s %7zu octets %8.2f us%s\n", name, request.body.size(), seconds * 1e6 / rounds,
                allowed == rounds ? "" : " (refused)");
}

// `each` as often as it fits.
std::string filled(const std::string& begin, const std::string& each, const std::string& end) {
    constexpr std::size_t size = std::size_t{4} << 20U;
    std::string text = begin;
    while (text.size() + 1 + each.size() + end.size() <= size) text += each + ",";
    text.back() = ' ';
    return text + end;
}

} // namespace

int main() {
    const Guard guard(proxy::guard::Settings{
        .profile = proxy::guard::Profile::baseline, .binds = {{"/srv/ci"}}, .exec = true});
    for (const char* const name : {"docker-20.10.ContainerCreate.everyday",
                                   "docker-28.5.ContainerCreate.everyday", "compose-2.40.ContainerCreate.up",
                                   "docker-28.5.ContainerExec.exec", "docker-28.5.ImageCreate.pull"}) {
        const auto recorded = tests::readRecorded(std::string(REQUESTS "/") + name + ".http");
        measure(guard, name, recorded.request(), 50'000);
    }
    const std::string host = R"({"HostConfig":{)";
    const std::string path = R"("/srv/ci/)" + std::string(3000, 'a') + R"(:/b")";
    for (const auto& [name, body] :
         {std::pair{"one text", filled(R"({"Env":[")", "aaaaaaaa", R"("]})")},
          std::pair{"escapes", filled(R"({"Env":[")", R"(\u0041\n)", R"("]})")},
          std::pair{"blanks", "{" + std::string((std::size_t{4} << 20U) - 2, ' ') + "}"},
          std::pair{"long paths", filled(host + R"("Binds":[)", path, "]}}")},
          std::pair{"many values", filled(R"({"Env":[)", R"("")", "]}")}})
        measure(guard, name, {"POST", "ContainerCreate", "1.41", "", "", "application/json", 1, false, body},
                10);
}
