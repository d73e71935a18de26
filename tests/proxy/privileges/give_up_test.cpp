// What cannot be taken back is tried in a child process, whose status the kernel tells.
#include "proxy/privileges/give_up.h"
#include "tests/proxy/privileges/ways.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proxy::privileges {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Status = std::map<std::string, std::string>;

constexpr auto nothing = "0000000000000000";

std::string contents(const char* path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

/// Runs `action` in a child; its words and then its /proc/self/status come back.
std::string inChild(const std::function<std::string()>& action) {
    int ends[2]; // NOLINT: filled by pipe
    if (::pipe(ends) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        std::string text = action() + "\n";
        text += contents("/proc/self/status"); // after it, which operator+ would not promise
        const auto written = ::write(ends[1], text.data(), text.size());
        ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string text;
    char buffer[4096]; // NOLINT: filled by read
    for (ssize_t count = 0; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(count));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return text;
}

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
        ::unlink(path_.c_str());
        ::rmdir(folder_.c_str());
        if (listening_ >= 0) ::close(listening_);
    }

    void listen(uid_t uid, gid_t gid, mode_t mode) {
        const sockaddr_un address = place();
        listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ASSERT_EQ(::bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ASSERT_EQ(::listen(listening_, 8), 0);
        ASSERT_EQ(::chown(path_.c_str(), uid, gid), 0);
        ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    }

    std::string afterwards() const {
        return inChild([this] {
            const Outcome outcome = giveUp(path_);
            std::string text = "became: " + outcome.became + "\n";
            for (const std::string& warning : outcome.warnings) text += "warning: " + warning + "\n";
            const sockaddr_un address = place();
            const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
            const bool reached =
                ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
            return text + "reached: " + (reached ? "yes" : "no");
        });
    }

    std::string folder_;
    std::string path_;

private:
    sockaddr_un place() const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
        return address;
    }

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

TEST_F(GiveUp, WithoutASocketStaysRootWithoutCapabilities) {
    NEEDS_ROOT;
    const Status status = parsed(afterwards());
    EXPECT_EQ(status.at("Uid"), "0\t0\t0\t0");
    EXPECT_EQ(status.at("CapPrm"), nothing);
}

TEST_F(GiveUp, IsRepeatableWithoutAnyCapability) {
    NEEDS_ROOT;
    listen(0, 4711, 0660);
    const Status status = parsed(inChild([this] {
        const Outcome first = giveUp(folder_ + "/missing"); // as --cap-drop ALL leaves root
        const Outcome second = giveUp(path_);
        return "became: " + second.became +
               "\nwarnings: " + std::to_string(first.warnings.size() + second.warnings.size());
    }));
    EXPECT_EQ(status.at("became").substr(0, 11), "uid 0 gid 0");
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
