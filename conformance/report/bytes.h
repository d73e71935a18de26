// Bytes and foreign text in reports that must be valid UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace conformance {

/// Printable ASCII as it is; "\r", "\n", "\t", "\\" and "\xNN" for everything else. Nothing is lost.
[[nodiscard]] std::string escaped(std::string_view bytes);
[[nodiscard]] std::string unescaped(std::string_view text); ///< throws std::invalid_argument

/// What a target said, for people: valid UTF-8 and line ends stay, everything else is escaped.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace conformance
