// What the proxy says: one line a request (the access log) and one line an event, as
// text or as JSON, on one descriptor.
//
// Lines are collected and written once a round of the event loop, or whenever there are 64 KiB of them, so that
// logging costs a copy a request and a system call a round. Never logged: header values, values of a query string
// (build arguments and credentials travel there), bodies, but for the path, name, mode or number that a guard
// refuses. For one thread.
//
// Not Poco::Logger: a message there costs several allocations and a system call a line.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <string>
#include <string_view>

namespace proxy::log {

enum class Level : std::uint8_t { debug, info, notice, warning, err, crit, alert, emerg };
enum class Format : std::uint8_t { text, json };

[[nodiscard]] std::string_view nameOf(Level level) noexcept;

/// One request, at its end.
struct Access {
    std::string_view client; ///< "192.0.2.1:5555", or "unix:pid=7,uid=0"
    std::string_view door;   ///< the client's, by name; empty: it has none, and nothing is told of it
    std::string_view method;
    std::string_view target;    ///< see loggedTarget()
    std::string_view operation; ///< "ContainerList", "-" when the daemon has none
    std::string_view verdict;   ///< allow, learn, deny, reject
    std::string_view rule;      ///< the rule that decided, or the reject's name
    int status = 0;             ///< what the client was answered; 0: it got no answer
    std::uint64_t received = 0; ///< octets of the request's body, or of a tunnel's upward direction
    std::uint64_t sent = 0;     ///< octets of the response's body, or of a tunnel's downward direction
    std::chrono::microseconds duration{0};
    std::string_view note; ///< how it ended when not well: "daemon closed the connection …"; may be empty
};

/// The target as it may be logged: its path, of the query only the keys, at most 1 KiB of it all.
void loggedTarget(std::string_view path, std::string_view query, std::string& out);

class Log {
public:
    /// Writes to `descriptor`, which stays open and is set non-blocking where that does not touch other
    /// processes: a reader who does not read never stops the proxy; lines that find 1 MiB unread are dropped,
    /// counted, and the count is logged, with why, as soon as there is room. So are those that a full disk or a lack
    /// of memory costs.
    Log(int descriptor, Level least, Format format);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log();

    [[nodiscard]] bool enabled(Level level) const noexcept { return level >= least_; }
    /// At `usual`, but for the health check's own requests: see probe.h.
    void access(Level usual, const Access& access) noexcept;
    void event(Level level, std::string_view text) noexcept { event(level, {text}); }
    /// Of several parts: whoever has run out of memory puts none together.
    void event(Level level, std::initializer_list<std::string_view> parts) noexcept;
    /// Writes what has been collected, as far as the descriptor takes it.
    void flush() noexcept;

private:
    template <class Write>
    void line(Level level, Write write) noexcept;
    void begin(Level level);
    void end();
    void drop(std::uint64_t lines, const char* why) noexcept;
    void tellDropped() noexcept;
    void failed(std::size_t written, int error) noexcept;
    void text(const Access& access);
    void word(std::string_view ours);
    void json(const Access& access);
    void timestamp();
    void write() noexcept;

    int descriptor_;
    bool ownDescriptor_ = false;
    bool socket_ = false;
    Level least_;
    Format format_;
    std::string pending_;
    std::size_t lineStart_ = 0;
    std::size_t stuck_ = 0; ///< octets of it that the descriptor would not take when it was last tried
    bool midLine_ = false;  ///< what was written last ends within a line
    bool failed_ = false;   ///< what was tried last failed, and not for lack of room in a pipe
    std::uint64_t dropped_ = 0;
    const char* why_ = ""; ///< the last of them
    std::string message_;  ///< an event's, put together
    std::time_t second_ = 0;
    std::string secondText_;
};

} // namespace proxy::log
