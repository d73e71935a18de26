// As much of POSIX ustar as build contexts and archive downloads need.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mockdocker {

/// Content of the regular file `name` (a leading "./" does not matter).
[[nodiscard]] std::optional<std::string> tarMember(std::string_view archive, std::string_view name);
[[nodiscard]] bool isTar(std::string_view archive);
/// Neither nothing nor so much as one block, and not compressed: unpacking fails.
[[nodiscard]] bool isTorn(std::string_view archive);
/// An archive with one file.
[[nodiscard]] std::string tarOf(std::string_view name, std::string_view content);

} // namespace mockdocker
