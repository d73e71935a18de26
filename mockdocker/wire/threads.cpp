#include "mockdocker/wire/threads.h"

#include <system_error>

namespace mockdocker {
namespace {

constexpr std::size_t stackBytes = std::size_t{512}
                                   << 10; // reserved, not touched; sanitizers need more than 128 KiB

} // namespace

void* Threads::enter(void* argument) {
    auto& task = *static_cast<Task*>(argument);
    task.work();
    task.work = nullptr;
    const std::lock_guard lock(task.owner->mutex_);
    task.finished = true;
    return nullptr;
}

void Threads::reap() {
    std::list<Task> ended;
    {
        const std::lock_guard lock(mutex_);
        for (auto at = tasks_.begin(); at != tasks_.end();) {
            const auto here = at++;
            if (here->finished) ended.splice(ended.end(), tasks_, here);
        }
    }
    for (const Task& task : ended) ::pthread_join(task.thread, nullptr);
}

void Threads::run(std::function<void()> work) {
    reap();
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstacksize(&attributes, stackBytes);
    const std::lock_guard lock(mutex_);
    Task& task = tasks_.emplace_back();
    task.owner = this;
    task.work = std::move(work);
    const int error = ::pthread_create(&task.thread, &attributes, &enter, &task);
    ::pthread_attr_destroy(&attributes);
    if (error == 0) return;
    tasks_.pop_back();
    throw std::system_error(error, std::generic_category(), "no thread for a connection");
}

void Threads::join() {
    std::list<Task> all;
    {
        const std::lock_guard lock(mutex_);
        all.splice(all.end(), tasks_);
    }
    for (const Task& task : all) ::pthread_join(task.thread, nullptr);
}

} // namespace mockdocker
