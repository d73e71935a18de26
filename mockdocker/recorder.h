// What the mock daemon saw: every connection and on it every request, exactly as received.
// Everything here may be called from any thread; snapshots are copies.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mockdocker {

/// How a connection ended, from the daemon's side.
enum class End {
    open,    ///< it has not ended
    eof,     ///< the client sent FIN (it may have been ours to close afterwards)
    reset,   ///< the client went away with an error
    closed,  ///< the daemon closed first: after Connection: close, a refusal, a fault
    stopped, ///< stop() or die ended it
};
[[nodiscard]] std::string_view name(End end);

struct RecordedRequest {
    std::uint64_t connection = 0;   ///< number of the connection, from 1, never reused
    std::uint64_t number = 0;       ///< number of the request over all connections, from 1
    std::string method;             ///< empty when the head could not be read
    std::string target;             ///< as sent
    std::string head;               ///< raw bytes, the empty line included
    std::string rawBody;            ///< as received, chunk framing and trailers included
    std::string body;               ///< decoded
    std::string trailer;            ///< raw trailer section without its empty line
    std::uint64_t rawBodyBytes = 0; ///< may exceed rawBody.size(): only the first Limits::bodyBytes are kept
    std::uint64_t bodyBytes = 0;
    bool bodyIsPattern = true; ///< every octet so far matched mockdocker::pattern()
    bool complete = false;     ///< head and body arrived in full
    std::string refusal;       ///< why the daemon's HTTP reader refused it; empty when it did not
    int status = 0;            ///< final status answered; 0: none yet, or raw bytes of a fault
    std::string afterUpgrade;  ///< bytes received behind a 101 (or a raw 200 stream)
    std::uint64_t afterUpgradeBytes = 0;
    bool upgradeEof = false; ///< the client half-closed behind the upgrade
};

struct RecordedConnection {
    std::uint64_t number = 0;
    End end = End::open;
    std::string stray;                                     ///< bytes received that never became a whole head
    std::deque<std::shared_ptr<RecordedRequest>> requests; ///< in a snapshot these are copies of its own
};

struct Limits {
    std::size_t bodyBytes = std::size_t{4} << 20; ///< of each body are kept; all are counted
    std::size_t requestsPerConnection = 2000;     ///< older ones are forgotten
    std::size_t connections = 20000;              ///< older ended ones are forgotten
    bool enabled = true;                          ///< off for load tests
};

class Recorder {
public:
    using Records = std::list<std::shared_ptr<RecordedConnection>>;

    explicit Recorder(Limits limits)
        : limits_(limits) {}

    /// A copy of everything recorded.
    [[nodiscard]] std::vector<RecordedConnection> connections() const;
    /// Requests whose raw head contains `needle` (empty: all), in order of arrival.
    [[nodiscard]] std::vector<RecordedRequest> requests(std::string_view needle = {}) const;
    /// Forgets every request and every ended connection; open ones stay, without requests.
    void clear();
    void setEnabled(bool enabled);

    using Predicate = std::function<bool(const Records&)>;
    /// Blocks until `predicate` holds or the deadline passes; returns whether it holds. The predicate runs
    /// under the recorder's lock: it must not call the recorder.
    [[nodiscard]] bool waitUntil(const Predicate& predicate, std::chrono::milliseconds deadline) const;
    /// Until at least `count` complete requests have `needle` in their head.
    [[nodiscard]] bool waitForRequests(std::size_t count, std::string_view needle = {},
                                       std::chrono::milliseconds deadline = std::chrono::seconds(10)) const;
    /// Until `accepted` connections have come in all and no recorded one is open. Without the number it may
    /// hold before a connection that was just made has been accepted.
    [[nodiscard]] bool
    waitForNoConnections(std::uint64_t accepted = 0,
                         std::chrono::milliseconds deadline = std::chrono::seconds(10)) const;

    // ---- for the daemon ----
    std::shared_ptr<RecordedConnection> connect();
    /// Changes a record under the lock and wakes those who wait.
    template <class Change>
    void update(const Change& change) {
        {
            const std::lock_guard lock(mutex_);
            change();
        }
        changed_.notify_all();
    }
    std::shared_ptr<RecordedRequest> addRequest(RecordedConnection& connection); ///< inside update()
    void addBody(RecordedRequest& request, std::string_view raw, std::string_view data);
    void addUpgraded(RecordedRequest& request, std::string_view bytes);
    [[nodiscard]] std::uint64_t accepted() const;

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    Limits limits_;
    Records records_;
    std::uint64_t connectionNumber_ = 0;
    std::uint64_t requestNumber_ = 0;
};

} // namespace mockdocker
