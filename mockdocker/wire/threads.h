// Joinable threads with small stacks: thousands of idle streams are one thread each.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <pthread.h>

namespace mockdocker {

class Threads {
public:
    Threads() = default;
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads() { join(); }

    /// Throws std::system_error when the system has no thread left.
    void run(std::function<void()> work);
    /// Waits for all; whoever calls it has told them to end.
    void join();

private:
    struct Task {
        Threads* owner = nullptr;
        std::function<void()> work;
        pthread_t thread{};
        bool finished = false;
    };
    static void* enter(void* task);
    void reap();

    std::mutex mutex_;
    std::list<Task> tasks_;
};

} // namespace mockdocker
