// The text that a scrape is answered with: OpenMetrics 1.0, or Prometheus' older form for whoever does not ask for it.
// https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
#pragma once

#include "proxy/metrics/counters.h"

#include <chrono>
#include <deque>
#include <string>
#include <string_view>

namespace proxy::metrics {

enum class Format : std::uint8_t {
    text,        ///< Prometheus 0.0.4: a counter's family has the name of its samples
    openMetrics, ///< it has it without _total, and the whole ends in # EOF
};

[[nodiscard]] std::string_view contentType(Format format) noexcept;

/// All that is told, and of whom. For one thread.
class Metrics {
public:
    /// `started`: seconds since 1970.
    Metrics(Names names, std::string_view version, std::chrono::seconds started)
        : names_(std::move(names))
        , version_(version)
        , started_(started) {}
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// Stays where it is. `door`: its name; empty: the one without.
    [[nodiscard]] Counters& add(std::string door) { return doors_.emplace_back(std::move(door), names_); }

    /// Of operations and rules there are many: those that nothing has happened to have no line. Sums by verdict are
    /// always there, so that the first denial is an increase.
    [[nodiscard]] std::string write(Format format) const;

private:
    Names names_;
    std::string version_;
    std::chrono::seconds started_;
    std::deque<Counters> doors_;
};

} // namespace proxy::metrics
