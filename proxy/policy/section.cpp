#include "proxy/policy/section.h"

#include <algorithm>

namespace proxy::policy {
namespace {

struct Known {
    std::string_view segment;
    Section section{};
};

// Ordered by length: sectionNamed() looks only at the segments as long as its argument.
constexpr auto known = [] {
    std::array<Known, sections.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = {sections[i].segment, static_cast<Section>(i)};
    std::ranges::sort(all, {}, [](const Known& each) { return each.segment.size(); });
    return all;
}();

constexpr std::size_t longest = known.back().segment.size();

// firstOfLength[n] is the first of `known` with at least n octets.
constexpr auto firstOfLength = [] {
    std::array<std::uint8_t, longest + 2> first{};
    for (std::size_t length = 0; length < first.size(); ++length)
        while (first[length] < known.size() && known[first[length]].segment.size() < length) ++first[length];
    return first;
}();

} // namespace

std::optional<Section> sectionNamed(std::string_view segment) noexcept {
    if (segment.empty() || segment.size() > longest) return std::nullopt;
    for (std::size_t i = firstOfLength[segment.size()]; i < firstOfLength[segment.size() + 1]; ++i)
        if (known[i].segment.front() == segment.front() && known[i].segment == segment)
            return known[i].section;
    return std::nullopt;
}

} // namespace proxy::policy
