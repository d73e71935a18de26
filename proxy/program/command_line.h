// What the command line asks for, and the answers that need no running proxy.
#pragma once

#include "proxy/settings/settings.h"

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
        suggest,
        healthcheck,
        version,
        help,
        mistake
    } kind = Kind::serve;
    std::string method;  ///< with explain
    std::string target;  ///< with explain
    std::string mistake; ///< a sentence
};

[[nodiscard]] Command parseCommandLine(std::span<const char* const> arguments);

void printHelp(std::ostream& out);
void printVersion(std::ostream& out);
void printCheck(std::ostream& out, const settings::Settings& settings);
/// Gives up this process's privileges, as serving would, tries the daemon's socket, and warns of what is wrong with
/// it. No mistake of the settings: a daemon may come later.
void checkSocket(std::ostream& out, const settings::Settings& settings);
/// Exit status 0 when the request would be allowed, 1 when denied or refused by the parser.
int printExplanation(std::ostream& out, const settings::Settings& settings, std::string_view method,
                     std::string_view target);
/// Reads a log to its end.
void printSuggestion(std::istream& log, std::ostream& out);
/// Every mistake and warning, a line each.
void printProblems(std::ostream& out, const settings::Reading& reading);

} // namespace proxy::program
