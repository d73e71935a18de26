// The variables that grant access, and a set of them. Names and meaning are those of
// Tecnativa/docker-socket-proxy. Plain values, copied freely.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string_view>

namespace proxy::policy {

/// One variable of the environment. First the 23 sections of the Engine API, each named like the first path
/// segment it governs, then the method switch, then the three container actions.
enum class Variable : std::uint8_t {
    auth,
    build,
    commit,
    configs,
    containers,
    distribution,
    events,
    exec,
    grpc,
    images,
    info,
    networks,
    nodes,
    ping,
    plugins,
    secrets,
    services,
    session,
    swarm,
    system,
    tasks,
    version,
    volumes,
    post,
    allowStart,
    allowStop,
    allowRestarts,
};

inline constexpr std::size_t sectionCount = 23;
inline constexpr std::size_t variableCount = 27;

struct VariableFacts {
    std::string_view name;     ///< as in the environment: "CONTAINERS"
    std::string_view section;  ///< the first path segment it governs, "_ping"; empty for POST and ALLOW_*
    bool grantedByDefault;     ///< what holds when it is not set
    std::string_view sentence; ///< for people, without trailing period
};

inline constexpr std::array<VariableFacts, variableCount> variables{{
    {"AUTH", "auth", false, "Checks registry credentials; security-critical"},
    {"BUILD", "build", false, "Builds images and clears the build cache"},
    {"COMMIT", "commit", false, "Makes an image of a container"},
    {"CONFIGS", "configs", false, "Swarm configs"},
    {"CONTAINERS", "containers", false,
     "Everything under /containers: lists, logs, archives; with POST also create, start and exec create"},
    {"DISTRIBUTION", "distribution", false, "Asks registries about images"},
    {"EVENTS", "events", true, "The stream of events"},
    {"EXEC", "exec", false, "Starts and inspects execs; creating one is CONTAINERS with POST"},
    {"GRPC", "grpc", false, "The BuildKit tunnel"},
    {"IMAGES", "images", false, "Images: lists, downloads; with POST also pulls, pushes and deletes"},
    {"INFO", "info", false, "Facts about the daemon's host"},
    {"NETWORKS", "networks", false, "Networks"},
    {"NODES", "nodes", false, "Swarm nodes"},
    {"PING", "_ping", true, "Is the daemon there, and which API version does it speak"},
    {"PLUGINS", "plugins", false, "Plugins"},
    {"SECRETS", "secrets", false, "Swarm secrets; security-critical"},
    {"SERVICES", "services", false, "Swarm services"},
    {"SESSION", "session", false, "The BuildKit session tunnel"},
    {"SWARM", "swarm", false, "The swarm itself, its unlock key included"},
    {"SYSTEM", "system", false, "The daemon's disk usage"},
    {"TASKS", "tasks", false, "Swarm tasks"},
    {"VERSION", "version", true, "The daemon's version"},
    {"VOLUMES", "volumes", false, "Volumes"},
    {"POST", "", false,
     "Methods besides GET and HEAD; without it every section is read-only; security-critical"},
    {"ALLOW_START", "", false, "With POST: starts containers, even without CONTAINERS"},
    {"ALLOW_STOP", "", false, "With POST: stops containers, even without CONTAINERS"},
    {"ALLOW_RESTARTS", "", false, "With POST: stops, restarts and kills containers, even without CONTAINERS"},
}};

[[nodiscard]] constexpr const VariableFacts& facts(Variable variable) noexcept {
    return variables[static_cast<std::size_t>(variable)];
}

/// By its exact name in the environment.
[[nodiscard]] constexpr std::optional<Variable> variableNamed(std::string_view name) noexcept {
    for (std::size_t i = 0; i < variableCount; ++i)
        if (variables[i].name == name) return static_cast<Variable>(i);
    return std::nullopt;
}

/// A set of variables; iterating gives those in it, in the order of the enumeration.
class Grants {
    using Words = std::array<std::uint64_t, 2>;
    static constexpr std::size_t bitsOfWord = 64;
    static_assert(variableCount <= std::tuple_size_v<Words> * bitsOfWord);

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

    /// What holds when no variable is set: EVENTS, PING, VERSION.
    [[nodiscard]] static constexpr Grants defaults() noexcept {
        Grants grants;
        for (std::size_t i = 0; i < variableCount; ++i)
            grants.set(static_cast<Variable>(i), variables[i].grantedByDefault);
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
