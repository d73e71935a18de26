#include "mockdocker/recorder.h"

#include "mockdocker/wire/answer.h"

#include <algorithm>

namespace mockdocker {
namespace {

void appendUpTo(std::string& kept, std::string_view bytes, std::size_t limit) {
    if (kept.size() < limit) kept.append(bytes.substr(0, limit - kept.size()));
}

} // namespace

std::string_view name(End end) {
    switch (end) {
    case End::open:
        return "open";
    case End::eof:
        return "eof";
    case End::reset:
        return "reset";
    case End::closed:
        return "closed";
    case End::stopped:
        return "stopped";
    }
    return "?";
}

std::vector<RecordedConnection> Recorder::connections() const {
    const std::lock_guard lock(mutex_);
    std::vector<RecordedConnection> copy;
    copy.reserve(records_.size());
    for (const auto& record : records_) {
        auto& requests = copy.emplace_back(*record).requests;
        for (auto& request : requests) request = std::make_shared<RecordedRequest>(*request);
    }
    return copy;
}

std::vector<RecordedRequest> Recorder::requests(std::string_view needle) const {
    std::vector<RecordedRequest> found;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& record : records_) {
            for (const auto& request : record->requests) {
                if (request->head.find(needle) != std::string::npos) found.push_back(*request);
            }
        }
    }
    std::ranges::sort(found, {}, &RecordedRequest::number);
    return found;
}

void Recorder::clear() {
    update([this] {
        records_.remove_if([](const auto& record) { return record->end != End::open; });
        for (const auto& record : records_) record->requests.clear();
    });
}

void Recorder::setEnabled(bool enabled) {
    const std::lock_guard lock(mutex_);
    limits_.enabled = enabled;
}

bool Recorder::waitUntil(const Predicate& predicate, std::chrono::milliseconds deadline) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, deadline, [&] { return predicate(records_); });
}

bool Recorder::waitForRequests(std::size_t count, std::string_view needle,
                               std::chrono::milliseconds deadline) const {
    const auto enough = [&](const Records& records) {
        std::size_t found = 0;
        for (const auto& record : records) {
            found +=
                static_cast<std::size_t>(std::ranges::count_if(record->requests, [&](const auto& request) {
                    return request->complete && request->head.find(needle) != std::string::npos;
                }));
        }
        return found >= count;
    };
    return waitUntil(enough, deadline);
}

bool Recorder::waitForNoConnections(std::uint64_t accepted, std::chrono::milliseconds deadline) const {
    return waitUntil(
        [&](const Records& records) {
            return connectionNumber_ >= accepted &&
                   std::ranges::none_of(records, [](const auto& record) { return record->end == End::open; });
        },
        deadline);
}

std::shared_ptr<RecordedConnection> Recorder::connect() {
    auto record = std::make_shared<RecordedConnection>();
    update([&] {
        record->number = ++connectionNumber_;
        if (!limits_.enabled) return;
        records_.push_back(record);
        if (records_.size() > limits_.connections && records_.front()->end != End::open) records_.pop_front();
    });
    return record;
}

std::shared_ptr<RecordedRequest> Recorder::addRequest(RecordedConnection& connection) {
    auto& requests = connection.requests;
    const std::size_t limit = limits_.enabled ? limits_.requestsPerConnection : 1;
    while (requests.size() >= limit) requests.pop_front();
    auto request = std::make_shared<RecordedRequest>();
    request->connection = connection.number;
    request->number = ++requestNumber_;
    return requests.emplace_back(std::move(request));
}

void Recorder::addBody(RecordedRequest& request, std::string_view raw, std::string_view data) {
    update([&] {
        appendUpTo(request.rawBody, raw, limits_.bodyBytes);
        appendUpTo(request.body, data, limits_.bodyBytes);
        request.bodyIsPattern = request.bodyIsPattern && isPattern(request.bodyBytes, data);
        request.rawBodyBytes += raw.size();
        request.bodyBytes += data.size();
    });
}

void Recorder::addUpgraded(RecordedRequest& request, std::string_view bytes) {
    update([&] {
        appendUpTo(request.afterUpgrade, bytes, limits_.bodyBytes);
        request.afterUpgradeBytes += bytes.size();
    });
}

std::uint64_t Recorder::accepted() const {
    const std::lock_guard lock(mutex_);
    return connectionNumber_;
}

} // namespace mockdocker
