// What the kernel tells of a process that has given up its privileges.
#include "proxy/privileges/give_up.h"
#include "proxy/privileges/plan.h"
#include "tests/proxy/privileges/child.h"
#include "tests/proxy/privileges/ways.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <grp.h>
#include <linux/capability.h>
#include <map>
#include <optional>
#include <sstream>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proxy::privileges {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Status = std::map<std::string, std::string>;

constexpr auto nothing = "0000000000000000";

Status parsed(const std::string& text) {
    Status status;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        const auto value = line.find_first_not_of(" \t", colon + 1);
        status[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
    }
    return status;
}

class GiveUp : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = "/tmp/give-up-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
        path_ = folder_ + "/s";
    }
    void TearDown() override {
        std::filesystem::remove_all(folder_);
        if (listening_ >= 0) ::close(listening_);
    }

    void listen(uid_t uid, gid_t gid, mode_t mode) {
        if (listening_ >= 0) ::close(listening_);
        listening_ = bindTo(path_, mode);
        ASSERT_EQ(::listen(listening_, 8), 0);
        ASSERT_EQ(::chown(path_.c_str(), uid, gid), 0);
    }

    std::string afterwards() const {
        return inChild([this] {
            const Outcome outcome = giveUp(path_);
            std::string text = "became: " + outcome.became + "\n";
            for (const std::string& warning : outcome.warnings) text += "warning: " + warning + "\n";
            return text + "reached: " + reached();
        });
    }

    std::string reached() const { return connectTo(path_) == 0 ? "yes" : "no"; }

    std::string folder_;
    std::string path_;

private:
    int listening_ = -1;
};

#define NEEDS_ROOT                                                                                           \
    if (::geteuid() != 0) GTEST_SKIP() << "only root has something to give up"

