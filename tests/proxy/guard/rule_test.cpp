// docs/guard.md lists the rules: what somebody is refused with can be looked up.
#include "proxy/guard/rule.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace proxy::guard {
namespace {

std::string quoted(std::string_view text) {
    return "`" + std::string(text) + "`";
}

std::vector<std::string> expectedRows() {
    std::vector<std::string> rows;
    for (std::size_t i = 1; i < ruleCount; ++i) {
        const RuleFacts& facts = describe(static_cast<Rule>(i));
        const std::string variable = facts.variable.empty() ? "" : quoted(facts.variable) + " ";
        rows.push_back("| " + quoted(facts.name) + " | " + std::string(facts.sentence) + " | " + variable +
                       "|");
    }
    return rows;
}

TEST(Rules, AreThoseOfTheDocument) {
    std::ifstream document(DOCUMENT);
    ASSERT_TRUE(document.is_open()) << DOCUMENT;
    std::vector<std::string> rows;
    for (std::string line; std::getline(document, line);)
        if (line.starts_with("| `guard.")) rows.push_back(line);
    EXPECT_EQ(rows, expectedRows()) << "left docs/guard.md, right proxy/guard/rule.cpp";
}

} // namespace
} // namespace proxy::guard
