#include "proxy/policy/section.h"

#include <algorithm>

namespace proxy::policy {
namespace {

struct Known {
    std::string_view path;
    Section section{};
};

// Ordered by length: sectionNamed() looks only at the paths as long as its argument.
constexpr auto known = []() {
    std::array<Known, sections.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = {sections[i].path, static_cast<Section>(i)};
    std::ranges::sort(all, {}, [](const Known& each) { return each.path.size(); });
    return all;
}();

constexpr std::size_t longest = known.back().path.size();

// firstOfLength[n] is the first of `known` with at least n octets.
constexpr auto firstOfLength = []() {
    std::array<std::uint8_t, longest + 2> first{};
    for (std::size_t length = 0; length < first.size(); ++length)
        while (first[length] < known.size() && known[first[length]].path.size() < length) ++first[length];
    return first;
}();

} // namespace

std::optional<Section> sectionNamed(std::string_view path) noexcept {
    if (path.empty() || path.size() > longest) return std::nullopt;
    for (std::size_t i = firstOfLength[path.size()]; i < firstOfLength[path.size() + 1]; ++i)
        if (known[i].path.front() == path.front() && known[i].path == path) return known[i].section;
    return std::nullopt;
}

} // namespace proxy::policy
