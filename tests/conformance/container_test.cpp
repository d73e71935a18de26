// Targets that are images: what `docker` is told. A script of that name stands in the PATH, notes what it is
// told, and becomes the deliberately bad target where a container would run.
#include "conformance/net/socket.h"
#include "conformance/target/target.h"
#include "conformance/workspace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

using conformance::Adapter;
using conformance::Target;
using testing::HasSubstr;
using testing::Not;

constexpr const char* docker = R"(#!/bin/sh
folder=${0%/*}
echo "$DOCKER_HOST: $*" >>"$folder/told"
case $1 in
inspect) echo 4711 ;;
run)
    while [ $# -gt 1 ]; do
        [ "$1" != --env ] || export "$2"
        [ "$1" != --publish ] || { PORT=${2%:*} && export "PORT=${PORT#*:}"; }
        shift
    done
    exec )" BAD_TARGET R"( "$1"
    ;;
esac
)";

class Image : public testing::Test {
protected:
    Image()
        : listener_(conformance::listenUnix(socket_)) {
        std::ofstream(folder_.path() + "/docker") << docker;
        std::filesystem::permissions(folder_.path() + "/docker", std::filesystem::perms::owner_all);
        ::setenv("PATH", (folder_.path() + ":" + path_).c_str(), 1); // NOLINT(concurrency-mt-unsafe)
        ::setenv("DOCKER_HOST", "unix:///engine", 1);                // NOLINT(concurrency-mt-unsafe)
        adapter_.name = "image";
        adapter_.stopWithin = std::chrono::seconds(1);
    }
    ~Image() override {
        ::setenv("PATH", path_.c_str(), 1); // NOLINT(concurrency-mt-unsafe)
        ::unsetenv("DOCKER_HOST");          // NOLINT(concurrency-mt-unsafe)
    }

    /// The image's name is the bad target's mode.
    Adapter& adapter(const std::string& mode) {
        adapter_.image = mode;
        return adapter_;
    }
    std::string told() const {
        std::ifstream file(folder_.path() + "/told");
        return {std::istreambuf_iterator<char>(file), {}};
    }

    const std::string path_ = std::getenv("PATH"); // NOLINT(concurrency-mt-unsafe)
    const conformance::Workspace folder_;
    const std::string socket_ = folder_.path() + "/docker.sock";
    const conformance::Fd listener_;
    Adapter adapter_;
};

TEST_F(Image, RunsOnTheHostsNetworkWithTheVariables) {
    Target target(adapter("denies-all"), {{"CONTAINERS", "1"}}, socket_, {0, {1024}});
    const auto at = "127.0.0.1:" + std::to_string(target.port());
    EXPECT_THAT(told(), HasSubstr("unix:///engine: run --rm --name socket-proxy-conformance-"));
    EXPECT_THAT(told(), HasSubstr(" --volume " + folder_.path() + ":" + folder_.path() + " "));
    EXPECT_THAT(told(), HasSubstr(" --network host --ulimit nofile=1024 --env BIND_CONFIG=" + at +
                                  " --env CONTAINERS=1 --env PORT="));
    EXPECT_THAT(told(), Not(HasSubstr("--env PATH=")));
    EXPECT_THAT(told(), Not(HasSubstr("--env DOCKER_HOST=")));
    EXPECT_EQ(target.pid(), 4711);
    target.stop();
    EXPECT_THAT(told(), Not(HasSubstr(": rm ")));
}

TEST_F(Image, WithAPortOfItsOwnIsPublished) {
    adapter("denies-all").imagePort = 2375;
    Target target(adapter_, {}, socket_);
    EXPECT_THAT(told(), HasSubstr(" --publish 127.0.0.1:" + std::to_string(target.port()) + ":2375 "));
    EXPECT_THAT(told(), Not(HasSubstr("BIND_CONFIG")));
    target.stop();
}

// A published port accepts at once, by whoever publishes it.
TEST_F(Image, WithAPortOfItsOwnIsReadyWhenItAnswers) {
    adapter("closes").imagePort = 2375;
    adapter_.readyWithin = std::chrono::seconds(1);
    EXPECT_THROW(Target(adapter_, {}, socket_), conformance::TargetError);
}

TEST_F(Image, WhoseClientMustBeKilledIsRemoved) {
    {
        Target target(adapter("ignores-term"), {}, socket_);
        EXPECT_THROW(target.stop(), conformance::TargetError);
    }
    EXPECT_THAT(told(), HasSubstr("unix:///engine: rm --force socket-proxy-conformance-"));
}

} // namespace
