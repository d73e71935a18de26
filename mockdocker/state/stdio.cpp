#include "mockdocker/state/stdio.h"

namespace mockdocker {
namespace {

std::string asTerminal(std::string_view data) { // ONLCR
    std::string text;
    for (const char c : data) {
        if (c == '\n') text.push_back('\r');
        text.push_back(c);
    }
    return text;
}

} // namespace

void Stdio::print(int stream, std::string_view data) {
    if (data.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        if (terminal_) stream = 1;
        output_.push_back(
            {stream, terminal_ ? asTerminal(data) : std::string(data), std::chrono::system_clock::now()});
    }
    changed.fire();
}

std::optional<std::string> Stdio::readLine() {
    std::unique_lock lock(mutex_);
    std::size_t end = 0;
    input_.wait(lock, [&] {
        end = pending_.find('\n');
        return end != std::string::npos || inputClosed_ || signal_ != 0;
    });
    if (signal_ != 0 || pending_.empty()) return {};
    std::string line = pending_.substr(0, end == std::string::npos ? end : end + 1);
    pending_.erase(0, line.size());
    return line;
}

std::optional<std::string> Stdio::readSome() {
    std::unique_lock lock(mutex_);
    input_.wait(lock, [&] { return !pending_.empty() || inputClosed_ || signal_ != 0; });
    if (signal_ != 0 || pending_.empty()) return {};
    return std::exchange(pending_, {});
}

void Stdio::sleep(std::chrono::duration<double> time) {
    std::unique_lock lock(mutex_);
    input_.wait_for(lock, time, [&] { return signal_ != 0; });
}

int Stdio::killedBy() const {
    const std::lock_guard lock(mutex_);
    return signal_;
}

void Stdio::finish(int exitCode) {
    {
        const std::lock_guard lock(mutex_);
        exitCode_ = exitCode;
    }
    changed.fire();
}

void Stdio::feed(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    pending_.append(bytes);
    input_.notify_all();
}

void Stdio::closeInput() {
    const std::lock_guard lock(mutex_);
    inputClosed_ = true;
    input_.notify_all();
}

void Stdio::kill(int signal) {
    const std::lock_guard lock(mutex_);
    signal_ = signal;
    input_.notify_all();
}

std::size_t Stdio::outputs() const {
    const std::lock_guard lock(mutex_);
    return output_.size();
}

std::vector<Output> Stdio::outputFrom(std::size_t index) const {
    const std::lock_guard lock(mutex_);
    if (index >= output_.size()) return {};
    return {output_.begin() + static_cast<std::ptrdiff_t>(index), output_.end()};
}

std::optional<int> Stdio::exitCode() const {
    const std::lock_guard lock(mutex_);
    return exitCode_;
}

void Stdio::markRemoved() {
    {
        const std::lock_guard lock(mutex_);
        removed_ = true;
    }
    changed.fire();
}

bool Stdio::removed() const {
    const std::lock_guard lock(mutex_);
    return removed_;
}

} // namespace mockdocker
