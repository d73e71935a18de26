#include "tests/proxy/privileges/ways.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace proxy::privileges {
namespace {

struct Row {
    std::string_view id;
    Identity who;
    Way way;
    bool connects;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.id;
}

const Row rows[] = {
    {"group", {65534, 999, {}}, socketOf(0, 999, 0660), true},
    {"supplementary-group", {65534, 65534, {1, 999}}, socketOf(0, 999, 0660), true},
    {"stranger", {65534, 65534, {}}, socketOf(0, 999, 0660), false},
    {"others", {65534, 65534, {}}, socketOf(0, 0, 0666), true},
    {"owner", {1000, 65534, {}}, socketOf(1000, 1000, 0600), true},
    {"root-is-nothing-special", {0, 0, {}}, socketOf(1000, 1000, 0660), false},
    {"write-is-what-counts", {65534, 999, {}}, socketOf(0, 999, 0620), true},
    {"read-is-not-enough", {65534, 999, {}}, socketOf(0, 999, 0640), false},
    // One class decides: a member is not one of the others.
    {"owner-shut-out", {1000, 999, {}}, socketOf(1000, 999, 0066), false},
    {"group-shut-out", {65534, 999, {}}, socketOf(0, 999, 0606), false},
    {"folder-of-another", {65534, 999, {}}, socketOf(0, 999, 0660, {open, {0, 0, 0700}}), false},
    {"folder-of-own", {1000, 999, {}}, socketOf(0, 999, 0660, {open, {1000, 0, 0100}}), true},
    {"folder-readable-only", {65534, 999, {}}, socketOf(0, 999, 0660, {open, {0, 0, 0744}}), false},
    {"missing", {0, 0, {}}, {{open}, Way::End::missing, {}}, false},
    {"folder", {0, 0, {}}, {{open}, Way::End::folder, {0, 0, 0777}}, false},
    {"file", {0, 0, {}}, {{open}, Way::End::file, {0, 0, 0666}}, false},
    {"hidden", {0, 0, {}}, {{open}, Way::End::hidden, {}}, false},
    // An id that is shown as 65534 is not the one that is 65534.
    {"unmapped-owner", {65534, 999, {}}, socketOf(unmapped, 0, 0600), false},
    {"unmapped-group", {1000, 65534, {unmapped}}, socketOf(0, unmapped, 0660), false},
    {"unmapped-but-anybody-s", {65534, 65534, {}}, socketOf(unmapped, unmapped, 0666), true},
};

class AccessTable : public testing::TestWithParam<Row> {};

TEST_P(AccessTable, Connects) {
    EXPECT_EQ(mayConnect(GetParam().who, GetParam().way), GetParam().connects);
}

INSTANTIATE_TEST_SUITE_P(Rows, AccessTable, testing::ValuesIn(rows), tests::byId);

TEST(Identity, IsDescribed) {
    EXPECT_EQ(describe({65534, 999, {}}), "uid 65534 gid 999");
    EXPECT_EQ(describe({65534, 999, {999, 20, 44}}), "uid 65534 gid 999 groups 20 44");
}

class Looking : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "privileges-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string path(const std::string& name) const { return (folder_ / name).string(); }

    void makeSocket(const std::string& at, mode_t mode) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        at.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ::close(fd);
        ASSERT_EQ(::chmod(at.c_str(), mode), 0);
    }

    std::filesystem::path folder_;
};

TEST_F(Looking, FindsSocketAndFolders) {
    makeSocket(path("s"), 0640);
    const Way way = wayTo(path("s"));
    EXPECT_EQ(way.end, Way::End::socket);
    EXPECT_EQ(way.socket.mode, 0640U);
    EXPECT_EQ(way.socket.uid, ::geteuid());
    ASSERT_GE(way.folders.size(), 2U);
    EXPECT_EQ(way.folders.back().mode, 0700U);
    EXPECT_EQ(way.folders.size(), static_cast<std::size_t>(std::distance(folder_.begin(), folder_.end())));
}

TEST_F(Looking, NamesFolders) {
    EXPECT_EQ(wayTo(path("s")).folders.back().path, std::filesystem::canonical(folder_));
    EXPECT_EQ(wayTo(path("s")).folders.front().path, "/");
}

TEST_F(Looking, TellsWhereALinkLeads) {
    std::filesystem::create_symlink("nowhere", path("link"));
    EXPECT_EQ(wayTo(path("link")).link, "nowhere");
    EXPECT_EQ(wayTo(path("link")).end, Way::End::missing);
}

TEST_F(Looking, FollowsLinks) {
    std::filesystem::create_directory(path("shut"));
    ASSERT_EQ(::chmod(path("shut").c_str(), 0711), 0);
    makeSocket(path("shut/s"), 0600);
    std::filesystem::create_symlink("shut/s", path("link"));
    std::filesystem::create_symlink("shut", path("folder"));
    EXPECT_EQ(wayTo(path("link")).folders.back().mode, 0711U);
    EXPECT_EQ(wayTo(path("folder/s")).folders.back().mode, 0711U);
    EXPECT_EQ(wayTo(path("folder/missing")).folders.back().mode, 0711U);
}

TEST_F(Looking, TellsWhatIsNotASocket) {
    std::filesystem::create_directory(path("mounted"));
    EXPECT_EQ(wayTo(path("mounted")).end, Way::End::folder);
    std::ofstream(path("file")) << "text";
    EXPECT_EQ(wayTo(path("file")).end, Way::End::file);
    EXPECT_EQ(wayTo(path("missing")).end, Way::End::missing);
    EXPECT_EQ(wayTo(path("missing/missing")).end, Way::End::missing);
}

} // namespace
} // namespace proxy::privileges
