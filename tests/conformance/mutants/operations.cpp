#include "tests/conformance/mutants/operations.h"

#include "conformance/catalogue.h"
#include "tests/conformance/mutants/mutation.h"
#include "tests/conformance/mutants/rules.h"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <vector>

namespace mutants {
namespace {

using conformance::Operation;
using conformance::Trait;

std::vector<std::string_view> segmentsOf(std::string_view path) {
    std::vector<std::string_view> segments;
    for (std::size_t begin = 0; begin <= path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        segments.push_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return segments;
}

// Where the name holds no slash, segment by segment; else what stands before it and what stands behind.
bool leadsTo(const Operation& operation, std::string_view path) {
    const std::string_view pattern = operation.path;
    const auto open = pattern.find('{');
    if (open == std::string_view::npos) return path == pattern;
    if (operation.has(Trait::slashes) && !is("name-one-segment")) {
        const auto before = pattern.substr(0, open);
        const auto behind = pattern.substr(pattern.find('}') + 1);
        return path.size() >= before.size() + behind.size() && path.starts_with(before) &&
               path.ends_with(behind);
    }
    const auto wanted = segmentsOf(pattern);
    const auto there = segmentsOf(path);
    return wanted.size() == there.size() &&
           std::equal(wanted.begin(), wanted.end(), there.begin(), [](auto want, auto have) {
               return want.starts_with('{') ? !have.empty() : want == have;
           });
}

std::tuple<std::size_t, bool> weightOf(const Operation& operation) {
    std::string fixed = operation.path;
    for (auto open = fixed.find('{'); open != std::string::npos; open = fixed.find('{'))
        fixed.erase(open, fixed.find('}') - open + 1);
    return {fixed.size(), operation.path == fixed};
}

bool sameLetter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

bool isNamed(const Operation& operation) {
    return !operation.has(Trait::h2c) || operation.has(Trait::hijack);
}

bool isMeant(std::string_view id, std::string_view name) {
    if (name.ends_with('*')) {
        name.remove_suffix(1);
        return (!name.empty() || is("name-star-alone")) && id.starts_with(name);
    }
    if (is("name-part")) return id.find(name) != std::string_view::npos;
    return is("name-any-case") ? std::ranges::equal(id, name, sameLetter) : id == name;
}

// Has most of the name's beginning in common with it.
std::string nearest(std::string_view name) {
    std::string best;
    std::size_t most = 0;
    for (const auto& operation : conformance::Catalogue::builtin().operations()) {
        if (!isNamed(operation)) continue;
        const auto differs = std::ranges::mismatch(operation.id, name, sameLetter).in1;
        const auto alike = static_cast<std::size_t>(differs - operation.id.begin());
        if (alike < most || (alike == most && operation.id.size() >= best.size())) continue;
        most = alike;
        best = operation.id;
    }
    return best;
}

} // namespace

Names namesIn(const std::string& variable, std::string_view list) {
    Names meant;
    std::string mistakes;
    while (!list.empty()) {
        const auto end = std::min(list.find_first_of(", \t"), list.size());
        const std::string name(list.substr(0, end));
        list.remove_prefix(std::min(list.size(), end + 1));
        if (name.empty()) continue;
        bool known = false;
        for (const auto& operation : conformance::Catalogue::builtin().operations()) {
            if (!isNamed(operation) || !isMeant(operation.id, name)) continue;
            meant.insert(operation.id);
            known = true;
        }
        if (!known && !is("name-unknown-taken"))
            mistakes += variable + ": '" + name + "' names no operation; is '" + nearest(name) + "' meant?\n";
    }
    if (!mistakes.empty()) throw SettingsError(mistakes);
    return meant;
}

std::string_view operationOf(std::string_view method, std::string_view path) {
    const Operation* best = nullptr;
    const auto section = path.substr(0, path.find('/', 1));
    for (const auto& operation : conformance::Catalogue::builtin().operations()) {
        const bool ofSection = operation.method == "OPTIONS" || operation.path.starts_with(section);
        if (operation.method != method || !ofSection || !isNamed(operation)) continue;
        if (leadsTo(operation, path) && (best == nullptr || weightOf(operation) > weightOf(*best)))
            best = &operation;
    }
    return best == nullptr ? std::string_view{} : best->id;
}

} // namespace mutants
