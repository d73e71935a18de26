#include "proxy/policy/path.h"
#include "tests/proxy/policy/rows.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

namespace proxy::policy {
namespace {

struct Row {
    std::string_view id;
    std::string_view path;
    std::string_view rest;
    std::optional<Section> section;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.path;
}

const Row table[] = {
    {"plain", "/info", "/info", Section::info},
    {"versioned", "/v1.41/info/x", "/info/x", Section::info},
    {"ping", "/_ping", "/_ping", Section::ping},
    {"ping-without-underscore", "/ping", "/ping", std::nullopt},
    {"same-length-as-a-section", "/abcdefghijkl", "/abcdefghijkl", std::nullopt},
    {"version-alone", "/v1.41", "/v1.41", std::nullopt},
    {"version-slash", "/v1.41/", "/", std::nullopt},
    {"version-with-letters", "/v1.41x/info", "/v1.41x/info", std::nullopt},
    {"version-twice", "/v1/v2/info", "/v2/info", std::nullopt},
    {"debug", "/v1.41/debug/vars", "/debug/vars", Section::debug},
    {"version-section", "/version", "/version", Section::version},
    {"root", "/", "/", std::nullopt},
    {"asterisk", "*", "*", std::nullopt},
    {"empty", "", "", std::nullopt},
};

class Locate : public testing::TestWithParam<Row> {};

TEST_P(Locate, takesThePathApart) {
    const Place place = locate(GetParam().path);
    EXPECT_EQ(place.rest, GetParam().rest);
    EXPECT_EQ(place.section, GetParam().section);
}

INSTANTIATE_TEST_SUITE_P(Row, Locate, testing::ValuesIn(table), tests::byId);

TEST(Path, everySectionIsFound) {
    for (std::size_t i = 0; i < sectionCount; ++i)
        EXPECT_EQ(sectionNamed(variables[i].section), static_cast<Section>(i)) << variables[i].section;
    EXPECT_EQ(sectionNamed(""), std::nullopt);
}

TEST(Path, namesOfContainers) {
    EXPECT_TRUE(isContainerName("aZ09_.-"));
    for (const std::string_view text : {"", "a/b", "a:b", "a%b", "\xC3\xA9"})
        EXPECT_FALSE(isContainerName(text)) << text;
}

} // namespace
} // namespace proxy::policy
