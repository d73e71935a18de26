// What the command line asks for.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
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
    std::string door;                ///< with explain: its name; empty: the one without
    std::string method;              ///< with explain
    std::string target;              ///< with explain
    std::optional<std::string> body; ///< with explain: a file's name, "-" for standard input
    std::string pattern;             ///< with operations; empty: all
    std::string mistake;             ///< a sentence
};

// ---- What --help, the manual page and the completion are made of ---------------------------------------

struct Option {
    std::string_view name;
    std::string_view arguments; ///< as in a synopsis: "[--door NAME] METHOD TARGET"
    Command::Kind kind;
    std::size_t least; ///< arguments, besides a door
    std::size_t most;
    std::string_view help; ///< in lines as --help prints them; empty: another name of the option before it
};
struct ExitStatus {
    int status;
    std::string_view means;
};

/// Sentences, without trailing period.
inline constexpr std::string_view purpose =
    "lets through to the Docker Engine API what its environment variables grant";
inline constexpr std::string_view whileServing =
    "serve, until SIGTERM, SIGINT, SIGQUIT, SIGHUP or SIGUSR1; a second one\n"
    "ends what is still running. SIGUSR2 is ignored: nothing is reloaded";

[[nodiscard]] std::span<const Option> options() noexcept;
[[nodiscard]] std::span<const ExitStatus> exitStatuses() noexcept;

// ---- Reading it ------------------------------------------------------------------------------------------

[[nodiscard]] Command parseCommandLine(std::span<const char* const> arguments);

void printHelp(std::ostream& out);
void printVersion(std::ostream& out);

} // namespace proxy::program
