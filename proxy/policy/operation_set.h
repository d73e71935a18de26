// A set of operations, as ALLOW_OPERATIONS and DENY_OPERATIONS name them. A plain value.
#pragma once

#include "proxy/policy/operation.h"

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::policy {

class OperationSet {
public:
    static constexpr std::size_t capacity = 192; ///< more than there are operations

    void add(const Operation& operation) noexcept { bits_.set(indexOf(operation)); }
    [[nodiscard]] bool has(const Operation& operation) const noexcept { return bits_[indexOf(operation)]; }
    [[nodiscard]] bool empty() const noexcept { return bits_.none(); }
    [[nodiscard]] std::size_t size() const noexcept { return bits_.count(); }
    /// What is in both.
    [[nodiscard]] friend OperationSet operator&(OperationSet left, const OperationSet& right) noexcept {
        left.bits_ &= right.bits_;
        return left;
    }
    bool operator==(const OperationSet&) const = default;

private:
    [[nodiscard]] static std::size_t indexOf(const Operation& operation) noexcept {
        return static_cast<std::size_t>(&operation - operations().data());
    }

    std::bitset<capacity> bits_;
};

struct OperationPatterns {
    OperationSet operations{};
    /// Sentences for people, without the list's name and trailing period.
    std::vector<std::string> mistakes{};
};

/// "ContainerList, ContainerArchive* SystemInfo": names as operation.h has them, case-sensitive, with blanks,
/// line ends or commas between; a trailing "*" stands for all names that begin so. What names no operation is a
/// mistake, which suggests the nearest; so is "*" alone, which would be every operation.
[[nodiscard]] OperationPatterns parseOperations(std::string_view list);

/// Their names, with blanks between.
[[nodiscard]] std::string describe(const OperationSet& set);

} // namespace proxy::policy
