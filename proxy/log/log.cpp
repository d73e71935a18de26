#include "proxy/log/log.h"

#include "proxy/log/probe.h"
#include "proxy/log/quote.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <new>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace proxy::log {

namespace {

constexpr std::size_t mostUnwritten = 1024 * 1024;
constexpr std::size_t mostTarget = 1024;
constexpr std::size_t writtenAtOnce = std::size_t{64} * 1024;

constexpr std::array<std::string_view, 8> levelNames = {"debug", "info", "notice", "warning",
                                                        "err",   "crit", "alert",  "emerg"};

void number(std::string& out, std::uint64_t value, int width = 0) {
    std::array<char, 20> digits; // NOLINT: filled by to_chars
    const auto [end, ec] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    const auto size = static_cast<int>(end - digits.data());
    for (int i = size; i < width; ++i) out += '0';
    out.append(digits.data(), end);
}

void milliseconds(std::string& out, std::chrono::microseconds duration) {
    const auto micro = static_cast<std::uint64_t>(duration.count());
    number(out, micro / 1000);
    out += '.';
    number(out, micro % 1000, 3);
}

// O_NONBLOCK belongs to the open file description, which other processes may share (a terminal, `2>&1`). A
// pipe or file opened anew through /proc is ours alone.
int reopened(int descriptor) {
    const std::string self = "/proc/self/fd/" + std::to_string(descriptor);
    return ::open(self.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

} // namespace

std::string_view nameOf(Level level) noexcept {
    return levelNames[static_cast<std::size_t>(level)];
}

void loggedTarget(std::string_view path, std::string_view query, std::string& out) {
    out.assign(path.substr(0, mostTarget));
    bool cut = path.size() > mostTarget;
    char separator = '?';
    while (!query.empty() && !cut) {
        const std::size_t pairEnd = query.find('&');
        const std::string_view pair = query.substr(0, pairEnd);
        const std::string_view key = pair.substr(0, pair.find('='));
        cut = out.size() + key.size() + 1 > mostTarget;
        if (!cut && !key.empty()) {
            out += separator;
            out += key;
            separator = '&';
        }
        query = pairEnd == std::string_view::npos ? std::string_view{} : query.substr(pairEnd + 1);
    }
    if (cut) out += "...";
}

Log::Log(int descriptor, Level least, Format format)
    : descriptor_(descriptor)
    , least_(least)
    , format_(format) {
    // What a usual round says needs no more: it can be said when memory has run out, too.
    pending_.reserve(writtenAtOnce);
    message_.reserve(512);
    secondText_.reserve(32);
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return;
    // systemd's journal: it cannot be opened anew, but each write can be told.
    socket_ = S_ISSOCK(status.st_mode);
    // A terminal is somebody's screen: it never blocks for long and its output is for eyes.
    if (S_ISFIFO(status.st_mode)) {
        const int own = reopened(descriptor);
        if (own >= 0) {
            descriptor_ = own;
            ownDescriptor_ = true;
        }
    }
}

Log::~Log() {
    flush();
    if (ownDescriptor_) ::close(descriptor_);
}

void Log::access(Level usual, const Access& access) noexcept {
    line(levelOf(usual, access), [&] {
        if (format_ == Format::json)
            json(access);
        else
            text(access);
    });
}

void Log::event(Level level, std::initializer_list<std::string_view> parts) noexcept {
    line(level, [&] {
        message_.clear();
        for (const std::string_view part : parts) message_ += part;
        if (format_ == Format::json) {
            pending_ += R"(,"message":)";
            appendJson(pending_, message_);
            pending_ += '}';
        } else {
            pending_ += ' ';
            appendPrintable(pending_, message_);
        }
    });
}

template <class Write>
void Log::line(Level level, Write write) noexcept {
    if (!enabled(level)) return;
    const std::size_t before = pending_.size();
    try {
        begin(level);
        write();
        end();
    } catch (const std::bad_alloc&) {
        pending_.resize(before);
        drop(1, "memory had run out");
    }
}

void Log::begin(Level level) {
    lineStart_ = pending_.size();
    const bool asJson = format_ == Format::json;
    if (asJson) pending_ += R"({"time":")";
    timestamp();
    pending_ += asJson ? R"(","level":")" : " ";
    pending_ += nameOf(level);
    if (asJson) pending_ += '"';
}

void Log::end() {
    pending_ += '\n';
    if (pending_.size() <= mostUnwritten) {
        // A round of many lines is written before its end, so that only a reader who does not read meets the bound.
        if (pending_.size() - stuck_ >= writtenAtOnce) write();
        return;
    }
    pending_.resize(lineStart_);
    drop(1, "standard output is not being read");
}

void Log::drop(std::uint64_t lines, const char* why) noexcept {
    dropped_ += lines;
    if (lines != 0) why_ = why;
}

void Log::word(std::string_view ours) {
    pending_ += ' ';
    pending_ += ours.empty() ? "-" : ours;
}

void Log::text(const Access& a) {
    // Method and target are the client's words; all others are ours and need no look.
    word(a.client);
    if (!a.door.empty()) {
        pending_ += " door=";
        pending_ += a.door;
    }
    pending_ += ' ';
    appendPrintable(pending_, a.method.empty() ? "-" : a.method);
    pending_ += ' ';
    appendPrintable(pending_, a.target.empty() ? "-" : a.target);
    word(a.operation);
    word(a.verdict);
    word(a.rule);
    pending_ += ' ';
    number(pending_, static_cast<std::uint64_t>(a.status));
    pending_ += ' ';
    number(pending_, a.received);
    pending_ += ' ';
    number(pending_, a.sent);
    pending_ += ' ';
    milliseconds(pending_, a.duration);
    pending_ += "ms";
    if (a.note.empty()) return;
    pending_ += ' ';
    appendPrintable(pending_, a.note);
}

void Log::json(const Access& a) {
    const std::array<std::pair<std::string_view, std::string_view>, 6> words = {{{"client", a.client},
                                                                                 {"method", a.method},
                                                                                 {"target", a.target},
                                                                                 {"operation", a.operation},
                                                                                 {"verdict", a.verdict},
                                                                                 {"rule", a.rule}}};
    for (const auto& [key, value] : words) {
        pending_ += ",\"";
        pending_ += key;
        pending_ += "\":";
        appendJson(pending_, value);
    }
    if (!a.door.empty()) {
        pending_ += R"(,"door":)";
        appendJson(pending_, a.door);
    }
    pending_ += R"(,"status":)";
    number(pending_, static_cast<std::uint64_t>(a.status));
    pending_ += R"(,"received":)";
    number(pending_, a.received);
    pending_ += R"(,"sent":)";
    number(pending_, a.sent);
    pending_ += R"(,"milliseconds":)";
    milliseconds(pending_, a.duration);
    if (!a.note.empty()) {
        pending_ += R"(,"note":)";
        appendJson(pending_, a.note);
    }
    pending_ += '}';
}

void Log::timestamp() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != second_ || secondText_.empty()) {
        std::tm utc{};
        ::gmtime_r(&now.tv_sec, &utc);
        std::array<char, 32> text; // NOLINT: filled by strftime
        secondText_.assign(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc));
        second_ = now.tv_sec;
    }
    pending_ += secondText_;
    pending_ += '.';
    number(pending_, static_cast<std::uint64_t>(now.tv_nsec / 1'000'000), 3);
    pending_ += 'Z';
}

