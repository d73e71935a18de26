#include "conformance/play/process.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <sstream>
#include <sys/syscall.h>

namespace conformance {
namespace {

namespace fs = std::filesystem;

std::string contentOf(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// The timeout argument of calls that wait: its place among the arguments, or -1.
int placeOfTimeout(long call) {
#ifdef SYS_epoll_wait
    if (call == SYS_epoll_wait) return 3;
#endif
#ifdef SYS_poll
    if (call == SYS_poll) return 2;
#endif
    return call == SYS_epoll_pwait ? 3 : -1;
}

void note(NearestTimer& nearest, double seconds, const std::string& about) {
    if (seconds >= nearest.seconds) return;
    nearest.seconds = seconds;
    nearest.about = about;
}

// One thread; false when it is not waiting at this moment, or waits in a way that cannot be read.
bool lookAtThread(const fs::path& thread, NearestTimer& nearest) {
    std::istringstream words(contentOf(thread / "syscall"));
    std::string word;
    words >> word;
    const int place = placeOfTimeout(std::strtol(word.c_str(), nullptr, 10));
    if (word.empty() || word == "running" || place < 0) {
        nearest.about = word.empty() ? "no permission" : "system call " + word;
        return false;
    }
    for (int i = 0; i <= place; ++i) words >> word;
    const auto milliseconds = static_cast<int>(std::strtoull(word.c_str(), nullptr, 16));
    if (milliseconds >= 0)
        note(nearest, milliseconds / 1000.0, "it waits for at most " + std::to_string(milliseconds) + " ms");
    return true;
}

void lookAtTimerDescriptors(const fs::path& folder, NearestTimer& nearest) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string text = contentOf(entry.path());
        const auto at = text.find("it_value: (");
        if (at == std::string::npos) continue;
        const double seconds = std::strtod(text.c_str() + at + 11, nullptr);
        if (seconds > 0)
            note(nearest, seconds, "a timer descriptor ends in " + std::to_string(seconds) + " s");
    }
}

} // namespace

std::optional<std::uint64_t> residentKiB(pid_t pid) {
    const std::string text = contentOf(fs::path("/proc") / std::to_string(pid) / "status");
    const auto at = text.find("VmRSS:");
    if (at == std::string::npos) return std::nullopt;
    return std::strtoull(text.c_str() + at + 6, nullptr, 10);
}

NearestTimer nearestTimer(pid_t pid) {
    const fs::path process = fs::path("/proc") / std::to_string(pid);
    NearestTimer nearest;
    // There is no event for "it waits now": a look every 2 ms until all its threads do.
    for (int tries = 0; tries < 500 && !nearest.seen; ++tries) {
        nearest = {};
        nearest.seen = true;
        std::error_code error;
        for (const auto& thread : fs::directory_iterator(process / "task", error))
            if (!lookAtThread(thread.path(), nearest)) nearest.seen = false;
        if (!nearest.seen) ::poll(nullptr, 0, 2);
    }
    if (nearest.seen) lookAtTimerDescriptors(process / "fdinfo", nearest);
    return nearest;
}

} // namespace conformance
