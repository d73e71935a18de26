#include "proxy/policy/operation_set.h"

#include "proxy/policy/distance.h"

#include <algorithm>
#include <limits>

namespace proxy::policy {
namespace {

// Takes the next pattern off `list`; empty when none is left.
std::string_view takePattern(std::string_view& list) noexcept {
    constexpr std::string_view between = " \t\r\n,";
    list.remove_prefix(std::min(list.find_first_not_of(between), list.size()));
    const std::string_view pattern = list.substr(0, list.find_first_of(between));
    list.remove_prefix(pattern.size());
    return pattern;
}

std::string lowered(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

std::string_view nearest(std::string_view name) {
    const std::string meant = lowered(name);
    std::string_view found;
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const Operation& operation : operations()) {
        const std::size_t edits = distance(meant, lowered(operation.id));
        if (edits >= least) continue;
        least = edits;
        found = operation.id;
    }
    return found;
}

// Whether it names any operation.
bool addMatching(std::string_view pattern, OperationSet& set) noexcept {
    const bool beginning = pattern.ends_with('*');
    if (beginning) pattern.remove_suffix(1);
    bool any = false;
    for (const Operation& operation : operations()) {
        if (beginning ? !operation.id.starts_with(pattern) : operation.id != pattern) continue;
        set.add(operation);
        any = true;
    }
    return any;
}

} // namespace

OperationPatterns parseOperations(std::string_view list) {
    OperationPatterns parsed;
    for (auto pattern = takePattern(list); !pattern.empty(); pattern = takePattern(list)) {
        if (pattern == "*") {
            parsed.mistakes.emplace_back("'*' would be every operation: name them");
        } else if (!addMatching(pattern, parsed.operations)) {
            const std::string_view name = pattern.substr(0, pattern.find('*'));
            parsed.mistakes.push_back("no operation is named '" + std::string(pattern) + "'; is '" +
                                      std::string(nearest(name)) + "' meant?");
        }
    }
    return parsed;
}

std::string describe(const OperationSet& set) {
    std::string names;
    for (const Operation& operation : operations())
        if (set.has(operation)) names.append(names.empty() ? "" : " ").append(operation.id);
    return names;
}

} // namespace proxy::policy
