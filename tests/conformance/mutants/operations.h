// Operations by name as mutant-proxy reads them: the names are the catalogue's, the routing is a third reading.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace mutants {

using Names = std::set<std::string, std::less<>>;

// "ContainerList Image*". Throws SettingsError, which names `variable`.
Names namesIn(const std::string& variable, std::string_view list);

// Where the daemon routes the request; empty: nowhere. `path` is decoded and has no version prefix.
std::string_view operationOf(std::string_view method, std::string_view path);

} // namespace mutants
