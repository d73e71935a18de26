#include "mockdocker/state/events.h"

#include "mockdocker/state/json.h"

namespace mockdocker {

void Events::add(std::string type, std::string action, std::string id,
                 std::map<std::string, std::string> attributes) {
    {
        const std::lock_guard lock(mutex_);
        events_.push_back({std::move(type), std::move(action), std::move(id), std::move(attributes),
                           std::chrono::system_clock::now()});
    }
    changed.fire();
}

std::size_t Events::count() const {
    const std::lock_guard lock(mutex_);
    return events_.size();
}

std::vector<Event> Events::from(std::size_t index) const {
    const std::lock_guard lock(mutex_);
    if (index >= events_.size()) return {};
    return {events_.begin() + static_cast<std::ptrdiff_t>(index), events_.end()};
}

std::string toJson(const Event& event) {
    using json::quote;
    std::string attributes = "{";
    for (const auto& [name, value] : event.attributes) {
        attributes.append(attributes.size() > 1 ? "," : "")
            .append(quote(name))
            .append(":")
            .append(quote(value));
    }
    attributes += "}";
    const auto since = event.at.time_since_epoch();
    const auto seconds = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(since).count());
    const auto nanoseconds =
        std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
    const std::string actor = json::object({{"ID", quote(event.id)}, {"Attributes", attributes}});
    if (event.type != "container" && event.type != "image") {
        return json::object({{"Type", quote(event.type)},
                             {"Action", quote(event.action)},
                             {"Actor", actor},
                             {"scope", quote("local")},
                             {"time", seconds},
                             {"timeNano", nanoseconds}});
    }
    const auto image = event.attributes.find("image");
    std::string from = image == event.attributes.end() ? "" : image->second;
    return json::object({{"status", quote(event.action)},
                         {"id", quote(event.id)},
                         {"from", quote(from)},
                         {"Type", quote(event.type)},
                         {"Action", quote(event.action)},
                         {"Actor", actor},
                         {"scope", quote("local")},
                         {"time", seconds},
                         {"timeNano", nanoseconds}});
}

} // namespace mockdocker
