// The answers that need no running proxy.
#pragma once

#include "proxy/settings/settings.h"

#include <iosfwd>
#include <string_view>

namespace proxy::program {

void printCheck(std::ostream& out, const settings::Settings& settings);
/// Gives up this process's privileges, as serving would, tries the daemon's socket, and warns of what is wrong with
/// it. No mistake of the settings: a daemon may come later.
void checkSocket(std::ostream& out, const settings::Settings& settings);
/// By its name; null: there is none, which `errors` is told, with those that there are.
[[nodiscard]] const settings::Door* findDoor(std::ostream& errors, const settings::Settings& settings,
                                             std::string_view name);
/// Exit status 0 when the request would be allowed, 1 when denied or refused by the parser.
int printExplanation(std::ostream& out, const settings::Door& door, std::string_view method,
                     std::string_view target);
/// Those that `pattern` names, as in ALLOW_OPERATIONS, or all: name, method, path, and what grants it. Exit
/// status exitUsage when it names none.
int printOperations(std::ostream& out, std::ostream& errors, std::string_view pattern,
                    policy::Dialect dialect);
/// Reads a log to its end.
void printSuggestion(std::istream& log, std::ostream& out);
/// Every mistake and warning, a line each.
void printProblems(std::ostream& out, const settings::Reading& reading);

} // namespace proxy::program
