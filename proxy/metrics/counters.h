// What is counted of a door while its requests end, for METRICS_BIND to tell. Nothing here is the client's words:
// whatever becomes a label is one of a table of ours.
//
// An allowed request costs a few additions to memory that is there from the start; a denied one also looks its rule
// up among a few hundred. For one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::metrics {

/// What becomes of a request, as the access log says it.
inline constexpr std::array<std::string_view, 4> verdicts{"allow", "learn", "deny", "reject"};

/// Why the daemon's answer is not what the client got.
enum class Failure : std::uint8_t {
    none,
    unreachable, ///< no connection to its socket
    busy,        ///< its queue of connections stayed full
    noAnswer,    ///< none, or what is no HTTP
    cutAnswer,   ///< it began well, and broke
    notMasked,   ///< MASK_ENV found it to be what it cannot mask
};
inline constexpr std::array<std::string_view, 6> failures{"",          "unreachable", "busy",
                                                          "no_answer", "cut_answer",  "not_masked"};

/// One request, at its end.
struct Ended {
    std::size_t operation = 0; ///< its place in Names::operations; their number: none
    std::string_view verdict;  ///< one of `verdicts`
    std::string_view rule;     ///< who decided; one of Names::rules
    Failure failure = Failure::none;
    std::uint64_t received = 0; ///< octets of its body, or of a tunnel's upward direction
    std::uint64_t sent = 0;
};

/// What may be a label's value, for all doors.
struct Names {
    std::vector<std::string_view> operations;
    std::vector<std::string_view> rules; ///< sorted
};

class Counters {
public:
    /// `names` outlives it.
    Counters(std::string door, const Names& names);

    void ended(const Ended& request) noexcept;

    std::uint64_t accepted = 0;   ///< connections, from the start
    std::int64_t connections = 0; ///< now, as the next two
    std::int64_t exchanges = 0;   ///< with the daemon: requests under way, streams and tunnels
    std::int64_t tunnels = 0;     ///< attach, exec, a build's session: octets both ways

    [[nodiscard]] const std::string& door() const noexcept { return door_; }
    [[nodiscard]] std::uint64_t requests(std::size_t operation, std::size_t verdict) const noexcept {
        return requests_[operation][verdict];
    }
    [[nodiscard]] std::uint64_t denials(std::size_t rule) const noexcept { return denials_[rule]; }
    [[nodiscard]] std::uint64_t failed(std::size_t failure) const noexcept { return failed_[failure]; }
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }

private:
    std::string door_;
    const Names& names_;
    std::vector<std::array<std::uint64_t, verdicts.size()>> requests_; ///< the last: of no operation
    std::vector<std::uint64_t> denials_;                               ///< the last: by what Names lacks
    std::array<std::uint64_t, failures.size()> failed_{};
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
};

/// Counts one more as long as it lives. Of null: nothing.
class Held {
public:
    Held(Counters* counters, std::int64_t Counters::*gauge) noexcept
        : gauge_(counters != nullptr ? &(counters->*gauge) : nullptr) {
        if (gauge_ != nullptr) ++*gauge_;
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() {
        if (gauge_ != nullptr) --*gauge_;
    }

private:
    std::int64_t* gauge_;
};

} // namespace proxy::metrics
