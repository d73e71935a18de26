// A set of variables that are granted. A plain value, copied freely.
#pragma once

#include "proxy/policy/variable.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <tuple>

namespace proxy::policy {

/// A set of variables; iterating gives those in it, in the order of the enumeration.
class Grants {
    using Words = std::array<std::uint64_t, 2>;
    static constexpr std::size_t bitsOfWord = 64;
    static_assert(allVariables.size() <= std::tuple_size_v<Words> * bitsOfWord);

public:
    class Iterator {
    public:
        using value_type = Variable;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using pointer = const Variable*;
        using reference = Variable;

        constexpr Iterator() = default;
        constexpr explicit Iterator(Words rest) noexcept
            : rest_(rest) {}
        constexpr Variable operator*() const noexcept {
            const std::size_t word = first();
            return static_cast<Variable>(word * bitsOfWord +
                                         static_cast<std::size_t>(std::countr_zero(rest_[word])));
        }
        constexpr Iterator& operator++() noexcept {
            std::uint64_t& word = rest_[first()];
            word &= word - 1;
            return *this;
        }
        constexpr Iterator operator++(int) noexcept {
            const Iterator before = *this;
            ++*this;
            return before;
        }
        constexpr bool operator==(const Iterator&) const = default;

    private:
        [[nodiscard]] constexpr std::size_t first() const noexcept { return rest_[0] != 0 ? 0 : 1; }

        Words rest_{};
    };

    constexpr Grants() = default;
    constexpr Grants(std::initializer_list<Variable> granted) noexcept {
        for (const Variable variable : granted) set(variable);
    }

    /// What holds when no variable is set: EVENTS, PING, VERSION, and libpod's PING and VERSION.
    [[nodiscard]] static constexpr Grants defaults(Dialect dialect = Dialect::tecnativa) noexcept {
        Grants grants;
        const auto known = variablesOf(dialect);
        for (std::size_t i = 0; i < known.size(); ++i)
            grants.set(static_cast<Variable>(i), known[i].grantedByDefault);
        return grants;
    }

    [[nodiscard]] static constexpr Grants all(Dialect dialect) noexcept {
        Grants grants;
        for (std::size_t i = 0; i < variablesOf(dialect).size(); ++i) grants.set(static_cast<Variable>(i));
        return grants;
    }

    constexpr void set(Variable variable, bool granted = true) noexcept {
        if (granted) {
            word(variable) |= bit(variable);
        } else {
            word(variable) &= ~bit(variable);
        }
    }
    [[nodiscard]] constexpr bool has(Variable variable) const noexcept {
        return (words_[indexOf(variable)] & bit(variable)) != 0;
    }
    [[nodiscard]] constexpr bool hasAll(Grants others) const noexcept { return (others - *this).empty(); }
    [[nodiscard]] constexpr bool empty() const noexcept { return (words_[0] | words_[1]) == 0; }
    [[nodiscard]] constexpr std::size_t size() const noexcept {
        const int bits = std::popcount(words_[0]) + std::popcount(words_[1]);
        return static_cast<std::size_t>(bits);
    }
    [[nodiscard]] constexpr Iterator begin() const noexcept { return Iterator(words_); }
    [[nodiscard]] constexpr Iterator end() const noexcept { return Iterator(); }

    /// What either grants.
    [[nodiscard]] friend constexpr Grants operator|(Grants left, Grants right) noexcept {
        left.words_[0] |= right.words_[0];
        left.words_[1] |= right.words_[1];
        return left;
    }
    /// What both grant.
    [[nodiscard]] friend constexpr Grants operator&(Grants left, Grants right) noexcept {
        left.words_[0] &= right.words_[0];
        left.words_[1] &= right.words_[1];
        return left;
    }
    /// What the left grants and the right does not.
    [[nodiscard]] friend constexpr Grants operator-(Grants left, Grants right) noexcept {
        left.words_[0] &= ~right.words_[0];
        left.words_[1] &= ~right.words_[1];
        return left;
    }
    constexpr bool operator==(const Grants&) const = default;

private:
    [[nodiscard]] static constexpr std::size_t indexOf(Variable variable) noexcept {
        return static_cast<std::size_t>(variable) / bitsOfWord;
    }
    [[nodiscard]] static constexpr std::uint64_t bit(Variable variable) noexcept {
        return std::uint64_t{1} << static_cast<std::size_t>(variable) % bitsOfWord;
    }
    [[nodiscard]] constexpr std::uint64_t& word(Variable variable) noexcept {
        return words_[indexOf(variable)];
    }

    Words words_{};
};

} // namespace proxy::policy
