#include "mockdocker/faults/script.h"

#include "mockdocker/faults/perform.h"

#include <algorithm>

namespace mockdocker {
namespace {

bool matches(const Fault& fault, const Request& request) {
    return (fault.method.empty() || fault.method == request.method) &&
           (fault.path.empty() || globMatches(fault.path, request.target)) &&
           request.head.find(fault.head) != std::string::npos;
}

} // namespace

bool globMatches(std::string_view glob, std::string_view text) {
    std::size_t g = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            retry = t;
        } else if (g < glob.size() && glob[g] == text[t]) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*') ++g;
    return g == glob.size();
}

FaultId FaultScript::add(Fault fault) {
    const std::lock_guard lock(mutex_);
    if (fault.reset || fault.then == Then::reset) wantsReset_ = true;
    auto active = std::make_shared<ActiveFault>(++lastId_, std::move(fault));
    active->skip_ = active->fault.skip;
    active->left_ = active->fault.times;
    faults_.push_back(std::move(active));
    empty_ = false;
    return lastId_;
}

void FaultScript::remove(FaultId id) {
    release(id);
    const std::lock_guard lock(mutex_);
    faults_.remove_if([&](const auto& fault) { return fault->id == id; });
    empty_ = faults_.empty();
}

void FaultScript::clear() {
    const std::lock_guard lock(mutex_);
    for (const auto& fault : faults_) {
        fault->open_ = true;
        fault->released.fire();
    }
    faults_.clear();
    wantsReset_ = false;
    empty_ = true;
}

std::shared_ptr<ActiveFault> FaultScript::find(FaultId id) const {
    const auto at = std::ranges::find_if(faults_, [&](const auto& fault) { return fault->id == id; });
    return at == faults_.end() ? nullptr : *at;
}

void FaultScript::release(FaultId id, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto fault = find(id);
    if (!fault) return;
    fault->budget_ += bytes;
    fault->released.fire();
}

void FaultScript::release(FaultId id) {
    const std::lock_guard lock(mutex_);
    const auto fault = find(id);
    if (!fault) return;
    fault->open_ = true;
    fault->released.fire();
}

bool FaultScript::waitForHits(FaultId id, std::uint64_t count, std::chrono::milliseconds deadline) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, deadline, [&] {
        const auto fault = find(id);
        return fault && (isFlow(fault->fault.kind) ? fault->reached_ : fault->hits_) >= count;
    });
}

std::uint64_t FaultScript::hits(FaultId id) const {
    const std::lock_guard lock(mutex_);
    const auto fault = find(id);
    return fault ? fault->hits_ : 0;
}

bool FaultScript::spend(ActiveFault& fault) {
    if (fault.skip_ > 0) {
        --fault.skip_;
        return false;
    }
    if (fault.left_ == 0) return false;
    if (fault.left_ > 0) --fault.left_;
    ++fault.hits_;
    changed_.notify_all();
    return true;
}

FaultScript::Taken FaultScript::take(const Request& request) {
    Taken taken;
    if (empty_) return taken;
    const std::lock_guard lock(mutex_);
    for (const auto& fault : faults_) {
        if (fault->fault.kind != FaultKind::refuse && matches(fault->fault, request) && spend(*fault)) {
            taken.push_back(fault);
        }
    }
    return taken;
}

bool FaultScript::takeRefusal() {
    if (empty_) return false;
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(faults_, [this](const auto& fault) {
        return fault->fault.kind == FaultKind::refuse && spend(*fault);
    });
}

void FaultScript::noteReached(ActiveFault& fault) {
    const std::lock_guard lock(mutex_);
    ++fault.reached_;
    changed_.notify_all();
}

std::uint64_t FaultScript::draw(ActiveFault& fault, std::uint64_t wanted) {
    const std::lock_guard lock(mutex_);
    if (fault.open_) return wanted;
    const std::uint64_t allowed = std::min(wanted, fault.budget_);
    fault.budget_ -= allowed;
    return allowed;
}

// The absolute position of the fault's point in the answer; beyond `bytes` while
// the head's end is not yet known.
std::uint64_t FaultValve::pointWith(std::string_view bytes) {
    const Fault& fault = fault_->fault;
    if (fault.where == Where::start) return 0;
    if (fault.where == Where::head) return fault.offset;
    if (headEnd_ == 0) {
        if (seen_.size() < sent_ + bytes.size()) seen_.append(bytes.substr(seen_.size() - sent_));
        const auto end = seen_.find("\r\n\r\n");
        if (end == std::string::npos) return ~std::uint64_t{0};
        headEnd_ = end + 4;
        seen_.clear();
    }
    return headEnd_ + fault.offset;
}

Valve::Verdict FaultValve::hold(std::string_view bytes) {
    const Wakeup wakeup;
    const Watching watching(fault_->released, wakeup);
    while (true) {
        const std::uint64_t allowed = script_.draw(*fault_, bytes.size());
        if (allowed > 0) {
            sent_ += allowed;
            return {static_cast<std::size_t>(allowed)};
        }
        if (await(connection_, wakeup, Watch::hangup) != Awoke::signal) return {0, true};
    }
}

Valve::Verdict FaultValve::admit(std::string_view bytes) {
    const std::uint64_t point = pointWith(bytes);
    const bool cuts = fault_->fault.kind == FaultKind::cut;
    std::size_t allowed = 0;
    if (sent_ < point) {
        allowed = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), point - sent_));
        sent_ += allowed;
        if (sent_ < point || !cuts) return {allowed};
    }
    if (!noted_) script_.noteReached(*fault_);
    noted_ = true;
    if (cuts) return {allowed, true, fault_->fault.reset};
    return hold(bytes);
}

} // namespace mockdocker
