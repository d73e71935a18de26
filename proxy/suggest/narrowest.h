// Which variables open a set of operations, and as little besides as variables can. Pure.
#pragma once

#include "proxy/policy/grants.h"
#include "proxy/policy/operation.h"

#include <cstddef>
#include <span>
#include <vector>

namespace proxy::suggest {

using Operations = std::vector<const policy::Operation*>;

/// Does `granted` allow it?
[[nodiscard]] bool opens(policy::Dialect dialect, policy::Grants granted, const policy::Operation& operation);

/// How many of all operations `granted` allows.
[[nodiscard]] std::size_t countOpened(policy::Dialect dialect, policy::Grants granted);

/// The variables which, with those that are granted by default, allow all of `asked` that variables can, of
/// all such sets the one that opens the fewest operations, and of those the smallest: without any one of
/// them something is denied.
[[nodiscard]] policy::Grants narrowest(policy::Dialect dialect,
                                       std::span<const policy::Operation* const> asked);

} // namespace proxy::suggest
