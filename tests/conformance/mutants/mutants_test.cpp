// The suite is judged by proxies that are known to be wrong: every mutant in mutants.tsv must be caught by
// the case meant for it, and the same proxy unmutated must pass every family. A mutant nobody catches fails.
#include "conformance/cases/case.h"
#include "conformance/commands.h"
#include "tests/conformance/mutants/mutation.h"
#include "tests/row_name.h"

#include <Poco/TemporaryFile.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace {

struct Row {
    std::string name;
    std::string wrong; // what the proxy does wrong: it is the subject
    std::string caught;
};

void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name << ": " << row.wrong;
}

const std::vector<Row>& rows() {
    static const std::vector<Row> all = [] {
        std::ostringstream text;
        text << std::ifstream(MUTANTS_TABLE).rdbuf();
        const auto table = conformance::parseTable(text.str(), MUTANTS_TABLE, {"name", "the proxy", "case"});
        std::vector<Row> list;
        for (const auto& row : table.rows) list.push_back({row.fields[0], row.fields[1], row.fields[2]});
        return list;
    }();
    return all;
}

struct Outcome {
    int status = -1;
    std::string text;
};

enum class Host : std::uint8_t { streaming, buffering };

Outcome judge(const std::string& mutant, Host host, std::vector<std::string> which,
              const std::string& more = "") {
    Poco::TemporaryFile folder;
    folder.createDirectories();
    std::ofstream(folder.path() + "/buffered.baseline.tsv") << std::ifstream(BUFFERED_BASELINE).rdbuf();
    const std::string file = folder.path() + "/mutant.json";
    std::ofstream(file)
        << R"({"name": "mutant-proxy", "command": [")" << MUTANT_PROXY
        << R"("], "answer_within": 1, "stop_within": 3, "head_within": 6, "capabilities": ["operations", "doors", "mask", "guard"], "environment": {"SHUTDOWN_GRACE": "1")"
        << (host == Host::buffering ? R"(, "BUFFERED": "1")" : "")
        << (mutant.empty() ? "" : R"(, "MUTANT": ")" + mutant + "\"") << "}" << more << "}";
    which.insert(which.begin(), {"run", "--target", file, "--jobs", "2"});
    std::ostringstream text;
    const int status = conformance::commandLineMain(which, text, text);
    return {status, text.str()};
}

TEST(Mutants, AreThoseOfTheTable) {
    std::set<std::string> inTable;
    for (const auto& row : rows()) EXPECT_TRUE(inTable.insert(row.name).second) << row.name << " twice";
    std::set<std::string> inProxy;
    for (const auto name : mutants::names) inProxy.emplace(name);
    EXPECT_EQ(inTable, inProxy);
}

class Mutant : public testing::TestWithParam<Row> {};

// 1: the case failed. 2 would be: the suite could not judge, which catches nothing.
TEST_P(Mutant, IsCaught) {
    const Host host = GetParam().name.starts_with("buffered-") ? Host::buffering : Host::streaming;
    const auto right = judge("", host, {"--level", "hardening", "--id", GetParam().caught});
    ASSERT_EQ(right.status, 0) << right.text;
    const auto outcome = judge(GetParam().name, host, {"--level", "hardening", "--id", GetParam().caught});
    EXPECT_EQ(outcome.status, 1) << "nothing in " << GetParam().caught << " catches a proxy that "
                                 << GetParam().wrong << "\n"
                                 << outcome.text;
}

INSTANTIATE_TEST_SUITE_P(Table, Mutant, testing::ValuesIn(rows()),
                         [](const auto& row) { return tests::rowName(row.param.name); });

// Beginnings of ids: every family, of config but the ways to listen, of which this proxy knows one.
std::vector<std::string> families() {
    std::vector<std::string> all{"access/", "config/defaults", "config/value-", "config/name-lower-case"};
    for (const auto& family : conformance::scriptedFamilies())
        if (family != "config" && family != "long") all.push_back(family + "/");
    return all;
}

class Unmutated : public testing::TestWithParam<std::string> {};

TEST_P(Unmutated, Conforms) {
    const auto outcome = judge("", Host::streaming, {"--id", GetParam()});
    EXPECT_EQ(outcome.status, 0) << outcome.text;
}

// A case asks one question: a proxy that reads a body before it forwards anything deviates in those that ask for just
// that, which its baseline lists, and in no other.
TEST(Buffering, DeviatesWhereItMust) {
    std::vector<std::string> which;
    for (const auto* const family : {"evasion", "framing", "passthrough", "stream", "fault", "limits"})
        which.insert(which.end(), {"--family", family});
    const auto outcome = judge("", Host::buffering, which, R"(, "baseline": "buffered.baseline.tsv")");
    EXPECT_EQ(outcome.status, 0) << outcome.text;
}

INSTANTIATE_TEST_SUITE_P(Family, Unmutated, testing::ValuesIn(families()),
                         [](const auto& row) { return tests::rowName(row.param); });

} // namespace
