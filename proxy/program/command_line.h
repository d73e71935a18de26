// What the command line asks for.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::program {

/// sysexits.h: what scripts and supervisors know.
inline constexpr int exitUsage = 64;
inline constexpr int exitUnavailable = 69;
inline constexpr int exitConfig = 78;

struct Command {
    enum class Kind : std::uint8_t {
        serve,
        check,
        explain,
        operations,
        suggest,
        healthcheck,
        version,
        help,
        mistake
    } kind = Kind::serve;
    std::string door;    ///< with explain: its name; empty: the one without
    std::string method;  ///< with explain
    std::string target;  ///< with explain
    std::string pattern; ///< with operations; empty: all
    std::string mistake; ///< a sentence
};

[[nodiscard]] Command parseCommandLine(std::span<const char* const> arguments);

void printHelp(std::ostream& out);
void printVersion(std::ostream& out);

} // namespace proxy::program
