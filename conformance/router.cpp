#include "conformance/router.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace conformance {
namespace {

// Whether the path, from its beginning, is the template: fixed texts, and names between them.
bool matches(std::string_view path, std::string_view pattern, bool slashes) {
    const auto place = pattern.find('{');
    if (place == std::string_view::npos) return path == pattern;
    if (!path.starts_with(pattern.substr(0, place))) return false;
    path.remove_prefix(place);
    pattern.remove_prefix(pattern.find('}') + 1);
    const std::size_t least = slashes ? 0 : 1;
    const std::size_t most = slashes ? path.size() : std::min(path.find('/'), path.size());
    for (std::size_t length = least; length <= most; ++length)
        if (matches(path.substr(length), pattern, slashes)) return true;
    return false;
}

std::size_t fixedText(std::string_view pattern) {
    std::size_t count = 0;
    bool inName = false;
    for (const char c : pattern) {
        if (c == '{') inName = true;
        if (!inName) ++count;
        if (c == '}') inName = false;
    }
    return count;
}

// Within a section the daemon registers first what is more special: the most fixed text, then the fewest names.
bool isTriedBefore(const Operation* one, const Operation* other) {
    const auto rank = [](const Operation& operation) {
        return std::tuple(-static_cast<long>(fixedText(operation.path)),
                          std::count(operation.path.begin(), operation.path.end(), '{'));
    };
    return rank(*one) < rank(*other);
}

std::string_view sectionOf(std::string_view path) {
    return path.starts_with('/') ? path.substr(1, path.find('/', 1) - 1) : path;
}

// By method and section, so that few patterns are tried; OPTIONS has routes that are of every section.
using Routes = std::map<std::pair<std::string_view, std::string_view>, std::vector<const Operation*>>;

std::pair<std::string_view, std::string_view> placeOf(std::string_view method, std::string_view path) {
    return {method, method == "OPTIONS" ? "" : sectionOf(path)};
}

const Routes& routes() {
    static const Routes all = [] {
        Routes found;
        for (const auto& operation : Catalogue::builtin().operations())
            if (isNamed(operation)) found[placeOf(operation.method, operation.path)].push_back(&operation);
        for (auto& [place, operations] : found)
            std::stable_sort(operations.begin(), operations.end(), isTriedBefore);
        return found;
    }();
    return all;
}

OperationSet operationsMeant(std::string_view name) {
    OperationSet meant;
    const bool begins = name.ends_with('*');
    if (begins) name.remove_suffix(1);
    if (name.empty()) return meant;
    for (const auto& operation : Catalogue::builtin().operations())
        if (isNamed(operation) && (begins ? operation.id.starts_with(name) : operation.id == name))
            meant.insert(&operation);
    return meant;
}

} // namespace

bool isNamed(const Operation& operation) {
    return !operation.has(Trait::h2c) || operation.has(Trait::hijack);
}

const Operation* routed(std::string_view method, std::string_view path) {
    const auto candidates = routes().find(placeOf(method, path));
    if (candidates == routes().end()) return nullptr;
    for (const Operation* const one : candidates->second)
        if (matches(path, one->path, one->has(Trait::slashes))) return one;
    return nullptr;
}

OperationSet operationsNamed(std::string_view list) {
    OperationSet all;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find_first_of(" \t,", begin), list.size());
        if (const auto name = list.substr(begin, end - begin); !name.empty()) {
            auto meant = operationsMeant(name);
            if (meant.empty()) throw std::invalid_argument("'" + std::string(name) + "' names no operation");
            all.merge(meant);
        }
        begin = end + 1;
    }
    return all;
}

} // namespace conformance