TEST_F(GiveUp, BecomesNobodyInTheGroupOfTheSocket) {
    NEEDS_ROOT;
    listen(0, 4711, 0660);
    const Status status = parsed(afterwards());
    EXPECT_EQ(status.at("became"), "uid 65534 gid 4711, no capabilities");
    EXPECT_EQ(status.at("reached"), "yes");
    EXPECT_EQ(status.count("warning"), 0U);
    EXPECT_EQ(status.at("Uid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(status.at("Gid"), "4711\t4711\t4711\t4711");
    EXPECT_EQ(status.at("Groups").find_first_not_of(' '), std::string::npos) << status.at("Groups");
}

TEST_F(GiveUp, LeavesNoCapabilityInAnySet) {
    NEEDS_ROOT;
    listen(0, 0, 0600); // stays uid 0, whose next program would otherwise get them all back
    const Status status = parsed(afterwards());
    EXPECT_EQ(status.at("became"), "uid 0 gid 0, no capabilities");
    EXPECT_EQ(status.at("reached"), "yes");
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
        EXPECT_EQ(status.at(set), nothing) << set;
    EXPECT_EQ(status.at("NoNewPrivs"), "1");
}

TEST_F(GiveUp, BecomesTheOwnerWhereNobodyElseMay) {
    NEEDS_ROOT;
    listen(4712, 4711, 0600);
    const Status status = parsed(afterwards());
    EXPECT_EQ(status.at("became"), "uid 4712 gid 4711, no capabilities");
    EXPECT_EQ(status.at("reached"), "yes");
}

// Whatever stands or does not stand at the path at start: never uid 0, whom nothing sends away later.
struct Start {
    const char* id;
    void (*make)(const std::string& path);
    const char* became;
    bool warns;
};
void PrintTo(const Start& row, std::ostream* out) {
    *out << row.id;
}

const Start starts[] = {
    {"nothing", [](const std::string&) {}, "uid 65534 gid 0 groups 4711, no capabilities", true},
    {"link-to-nothing", [](const std::string& path) { std::filesystem::create_symlink("nowhere", path); },
     "uid 65534 gid 0 groups 4711, no capabilities", true},
    {"folder", [](const std::string& path) { std::filesystem::create_directory(path); },
     "uid 65534 gid 65534, no capabilities", false},
    {"file", [](const std::string& path) { std::ofstream(path) << "not a socket"; },
     "uid 65534 gid 65534, no capabilities", false},
    // Bound with the umask that dockerd sets for it; its group and mode come a moment later.
    {"socket-about-to-be-made", [](const std::string& path) { makeSocket(path, 0); },
     "uid 65534 gid 0, no capabilities", false},
    {"socket-that-its-daemon-left", [](const std::string& path) { makeSocket(path, 0660); },
     "uid 65534 gid 0, no capabilities", false},
};

class GiveUpAtStart : public GiveUp, public testing::WithParamInterface<Start> {};

TEST_P(GiveUpAtStart, IsNotRoot) {
    NEEDS_ROOT;
    GetParam().make(path_);
    const Status status = parsed(inChild([this] {
        const gid_t given = 4711; // as by --group-add
        if (::setgroups(1, &given) != 0) return std::string("became: nobody");
        const Outcome outcome = giveUp(path_);
        return "became: " + outcome.became + "\nwarnings: " + std::to_string(outcome.warnings.size());
    }));
    EXPECT_EQ(status.at("became"), GetParam().became);
    EXPECT_EQ(status.at("warnings"), GetParam().warns ? "1" : "0");
    EXPECT_EQ(status.at("Uid"), "65534\t65534\t65534\t65534");
    EXPECT_EQ(status.at("CapPrm"), nothing);
}

INSTANTIATE_TEST_SUITE_P(Rows, GiveUpAtStart, testing::ValuesIn(starts), tests::byId);

// The daemon that comes later, or comes back: reached where the groups that were taken at start may.
struct Later {
    const char* id;
    std::optional<gid_t> atStart;
    gid_t later;
    const char* reached;
};
void PrintTo(const Later& row, std::ostream* out) {
    *out << row.id;
}

const Later laters[] = {
    {"comes-with-the-group-of-root", std::nullopt, 0, "yes"},
    {"comes-with-a-group-given-at-start", std::nullopt, 4711, "yes"},
    {"comes-with-another-group", std::nullopt, 4712, "no"},
    {"comes-back-with-the-same-group", 4712, 4712, "yes"},
    {"comes-back-with-another-group", 4712, 4713, "no"},
    {"comes-back-with-a-group-that-was-left", 4712, 4711, "no"},
};

class GiveUpBefore : public GiveUp, public testing::WithParamInterface<Later> {};

TEST_P(GiveUpBefore, TheSocketComes) {
    NEEDS_ROOT;
    if (GetParam().atStart) listen(0, *GetParam().atStart, 0660);
    int gaveUp[2]; // NOLINT: filled by pipe
    int came[2];   // NOLINT: filled by pipe
    ASSERT_EQ(::pipe(gaveUp) | ::pipe(came), 0);
    char turn = 0;
    const Status status = parsed(inChild(
        [&] {
            const gid_t given = 4711;
            if (::setgroups(1, &given) != 0) return std::string("reached: not tried");
            (void)giveUp(path_);
            if (::write(gaveUp[1], &turn, 1) != 1 || ::read(came[0], &turn, 1) != 1)
                return std::string("reached: not tried");
            return "reached: " + reached();
        },
        [&] {
            EXPECT_EQ(::read(gaveUp[0], &turn, 1), 1);
            ::unlink(path_.c_str());
            listen(0, GetParam().later, 0660);
            EXPECT_EQ(::write(came[1], &turn, 1), 1);
        }));
    for (const int end : {gaveUp[0], gaveUp[1], came[0], came[1]}) ::close(end);
    EXPECT_EQ(status.at("reached"), GetParam().reached);
    EXPECT_EQ(status.at("Uid"), "65534\t65534\t65534\t65534");
}

INSTANTIATE_TEST_SUITE_P(Rows, GiveUpBefore, testing::ValuesIn(laters), tests::byId);

TEST_F(GiveUp, IsRepeatableWithoutAnyCapability) {
    NEEDS_ROOT;
    listen(0, 4711, 0660);
    const Status status = parsed(inChild([this] {
        dropCapabilities(); // as --cap-drop ALL leaves root
        const Outcome first = giveUp(path_);
        const Outcome second = giveUp(path_);
        return "became: " + second.became + "\nwhy: " + first.why +
               "\nwarnings: " + std::to_string(first.warnings.size() + second.warnings.size());
    }));
    EXPECT_EQ(status.at("became").substr(0, 11), "uid 0 gid 0");
    EXPECT_EQ(status.at("why"), sentence(Reason::notAllowed));
    EXPECT_EQ(status.at("warnings"), "0");
}

TEST_F(GiveUp, LeavesTheIdsOfAnOrdinaryUserAlone) {
    NEEDS_ROOT;
    listen(0, 4711, 0660);
    const Status status = parsed(inChild([this] {
        if (::setresgid(4711, 4711, 4711) != 0 || ::setresuid(4713, 4713, 4713) != 0)
            return std::string("became: nobody");
        return "became: " + giveUp(path_).became;
    }));
    EXPECT_THAT(status.at("became"), AllOf(HasSubstr("uid 4713 gid 4711"), HasSubstr("no capabilities")));
    EXPECT_EQ(status.at("NoNewPrivs"), "1");
}

} // namespace
} // namespace proxy::privileges
