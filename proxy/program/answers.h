// The answers that need no running proxy.
#pragma once

#include "proxy/settings/settings.h"

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace proxy::program {

void printCheck(std::ostream& out, const settings::Settings& settings);
/// Gives up this process's privileges, as serving would, tries the daemon's socket, and warns of what is wrong with
/// it. No mistake of the settings: a daemon may come later.
void checkSocket(std::ostream& out, const settings::Settings& settings);
/// By its name; null: there is none, which `errors` is told, with those that there are.
[[nodiscard]] const settings::Door* findDoor(std::ostream& errors, const settings::Settings& settings,
                                             std::string_view name);
/// The content of a file, "-" being standard input; of one that is larger than `limit`, one octet more than
/// that. None where it cannot be read, which `errors` is told.
[[nodiscard]] std::optional<std::string> readBody(std::ostream& errors, const std::string& file,
                                                  std::size_t limit);
/// Exit status 0 when the request would be allowed, 1 when denied, or refused by the parser or the guard. It
/// has `body`, if any, as its application/json.
int printExplanation(std::ostream& out, const settings::Door& door, std::string_view method,
                     std::string_view target, const std::optional<std::string>& body);
/// Those that `pattern` names, as in ALLOW_OPERATIONS, or all: name, method, path, and what grants it. Exit
/// status exitUsage when it names none.
int printOperations(std::ostream& out, std::ostream& errors, std::string_view pattern,
                    policy::Dialect dialect);
/// Reads a log to its end.
void printSuggestion(std::istream& log, std::ostream& out);
/// Every mistake and warning, a line each.
void printProblems(std::ostream& out, const settings::Reading& reading);

} // namespace proxy::program
