// The faults still to come, matched against requests. Thread-safe.
#pragma once

#include "mockdocker/faults/fault.h"
#include "mockdocker/wire/await.h"
#include "mockdocker/wire/request.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace mockdocker {

/// A scripted fault at work: its budget of released octets, shared by the requests it hit.
class ActiveFault {
public:
    ActiveFault(FaultId faultId, Fault what)
        : id(faultId)
        , fault(std::move(what)) {}

    const FaultId id;
    const Fault fault;
    Signal released;

private:
    friend class FaultScript;
    std::uint64_t budget_ = 0; ///< octets a stall or drip may still let through
    bool open_ = false;        ///< released for good
    int skip_ = 0;
    int left_ = 0;
    std::uint64_t hits_ = 0;    ///< requests it acted on
    std::uint64_t reached_ = 0; ///< stalls, drips and cuts that came to their point
};

class FaultScript {
public:
    FaultId add(Fault fault);
    void remove(FaultId id);
    void clear();
    /// Lets `bytes` more octets through a stall or drip; without a number it ends for good.
    void release(FaultId id, std::uint64_t bytes);
    void release(FaultId id);

    /// Waits until the fault has acted `count` times: for stall, drip and cut until
    /// the point in the answer is reached.
    [[nodiscard]] bool waitForHits(FaultId id, std::uint64_t count = 1,
                                   std::chrono::milliseconds deadline = std::chrono::seconds(10)) const;
    [[nodiscard]] std::uint64_t hits(FaultId id) const;

    // ---- for the daemon ----
    using Taken = std::vector<std::shared_ptr<ActiveFault>>;
    [[nodiscard]] Taken take(const Request& request);
    [[nodiscard]] bool takeRefusal();
    void noteReached(ActiveFault& fault);
    /// How many of `wanted` octets may pass a stall or drip now; they are taken from what was released.
    [[nodiscard]] std::uint64_t draw(ActiveFault& fault, std::uint64_t wanted);
    /// True while a scripted fault wants resets, for which reading has to leave a byte in the kernel.
    [[nodiscard]] const std::atomic<bool>& wantsReset() const { return wantsReset_; }

private:
    [[nodiscard]] std::shared_ptr<ActiveFault> find(FaultId id) const;
    [[nodiscard]] bool spend(ActiveFault& fault);

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    /// Spent ones stay: they may be released and asked for hits.
    std::list<std::shared_ptr<ActiveFault>> faults_;
    std::atomic<bool> wantsReset_{false};
    std::atomic<bool> empty_{true}; ///< spares the lock on every request of a load test
    FaultId lastId_ = 0;
};

[[nodiscard]] bool globMatches(std::string_view glob, std::string_view text);

/// The flow faults of one answer, as a valve on its connection.
class FaultValve : public Valve {
public:
    FaultValve(FaultScript& script, Connection& connection, std::shared_ptr<ActiveFault> fault)
        : script_(script)
        , connection_(connection)
        , fault_(std::move(fault)) {}
    Verdict admit(std::string_view bytes) override;

private:
    [[nodiscard]] std::uint64_t pointWith(std::string_view bytes);
    [[nodiscard]] Verdict hold(std::string_view bytes);

    FaultScript& script_;
    Connection& connection_;
    std::shared_ptr<ActiveFault> fault_;
    std::uint64_t sent_ = 0;
    std::uint64_t headEnd_ = 0;
    std::string seen_; ///< of the head, until its end is known
    bool noted_ = false;
};

} // namespace mockdocker
