// What happened in the mock daemon's world, past and live. Thread-safe.
#pragma once

#include "mockdocker/wire/await.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace mockdocker {

struct Event {
    std::string type;   ///< container, image, network, volume
    std::string action; ///< create, start, die, …
    std::string id;
    std::map<std::string, std::string> attributes;
    std::chrono::system_clock::time_point at;
};

class Events {
public:
    void add(std::string type, std::string action, std::string id,
             std::map<std::string, std::string> attributes);
    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] std::vector<Event> from(std::size_t index) const;
    Signal changed;

private:
    mutable std::mutex mutex_;
    std::vector<Event> events_;
};

/// One event as the API shows it: a JSON object, without a line end.
[[nodiscard]] std::string toJson(const Event& event);

} // namespace mockdocker
