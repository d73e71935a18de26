// GUARD_BINDS: what is at or below a listed folder, and nothing else.
#include "proxy/guard/guard.h"
#include "proxy/guard/values.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

namespace proxy::guard {
namespace {

using enum Rule;

struct Row {
    const char* id;
    const char* bind; ///< an element of HostConfig.Binds
    Rule rule = none;
};

const Row rows[] = {
    {"exact", "/srv/ci:/a"},
    {"slash-at-end", "/srv/ci/:/a"},
    {"below", "/srv/ci/b/c:/a:rw"},
    {"relabelled", "/srv/ci:/a:Z"},
    {"private", "/srv/ci:/a:rprivate,consistent"},
    {"beside", "/srv/cia:/a", createBind},
    {"above", "/srv:/a", createBind},
    {"root", "/:/a", createBind},
    {"dots", "/srv/ci/../x:/a", createBindPath},
    {"dots-back", "/srv/x/../ci:/a", createBindPath},
    {"dot", "/srv/./ci:/a", createBindPath},
    {"double-slash", "/srv//ci:/a", createBindPath},
    {"two-slashes-at-end", "/srv/ci//:/a", createBindPath},
    {"backslash", "/srv/ci\\..\\x:/a", createBindPath},
    {"comma", "/srv/ci/a,source=/etc:/a", createBindPath},
    {"quote", "/srv/ci/\"a:/a", createBindPath},
    {"case", "/SRV/ci:/a", createBind},
    {"shared", "/srv/ci:/a:shared", createPropagation},
    {"slave", "/srv/ci:/a:ro,rslave", createPropagation},
    {"proc-target", "/srv/ci:/proc/sys", createTarget},
    {"root-target", "/srv/ci:/", createTarget},
    {"no-target", "/srv/ci:", createBindMode},
    {"read-only", "/etc/localtime:/a:ro"},
    {"read-only-below", "/etc/localtime/b:/a:ro"},
    {"read-only-written", "/etc/localtime:/a", createBindReadOnly},
    {"read-only-written-by-mode", "/etc/localtime:/a:rw", createBindReadOnly},
    {"read-only-both-modes", "/etc/localtime:/a:ro,rw", createBindReadOnly},
    {"read-only-relabelled", "/etc/localtime:/a:ro,z", createBindReadOnly},
    {"writable-within-read-only", "/data/out:/a"},
    {"read-only-around-writable", "/data:/a", createBindReadOnly},
};

const Settings settings{.profile = Profile::baseline,
                        .binds = {{"/srv/ci"}, {"/etc/localtime", true}, {"/data", true}, {"/data/out"}}};

class Binds : public testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Guard, Binds, testing::ValuesIn(rows), tests::byId);

TEST_P(Binds, AreJudged) {
    EXPECT_EQ(describe(judgeBind(settings, GetParam().bind)).name, describe(GetParam().rule).name);
}

Rule judgeMount(std::string_view fields) {
    const std::string body =
        R"({"HostConfig":{"Mounts":[{"Type":"bind","Target":"/a",)" + std::string(fields) + "}]}}";
    return Guard(settings)
        .judge({"POST", "ContainerCreate", "", "", "", "application/json", 1, false, body})
        .rule;
}

TEST(Mounts, AreJudgedAsBindsAre) {
    EXPECT_EQ(judgeMount(R"("Source":"/srv/ci")"), none);
    EXPECT_EQ(judgeMount(R"("Source":"\/srv\/ci\u002fb")"), none);
    EXPECT_EQ(
        judgeMount(R"("Source":"/srv/ci","BindOptions":{"CreateMountpoint":true,"Propagation":"rprivate"})"),
        none);
    EXPECT_EQ(judgeMount(R"("Source":"/srv/cia")"), createBind);
    EXPECT_EQ(judgeMount(R"("Source":"/srv/ci/../x")"), createBindPath);
    EXPECT_EQ(judgeMount(R"("Source":"\\srv\\ci")"), createBindPath);
    EXPECT_EQ(judgeMount(R"("Source":"srv/ci")"), createBindPath);
    EXPECT_EQ(judgeMount(R"("Source":"")"), createBindPath);
    EXPECT_EQ(judgeMount(R"("Source":"/etc/localtime")"), createBindReadOnly);
    EXPECT_EQ(judgeMount(R"("Source":"/etc/localtime","ReadOnly":false)"), createBindReadOnly);
    EXPECT_EQ(judgeMount(R"("Source":"/etc/localtime","ReadOnly":true)"), none);
    EXPECT_EQ(judgeMount(
                  R"("ReadOnly":true,"BindOptions":{"ReadOnlyNonRecursive":true},"Source":"/etc/localtime")"),
              createBindReadOnly);
}

// What was seen of one mount must not be taken for the next one's.
TEST(Mounts, AreJudgedEachByItself) {
    EXPECT_EQ(
        judgeMount(
            R"("Source":"/etc/localtime","ReadOnly":true},{"Type":"bind","Target":"/b","Source":"/etc/localtime")"),
        createBindReadOnly);
    EXPECT_EQ(judgeMount(R"("Source":"/srv/ci"},{"Type":"bind","Target":"/b")"), createBindPath);
    EXPECT_EQ(judgeMount(R"("Source":"/srv/ci"},{"Target":"/b","Source":"/srv/ci")"), createMountType);
}

} // namespace
} // namespace proxy::guard
