// MASK_ENV as mutant-proxy has it: on a whole answer at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mutants {

// Whether the operation's answers carry environments.
bool carriesEnvironments(std::string_view operation);

// The document with the values of its environments hidden, of the same size; nothing: it cannot be read.
std::optional<std::string> masked(std::string document);

} // namespace mutants
