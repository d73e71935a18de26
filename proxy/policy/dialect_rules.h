// What distinguishes the dialects, as tables: decide() reads them and asks for no dialect.
#pragma once

#include "proxy/policy/dialect.h"
#include "proxy/policy/path.h"
#include "proxy/policy/rule.h"
#include "proxy/policy/variable.h"

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace proxy::policy {

/// Sections whose members have actions and gates: containers and pods.
class Holders {
public:
    constexpr Holders() = default;
    constexpr Holders(std::initializer_list<Section> holders) noexcept {
        for (const Section holder : holders) bits_ |= bit(holder);
    }
    [[nodiscard]] constexpr bool has(Section section) const noexcept { return (bits_ & bit(section)) != 0; }
    [[nodiscard]] constexpr unsigned size() const noexcept {
        return static_cast<unsigned>(std::popcount(bits_));
    }

private:
    static_assert(sections.size() <= 64);
    [[nodiscard]] static constexpr std::uint64_t bit(Section section) noexcept {
        return std::uint64_t{1} << static_cast<unsigned>(section);
    }

    std::uint64_t bits_ = 0;
};

/// /{section}/{name}/{action} has a variable of its own, besides its section's.
struct Action {
    Variable opener;
    Rule rule;
    std::string_view name; ///< "start"
    Holders of;
    std::uint8_t breadth = 0; ///< how many such paths the variable opens
};

/// /{section}/…/{name} is closed unless its variable is granted, whatever opens it.
struct Gate {
    Variable opener;
    std::string_view name;
};

struct DialectRules {
    Place (*locate)(std::string_view path) noexcept;
    bool methodFirst;                ///< actions, too, need POST for whatever is not GET or HEAD
    std::span<const Action> actions; ///< in the order in which they are tried
    std::span<const Gate> gates;
    Holders gated; ///< the sections that the gates are in
    Rule gate, post, section, unknown;
};

[[nodiscard]] const DialectRules& rulesOf(Dialect dialect) noexcept;

} // namespace proxy::policy
