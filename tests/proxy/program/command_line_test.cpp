#include "proxy/program/command_line.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace proxy::program {
namespace {

using Kind = Command::Kind;

struct Row {
    const char* id;
    std::vector<const char*> arguments;
    Kind kind;
    std::string mistake = {};
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.id;
}

class CommandLine : public testing::TestWithParam<Row> {};

TEST_P(CommandLine, MeansOneThing) {
    const Command command = parseCommandLine(GetParam().arguments);
    EXPECT_EQ(command.kind, GetParam().kind);
    EXPECT_EQ(command.mistake, GetParam().mistake);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CommandLine,
    testing::Values(Row{"nothing", {}, Kind::serve}, Row{"help", {"--help"}, Kind::help},
                    Row{"h", {"-h"}, Kind::help}, Row{"version", {"--version"}, Kind::version},
                    Row{"check", {"--check"}, Kind::check},
                    Row{"healthcheck", {"--healthcheck"}, Kind::healthcheck},
                    Row{"suggest", {"--suggest"}, Kind::suggest},
                    Row{"explain", {"--explain", "GET", "/_ping"}, Kind::explain},
                    Row{"explain-alone",
                        {"--explain"},
                        Kind::mistake,
                        "--explain takes [--door NAME] METHOD TARGET [--body FILE]; see --help"},
                    Row{"explain-too-much",
                        {"--explain", "GET", "/", "x"},
                        Kind::mistake,
                        "--explain takes [--door NAME] METHOD TARGET [--body FILE]; see --help"},
                    Row{"explain-a-door", {"--explain", "--door", "T", "GET", "/"}, Kind::explain},
                    Row{"explain-without-target",
                        {"--explain", "--door", "T", "GET"},
                        Kind::mistake,
                        "--explain takes [--door NAME] METHOD TARGET [--body FILE]; see --help"},
                    Row{"explain-a-door-without-a-name",
                        {"--explain", "--door"},
                        Kind::mistake,
                        "--explain takes [--door NAME] METHOD TARGET [--body FILE]; see --help"},
                    Row{"explain-a-body", {"--explain", "POST", "/", "--body", "-"}, Kind::explain},
                    Row{"explain-a-body-without-a-file",
                        {"--explain", "POST", "/", "--body"},
                        Kind::mistake,
                        "--explain takes [--door NAME] METHOD TARGET [--body FILE]; see --help"},
                    Row{"explain-a-body-and-no-target",
                        {"--explain", "POST", "--body", "x"},
                        Kind::mistake,
                        "--explain takes [--door NAME] METHOD TARGET [--body FILE]; see --help"},
                    Row{"check-a-body",
                        {"--check", "--body", "x"},
                        Kind::mistake,
                        "--check takes no argument; see --help"},
                    Row{"operations", {"--operations"}, Kind::operations},
                    Row{"operations-of-a-pattern", {"--operations", "Container*"}, Kind::operations},
                    Row{"operations-of-two",
                        {"--operations", "A", "B"},
                        Kind::mistake,
                        "--operations takes [PATTERN]; see --help"},
                    Row{"version-with-more",
                        {"--version", "x"},
                        Kind::mistake,
                        "--version takes no argument; see --help"},
                    Row{"unknown",
                        {"--port=1"},
                        Kind::mistake,
                        "unknown argument '--port=1'; see --help. Settings are environment variables"},
                    Row{"a-word",
                        {"serve"},
                        Kind::mistake,
                        "unknown argument 'serve'; see --help. Settings are environment variables"},
                    Row{"empty",
                        {""},
                        Kind::mistake,
                        "unknown argument ''; see --help. Settings are environment variables"}),
    tests::byId);

TEST(CommandLine, KeepsWhatIsToBeExplained) {
    const std::vector<const char*> arguments{"--explain", "GET", "/info?x"};
    const Command command = parseCommandLine(arguments);
    EXPECT_EQ(command.method, "GET");
    EXPECT_EQ(command.target, "/info?x");
}

TEST(CommandLine, KeepsTheDoor) {
    const std::vector<const char*> arguments{"--explain", "--door", "TRAEFIK", "GET", "/info"};
    const Command command = parseCommandLine(arguments);
    EXPECT_EQ(command.door, "TRAEFIK");
    EXPECT_EQ(command.method, "GET");
    EXPECT_EQ(command.target, "/info");
}

TEST(CommandLine, KeepsTheBodyWhereverItStands) {
    const std::vector<std::vector<const char*>> orders{
        {"--explain", "--door", "T", "POST", "/x", "--body", "b.json"},
        {"--explain", "--body", "b.json", "POST", "--door", "T", "/x"},
        {"--explain", "POST", "/x", "--body", "b.json", "--door", "T"}};
    for (const auto& arguments : orders) {
        const Command command = parseCommandLine(arguments);
        EXPECT_EQ(command.kind, Kind::explain);
        EXPECT_EQ(command.body, "b.json");
        EXPECT_EQ(command.door, "T");
        EXPECT_EQ(command.method, "POST");
        EXPECT_EQ(command.target, "/x");
    }
    EXPECT_EQ(parseCommandLine(std::vector<const char*>{"--explain", "POST", "/x"}).body, std::nullopt);
}

TEST(CommandLine, KeepsThePattern) {
    const std::vector<const char*> arguments{"--operations", "Image*"};
    EXPECT_EQ(parseCommandLine(arguments).pattern, "Image*");
}

} // namespace
} // namespace proxy::program
