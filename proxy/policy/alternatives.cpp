#include "proxy/policy/alternatives.h"

#include <algorithm>
#include <utility>

namespace proxy::policy {

Alternatives Alternatives::missing(Grants granted) const noexcept {
    Alternatives rest;
    for (const Alternative& way : *this) {
        const Grants lacks = way.all - granted;
        const auto takesLess = [&](const Alternative& other) {
            const Grants lacked = other.all - granted;
            return lacks.hasAll(lacked) && (lacked != lacks || &other < &way);
        };
        if (std::none_of(begin(), end(), takesLess)) rest.add({lacks, way.rule, way.breadth});
    }
    return rest;
}

Grants Alternatives::narrowest() const noexcept {
    const auto cost = [](const Alternative& way) { return std::pair(way.all.size(), way.breadth); };
    const auto* const found = std::ranges::min_element(*this, {}, cost);
    return found == end() ? Grants{} : found->all;
}

} // namespace proxy::policy
