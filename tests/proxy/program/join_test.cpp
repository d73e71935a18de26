#include "proxy/program/join.h"
#include "proxy/settings/table.h"

#include <gtest/gtest.h>

namespace proxy::program {
namespace {

// By their names, which both rooms print.
TEST(Join, GivesEveryLevelTheOneOfItsName) {
    std::size_t levels = 0;
    for (const settings::Row& row : settings::table())
        if (const auto* const choice = std::get_if<settings::Choice<settings::LogLevel>>(&row.kind))
            for (const auto& word : choice->words) {
                EXPECT_EQ(log::nameOf(join(word.value)), word.text);
                ++levels;
            }
    EXPECT_EQ(levels, 8U);
}

TEST(Join, GivesFormatsAndFamiliesTheirLike) {
    EXPECT_EQ(join(settings::LogFormat::text), log::Format::text);
    EXPECT_EQ(join(settings::LogFormat::json), log::Format::json);
    EXPECT_EQ(join(settings::TcpListener::Family::any), net::TcpPlace::Family::any);
    EXPECT_EQ(join(settings::TcpListener::Family::v4), net::TcpPlace::Family::v4);
    EXPECT_EQ(join(settings::TcpListener::Family::v6only), net::TcpPlace::Family::v6only);
}

} // namespace
} // namespace proxy::program
