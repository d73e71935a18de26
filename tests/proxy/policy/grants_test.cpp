#include "proxy/policy/grants.h"
#include "tests/proxy/policy/rows.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <vector>

namespace proxy::policy {
namespace {

TEST(Grants, defaultsAreEventsPingVersion) {
    EXPECT_EQ(Grants::defaults(), (Grants{Variable::events, Variable::ping, Variable::version}));
}

TEST(Grants, setHasAndRevoke) {
    Grants grants;
    EXPECT_TRUE(grants.empty());
    grants.set(Variable::allowRestarts);
    EXPECT_TRUE(grants.has(Variable::allowRestarts));
    EXPECT_FALSE(grants.has(Variable::auth));
    EXPECT_EQ(grants.size(), 1U);
    grants.set(Variable::allowRestarts, false);
    EXPECT_TRUE(grants.empty());
}

TEST(Grants, iteratesInOrder) {
    const Grants grants{Variable::post, Variable::auth, Variable::allowRestarts};
    EXPECT_EQ(std::vector<Variable>(grants.begin(), grants.end()),
              (std::vector<Variable>{Variable::auth, Variable::post, Variable::allowRestarts}));
    EXPECT_EQ(Grants{}.begin(), Grants{}.end());
}

TEST(Grants, unionHoldsBoth) {
    EXPECT_EQ((Grants{Variable::auth} | Grants{Variable::post}), (Grants{Variable::auth, Variable::post}));
}

TEST(Variables, areFoundByTheirExactName) {
    for (std::size_t i = 0; i < variableCount; ++i)
        EXPECT_EQ(variableNamed(variables[i].name), static_cast<Variable>(i)) << variables[i].name;
    EXPECT_EQ(variableNamed("containers"), std::nullopt);
    EXPECT_EQ(variableNamed(""), std::nullopt);
}

// docs/rules.md#words: the variable is the section in upper case, but _ping is PING.
TEST(Variables, areNamedLikeTheirSections) {
    std::set<std::string_view> names;
    std::size_t sections = 0;
    for (const VariableFacts& variable : variables) {
        EXPECT_TRUE(names.insert(variable.name).second) << variable.name << " is there twice";
        EXPECT_FALSE(variable.sentence.empty() || variable.sentence.ends_with('.')) << variable.name;
        if (variable.section.empty()) continue;
        ++sections;
        std::string upper;
        for (const char c : variable.section)
            if (c != '_') upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        EXPECT_EQ(variable.name, upper);
    }
    EXPECT_EQ(sections, sectionCount);
}

} // namespace
} // namespace proxy::policy
