// One table, and what is written elsewhere of it: README, Dockerfile.
#include "proxy/settings/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace proxy::settings {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

std::string contents(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(DSP_SOURCE "/" + file).rdbuf();
    return text.str();
}

bool isGrant(const Row& row) {
    return std::holds_alternative<Grant>(row.kind);
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
    const auto from = text.find(begin);
    return from == std::string::npos ? "" : text.substr(from, text.find(end, from) - from);
}

/// What stands in backticks.
std::vector<std::string> code(const std::string& text) {
    static const std::regex one("`([^`]*)`");
    std::vector<std::string> found;
    for (std::sregex_iterator each(text.begin(), text.end(), one), end; each != end; ++each)
        found.push_back((*each)[1]);
    return found;
}

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> found;
    std::istringstream in(line.substr(1));
    for (std::string cell; std::getline(in, cell, '|');) {
        const auto begin = cell.find_first_not_of(' ');
        found.push_back(
            begin == std::string::npos ? "" : cell.substr(begin, cell.find_last_not_of(' ') - begin + 1));
    }
    return found;
}

TEST(Table, HasEveryNameOnce) {
    std::set<std::string_view> names;
    for (const Row& row : table()) EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

TEST(Table, SaysWhatIsOfAnAccessAndWhatOfTheProcess) {
    std::vector<std::string_view> besidesGrants;
    for (const Row& row : table()) {
        if (isGrant(row))
            EXPECT_EQ(row.scope, Scope::access) << row.name;
        else if (row.scope == Scope::access)
            besidesGrants.push_back(row.name);
    }
    EXPECT_THAT(besidesGrants,
                ElementsAre("ALLOW_OPERATIONS", "DENY_OPERATIONS", "DIALECT", "MASK_ENV", "LEARN", "GUARD",
                            "GUARD_BINDS", "GUARD_HOST", "GUARD_CAPS", "GUARD_DEVICES", "GUARD_NETWORKS",
                            "GUARD_EXEC", "GUARD_CP", "GUARD_BUILD", "GUARD_BODY_LIMIT", "BIND_CONFIG"));
}

// A default is what would be set: it can be, and means the same.
TEST(Table, HasDefaultsThatCanBeSet) {
    Environment all;
    for (const Row& row : table())
        if (isOf(row, policy::Dialect::tecnativa)) all.emplace(row.name, row.standard);
    const Reading reading = read(all);
    EXPECT_THAT(reading.mistakes, testing::IsEmpty());
    EXPECT_EQ(describe(reading.settings), describe(read({}).settings));
}

TEST(Table, IsWhatTheDockerfileSets) {
    const std::string shipped = between(contents("Dockerfile"), "FROM scratch", "\nARG ");
    static const std::regex one("(?:ENV|\\n) +([A-Z0-9_]+)=(\"[^\"]*\"|[^ \\n]*)");
    std::map<std::string, std::string> set;
    for (std::sregex_iterator each(shipped.begin(), shipped.end(), one), end; each != end; ++each) {
        std::string value = (*each)[2];
        if (value.starts_with('"')) value = value.substr(1, value.size() - 2);
        EXPECT_TRUE(set.emplace((*each)[1], value).second) << (*each)[1] << " is there twice";
    }
    std::map<std::string, std::string> expected;
    for (const Row& row : table())
        if (isOf(row, policy::Dialect::tecnativa)) expected.emplace(row.name, row.standard);
    EXPECT_EQ(set, expected) << "left the Dockerfile, right proxy/settings/table.cpp";
}

TEST(Table, IsWhatTheReadmeLists) {
    std::map<std::string, std::string> listed; // name to default
    std::map<std::string, std::string> meanings;
    std::istringstream lines(between(contents("README.md"), "\n## Variables", "\n## What does"));
    std::string grants; // the default of those that are listed, while they are
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| ")) continue;
        const auto cell = cells(line);
        if (cell[0].find("granted by default") != std::string::npos) grants = "1";
        if (cell[0].find("revoked by default") != std::string::npos) grants = "0";
        if (cell[0] == "variable") grants.clear();
        for (const std::string& name : code(cell[0])) {
            const auto standard = code(cell[1]);
            const std::string shown = !grants.empty() ? grants : standard.empty() ? "" : standard.front();
            EXPECT_TRUE(listed.emplace(name, shown).second) << name << " is there twice";
            if (grants.empty()) meanings.emplace(name, cell[2]);
        }
    }
    std::map<std::string, std::string> expected;
    for (const Row& row : table()) {
        expected.emplace(row.name, row.standard);
        if (!isGrant(row)) {
            EXPECT_THAT(meanings[std::string(row.name)], StartsWith(std::string(row.sentence))) << row.name;
        }
    }
    EXPECT_EQ(listed, expected) << "left README.md, right proxy/settings/table.cpp";
}

} // namespace
} // namespace proxy::settings
