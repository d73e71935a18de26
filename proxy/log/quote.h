// Text from outside made safe to print: what a client sends must not be able to forge a log line.
#pragma once

#include <string>
#include <string_view>

namespace proxy::log {

/// As is, but control octets, backslashes and what is not ASCII as \xNN.
void appendPrintable(std::string& out, std::string_view text);
[[nodiscard]] std::string printable(std::string_view text);
/// A JSON string, quotes included (RFC 8259 section 7); octets that are not ASCII become \u00NN.
void appendJson(std::string& out, std::string_view text);

} // namespace proxy::log