void Log::flush() noexcept {
    write();
    if (dropped_ != 0 && pending_.empty() && !failed_) tellDropped();
}

void Log::tellDropped() noexcept {
    const std::uint64_t count = std::exchange(dropped_, 0);
    std::array<char, 20> digits; // NOLINT: filled by to_chars
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr;
    event(Level::warning, {{digits.data(), end}, " log lines were dropped: ", why_});
    write();
    if (dropped_ != 0) dropped_ = count; // this line has met the same fate, and is none of them
}

void Log::write() noexcept {
    std::size_t written = 0;
    while (written < pending_.size()) {
        const char* const from = pending_.data() + written;
        const std::size_t size = pending_.size() - written;
        const ssize_t n = socket_ ? ::send(descriptor_, from, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                  : ::write(descriptor_, from, size);
        if (n < 0 && errno == EINTR) continue;
        failed_ = n < 0 && errno != EAGAIN;
        if (failed_) {
            failed(written, errno);
            break;
        }
        if (n <= 0) break;
        written += static_cast<std::size_t>(n);
        midLine_ = pending_[written - 1] != '\n';
    }
    pending_.erase(0, written);
    stuck_ = pending_.size();
}

// A full disk, or a reader who has left: all but the rest of a line that is half written, which what comes later
// would else be glued to.
void Log::failed(std::size_t written, int error) noexcept {
    const std::size_t rest = midLine_ ? pending_.find('\n', written) + 1 : written;
    drop(static_cast<std::uint64_t>(
             std::count(pending_.begin() + static_cast<std::ptrdiff_t>(rest), pending_.end(), '\n')),
         ::strerrordesc_np(error));
    pending_.resize(rest);
}

} // namespace proxy::log
