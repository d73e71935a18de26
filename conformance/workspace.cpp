#include "conformance/workspace.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <pthread.h>
#include <set>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace conformance {
namespace {

// Never destroyed: the thread that waits for signals outlives main.
struct Registry {
    std::mutex mutex;
    std::set<std::string> paths;
};

Registry& registry() {
    static auto* const one = new Registry;
    return *one;
}

void removeFolder(const std::string& path) {
    std::error_code ignored; // what is gone already is as good
    std::filesystem::remove_all(path, ignored);
}

[[noreturn]] void endBy(int signal, void (*first)()) {
    first();
    auto& all = registry();
    all.mutex.lock(); // for ever: nobody makes another workspace
    for (const auto& path : all.paths) removeFolder(path);
    (void)::signal(signal, SIG_DFL);
    sigset_t one;
    ::sigemptyset(&one);
    ::sigaddset(&one, signal);
    ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
    (void)::raise(signal);
    std::_Exit(128 + signal);
}

} // namespace

Workspace::Workspace() {
    std::string name = (std::filesystem::temp_directory_path() / "conformance-XXXXXX").string();
    auto& all = registry();
    const std::lock_guard lock(all.mutex);
    if (::mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("a temporary folder " + name +
                                 " cannot be made: " + ::strerrordesc_np(errno));
    all.paths.insert(name);
    path_ = name;
    // A target that becomes another user at its start enters it as it would /run; nobody else lists it.
    std::filesystem::permissions(name, std::filesystem::perms(0711));
}

Workspace::~Workspace() {
    removeFolder(path_);
    auto& all = registry();
    const std::lock_guard lock(all.mutex);
    all.paths.erase(path_);
}

void removeWorkspacesOnSignals(void (*first)()) {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction now {};
        // Ignored by whoever started the program (nohup): it stays so.
        if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN)
            ::sigaddset(&signals, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread([signals, first] {
        int signal = 0;
        if (::sigwait(&signals, &signal) == 0) endBy(signal, first);
    }).detach();
}

} // namespace conformance
