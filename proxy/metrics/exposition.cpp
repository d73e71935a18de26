#include "proxy/metrics/exposition.h"

#include <initializer_list>
#include <utility>

namespace proxy::metrics {

namespace {

constexpr std::string_view prefix = "docker_socket_proxy_";

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Writer {
public:
    explicit Writer(Format format)
        : format_(format) {}

    void counter(std::string_view name, std::string_view help) {
        family(name, format_ == Format::text ? "_total" : "", "counter", help);
        suffix_ = "_total";
    }
    void gauge(std::string_view name, std::string_view help) {
        family(name, "", "gauge", help);
        suffix_ = "";
    }

    // Names of doors, operations and rules are words: none has to be escaped.
    template <class Number>
    void sample(Labels labels, Number value) {
        text_.append(name_).append(suffix_);
        char before = '{';
        for (const auto& [label, word] : labels) {
            text_ += std::exchange(before, ',');
            text_.append(label).append("=\"").append(word) += '"';
        }
        if (before == ',') text_ += '}';
        text_.append(" ").append(std::to_string(value)) += '\n';
    }
    // Of what there is much, and most of it never happens.
    void sampleIfAny(Labels labels, std::uint64_t value) {
        if (value != 0) sample(labels, value);
    }

    [[nodiscard]] std::string take() && {
        if (format_ == Format::openMetrics) text_ += "# EOF\n";
        return std::move(text_);
    }

private:
    void family(std::string_view name, std::string_view ending, std::string_view type,
                std::string_view help) {
        name_ = name.starts_with("process_") ? "" : prefix;
        name_.append(name);
        text_.append("# HELP ").append(name_).append(ending).append(" ").append(help) += '\n';
        text_.append("# TYPE ").append(name_).append(ending).append(" ").append(type) += '\n';
    }

    Format format_;
    std::string name_;
    std::string_view suffix_;
    std::string text_;
};

std::string_view nameAt(const std::vector<std::string_view>& names, std::size_t place) {
    return place < names.size() ? names[place] : "-";
}

} // namespace

std::string_view contentType(Format format) noexcept {
    return format == Format::openMetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                         : "text/plain; version=0.0.4; charset=utf-8";
}

std::string Metrics::write(Format format) const {
    Writer out(format);
    out.gauge("build_info", "Always 1; the label is the version.");
    out.sample({{"version", version_}}, 1);
    out.gauge("process_start_time_seconds", "When it was started, in seconds since 1970.");
    out.sample({}, started_.count());

    out.counter("verdicts", "Requests that have ended, by what became of them.");
    for (const Counters& door : doors_)
        for (std::size_t verdict = 0; verdict < verdicts.size(); ++verdict) {
            std::uint64_t sum = 0;
            for (std::size_t place = 0; place <= names_.operations.size(); ++place)
                sum += door.requests(place, verdict);
            out.sample({{"door", door.door()}, {"verdict", verdicts[verdict]}}, sum);
        }
    out.counter("requests", "Requests that have ended, by Docker operation (- is none) and verdict.");
    for (const Counters& door : doors_)
        for (std::size_t place = 0; place <= names_.operations.size(); ++place)
            for (std::size_t verdict = 0; verdict < verdicts.size(); ++verdict)
                out.sampleIfAny({{"door", door.door()},
                                 {"operation", nameAt(names_.operations, place)},
                                 {"verdict", verdicts[verdict]}},
                                door.requests(place, verdict));
    out.counter("denials", "Requests that were denied or rejected, by the rule that decided.");
    for (const Counters& door : doors_)
        for (std::size_t rule = 0; rule <= names_.rules.size(); ++rule)
            out.sampleIfAny({{"door", door.door()}, {"rule", nameAt(names_.rules, rule)}},
                            door.denials(rule));
    out.counter("daemon_failures", "Requests that the daemon did not answer as it should, by how.");
    for (const Counters& door : doors_)
        for (std::size_t failure = 1; failure < failures.size(); ++failure)
            out.sample({{"door", door.door()}, {"failure", failures[failure]}}, door.failed(failure));

    const auto each = [&](auto number) {
        for (const Counters& door : doors_) out.sample({{"door", door.door()}}, number(door));
    };
    out.counter("received_bytes", "Bodies and tunnels from clients, once they have ended.");
    each([](const Counters& door) { return door.received(); });
    out.counter("sent_bytes", "Bodies and tunnels to clients, once they have ended.");
    each([](const Counters& door) { return door.sent(); });
    out.counter("accepted_connections", "Connections of clients.");
    each([](const Counters& door) { return door.accepted; });
    out.gauge("open_connections", "Connections of clients that are open.");
    each([](const Counters& door) { return door.connections; });
    out.gauge("running_exchanges", "Requests that are with the daemon, streams and tunnels among them.");
    each([](const Counters& door) { return door.exchanges; });
    out.gauge("open_tunnels", "Hijacked connections: attach, exec, sessions of builds.");
    each([](const Counters& door) { return door.tunnels; });
    return std::move(out).take();
}

} // namespace proxy::metrics
