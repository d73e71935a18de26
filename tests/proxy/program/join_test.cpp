#include "proxy/program/join.h"
#include "proxy/settings/door_names.h"
#include "proxy/settings/table.h"
#include "proxy/suggest/line.h"

#include <gtest/gtest.h>

#include <string>

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

// What the settings take for a door's name, --suggest reads in the log's lines, and nothing else.
TEST(Join, KnowsDoorsByTheSameNames) {
    std::size_t taken = 0;
    for (const char* const name :
         {"T", "TRAEFIK", "A_1", "A1", "t", "1A", "_A", "A_", "A__B", "A-B", "A.B"}) {
        const std::string line = "2026-11-26T08:15:00.123Z info 127.0.0.1:5 door=" + std::string(name) +
                                 " GET /info SystemInfo allow tecnativa.section 200 0 0 0.010ms";
        const bool read = suggest::readLine(line).kind == suggest::Line::Kind::request;
        EXPECT_EQ(read, settings::isDoorName(name)) << name;
        if (read) ++taken;
    }
    EXPECT_EQ(taken, 4U);
}

} // namespace
} // namespace proxy::program
