// What real clients send passes a baseline door, and each dangerous flag of `docker run` is refused by name.
#include "tests/proxy/guard/recorded.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <optional>

namespace proxy::guard {
namespace {

struct Dangerous {
    std::string_view what; ///< in the file's name
    Rule rule;
    const char* place;
    void (*allow)(Settings&); ///< sets the variable that the rule names; null where none would do
};

using enum Rule;

const Dangerous dangerous[] = {
    {"ContainerCreate.bind", createBind, "HostConfig.Binds[0]",
     [](Settings& settings) { settings.binds = {*readBind("/srv/ci")}; }},
    {"ContainerCreate.privileged", createPrivileged, "HostConfig.Privileged", nullptr},
    {"ContainerCreate.host", networkHost, "HostConfig.NetworkMode",
     [](Settings& settings) {
         settings.host = {true, true, true, true};
     }},
    {"ContainerCreate.container-modes", createContainerMode, "HostConfig.NetworkMode",
     [](Settings& settings) { settings.host.container = true; }},
    {"ContainerCreate.systempaths", createMaskedPaths, "HostConfig.MaskedPaths", nullptr},
    {"ContainerCreate.device", createDevice, "HostConfig.Devices[0].PathOnHost", nullptr},
    {"ContainerExec.exec-privileged", execPrivileged, "Privileged", nullptr},
    {"VolumeCreate.volume-options", volumeOptions, "DriverOpts[\"device\"]", nullptr},
    {"NetworkCreate.network-subnet", networkAddresses, "IPAM.Config[0]",
     [](Settings& settings) { settings.host.network = true; }},
    {"NetworkCreate.network-macvlan", networkDriver, "Driver",
     [](Settings& settings) { settings.host.network = true; }},
};

const Dangerous* dangerIn(const tests::Recorded& recorded) {
    for (const Dangerous& each : dangerous)
        if (recorded.id.ends_with(each.what)) return &each;
    return nullptr;
}

class Clients : public testing::TestWithParam<tests::Recorded> {
protected:
    Settings settings_{.profile = Profile::baseline, .exec = true, .build = true};

    [[nodiscard]] Judgement judge() const { return Guard(settings_).judge(GetParam().request()); }
};
INSTANTIATE_TEST_SUITE_P(Guard, Clients, testing::ValuesIn(tests::allRecorded()), tests::byId);

TEST_P(Clients, PassUnlessTheyReachForTheHost) {
    const Judgement judgement = judge();
    const Dangerous* const danger = dangerIn(GetParam());
    EXPECT_EQ(describe(judgement.rule).name, describe(danger != nullptr ? danger->rule : none).name)
        << judgement.place << ' ' << judgement.found;
    EXPECT_EQ(judgement.place, danger != nullptr ? danger->place : "");
}

TEST_P(Clients, PassWhereTheVariableSaysSo) {
    const Dangerous* const danger = dangerIn(GetParam());
    if (danger == nullptr || danger->allow == nullptr) GTEST_SKIP() << "nothing is to be allowed";
    danger->allow(settings_);
    const Judgement judgement = judge();
    EXPECT_EQ(describe(judgement.rule).name, "none") << judgement.place << ' ' << judgement.found;
}

TEST_P(Clients, PassAnUnguardedDoor) {
    settings_.profile = Profile::off;
    EXPECT_TRUE(judge().allowed());
}

// However a body is cut it is refused, and nothing beyond it is read.
TEST_P(Clients, NoBeginningOfABodyPasses) {
    const Request whole = GetParam().request();
    const auto last = whole.body.find_last_not_of(" \n");
    if (whole.body.find('{') == std::string_view::npos) GTEST_SKIP() << "there is no body";
    for (std::size_t cut = 1; cut <= last; ++cut) {
        const std::string exact(whole.body.substr(0, cut));
        Request request = whole;
        request.body = exact;
        ASSERT_FALSE(Guard(settings_).judge(request).allowed()) << cut;
    }
}

} // namespace
} // namespace proxy::guard
