// Which operation of the catalogue the daemon routes a request to, and lists of such operations by name, as
// docs/rules.md#by-an-operations-name has them. From tables/operations.tsv alone; any number of threads.
#pragma once

#include "conformance/catalogue.h"

#include <set>
#include <string_view>

namespace conformance {

/// Null: the daemon answers 404. `path` is decoded, and without version prefix.
[[nodiscard]] const Operation* routed(std::string_view method, std::string_view path);

/// Services over bare HTTP/2 have none that a proxy of HTTP/1 could know.
[[nodiscard]] bool isNamed(const Operation& operation);

using OperationSet = std::set<const Operation*>;

/// "ContainerList Image*": what the names mean, blanks or commas between them. Throws std::invalid_argument where one
/// means nothing, or everything.
[[nodiscard]] OperationSet operationsNamed(std::string_view list);

} // namespace conformance
