// The standard streams of one emulated process, between its thread and the connections attached to it.
// The output is kept whole: it is also the log. Thread-safe.
#pragma once

#include "mockdocker/wire/await.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mockdocker {

struct Output {
    int stream; ///< 1 stdout, 2 stderr
    std::string data;
    std::chrono::system_clock::time_point at;
};

class Stdio {
public:
    explicit Stdio(bool terminal, bool takesInput = true, std::vector<Output> history = {})
        : terminal_(terminal)
        , inputClosed_(!takesInput)
        , output_(std::move(history)) {}

    // ---- the process ----
    void print(int stream, std::string_view data);
    /// The next line with its LF, or what is left at the end of input; nothing at the end or when killed.
    [[nodiscard]] std::optional<std::string> readLine();
    /// Whatever has come in, at least one octet; nothing at the end or when killed.
    [[nodiscard]] std::optional<std::string> readSome();
    void sleep(std::chrono::duration<double> time); ///< ends early when killed
    [[nodiscard]] int killedBy() const;             ///< the signal, or 0
    void finish(int exitCode);

    // ---- its clients ----
    void feed(std::string_view bytes);
    void closeInput();
    void kill(int signal);
    [[nodiscard]] std::size_t outputs() const;
    [[nodiscard]] std::vector<Output> outputFrom(std::size_t index) const;
    [[nodiscard]] std::optional<int> exitCode() const;
    void markRemoved(); ///< its container is gone
    [[nodiscard]] bool removed() const;
    [[nodiscard]] bool terminal() const { return terminal_; }
    Signal changed; ///< fired on output, exit and removal

private:
    mutable std::mutex mutex_;
    std::condition_variable input_; ///< input, its end, or a signal
    const bool terminal_;
    bool inputClosed_;
    std::string pending_;
    std::vector<Output> output_;
    int signal_ = 0;
    std::optional<int> exitCode_;
    bool removed_ = false;
};

} // namespace mockdocker
