#include "proxy/suggest/narrowest.h"

#include "proxy/policy/policy.h"

#include <algorithm>
#include <tuple>

namespace proxy::suggest {
namespace {

using policy::Dialect;
using policy::Grants;
using policy::Operation;

policy::Policy policyOf(Dialect dialect, Grants granted) {
    return policy::Policy(policy::Access{.dialect = dialect, .grants = granted});
}

/// Sets of variables, each of which opens an operation.
using Ways = std::vector<Grants>;

// What is granted by default needs no way: it has an empty one.
Ways waysOf(Dialect dialect, const Operation& operation) {
    const auto verdict =
        policyOf(dialect, Grants::defaults(dialect)).decide(operation.method, policy::samplePath(operation));
    if (verdict.allowed) return {Grants{}};
    Ways ways;
    for (const policy::Alternative& way : verdict.missing) ways.push_back(way.all);
    return ways;
}

class Search {
public:
    Search(Dialect dialect, std::span<const Operation* const> asked)
        : dialect_(dialect) {
        for (const Operation* const operation : asked) {
            const Ways ways = waysOf(dialect, *operation);
            if (!ways.empty() && std::ranges::find(needs_, ways) == needs_.end()) needs_.push_back(ways);
        }
        tryFrom(0, {});
    }

    [[nodiscard]] Grants best() const { return best_; }

private:
    // Every choice of a way for every need. They are few: only the actions on a container have more than one.
    void tryFrom(std::size_t need, Grants chosen) {
        if (need == needs_.size()) return weigh(chosen);
        for (const Grants way : needs_[need]) tryFrom(need + 1, chosen | way);
    }

    void weigh(Grants chosen) {
        const std::size_t opened = countOpened(dialect_, Grants::defaults(dialect_) | chosen);
        if (any_ && std::tuple(opened, chosen.size()) >= std::tuple(opened_, best_.size())) return;
        any_ = true;
        opened_ = opened;
        best_ = chosen;
    }

    Dialect dialect_;
    std::vector<Ways> needs_;
    bool any_ = false;
    std::size_t opened_ = 0;
    Grants best_;
};

} // namespace

bool opens(Dialect dialect, Grants granted, const Operation& operation) {
    return policyOf(dialect, granted).decide(operation.method, policy::samplePath(operation)).allowed;
}

std::size_t countOpened(Dialect dialect, Grants granted) {
    const auto isOpen = [&](const Operation& operation) { return opens(dialect, granted, operation); };
    return static_cast<std::size_t>(std::ranges::count_if(policy::operations(), isOpen));
}

Grants narrowest(Dialect dialect, std::span<const Operation* const> asked) {
    return Search(dialect, asked).best();
}

} // namespace proxy::suggest
