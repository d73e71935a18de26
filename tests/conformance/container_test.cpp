// Targets that are images: what `docker` is told. A script of that name stands in the PATH, notes what it is
// told, and becomes the deliberately bad target where a container would run.
#include "conformance/net/socket.h"
#include "conformance/target/engine.h"
#include "conformance/target/target.h"
#include "conformance/workspace.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>

namespace {

using conformance::Adapter;
using conformance::Target;
using testing::HasSubstr;
using testing::Not;

constexpr const char* docker = R"(#!/bin/sh
folder=${0%/*}
echo "$DOCKER_HOST: $*" >>"$folder/told"
case $1 in
inspect) cat "$folder/process" ;;
version) [ -n "${DOCKER_API_VERSION-}" ] || { cat "$folder/too-old" && exit 1; } ;;
image) [ -e "$folder/fetched" ] && echo sha256:4711 ;;
pull) : >"$folder/fetched" ;;
run)
    [ ! -e "$folder/refusal" ] || { cat "$folder/refusal" && exit 125; }
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
        ::unsetenv("DOCKER_API_VERSION");   // NOLINT(concurrency-mt-unsafe)
    }

    /// The image's name is the bad target's mode.
    Adapter& adapter(const std::string& mode) {
        adapter_.image = mode;
        return adapter_;
    }
    std::string told() const { return contentOf(folder_.path() + "/told"); }
    static std::string contentOf(const std::string& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// What the script reads.
    void note(const std::string& name, const std::string& text) const {
        std::ofstream(folder_.path() + "/" + name) << text;
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
    const auto mount = [](const std::string& source, const std::string& inside) {
        return " --mount type=bind,source=" + source + ",target=" + inside + " ";
    };
    EXPECT_THAT(told(), HasSubstr(mount(folder_.path(), folder_.path())));
    EXPECT_THAT(told(), HasSubstr(mount(socket_, "/var/run/docker.sock")));
    EXPECT_THAT(told(), HasSubstr(" --group-add " + std::to_string(::getegid()) + " "));
    EXPECT_THAT(told(), HasSubstr(" --network host --ulimit nofile=1024 --env BIND_CONFIG=" + at +
                                  " --env CONTAINERS=1 --env PORT="));
    EXPECT_THAT(told(), Not(HasSubstr("--env PATH=")));
    EXPECT_THAT(told(), Not(HasSubstr("--env DOCKER_HOST=")));
    target.stop();
    EXPECT_THAT(told(), Not(HasSubstr(": rm ")));
}

// The engine's number may be that of another process here: its control groups tell.
TEST_F(Image, ItsProcessIsSeenWhereItIsTheContainers) {
    Target target(adapter("denies-all"), {}, socket_);
    const auto groups = contentOf("/proc/self/cgroup");
    note("process", std::to_string(::getpid()) + " " + groups.substr(0, groups.find('\n')));
    EXPECT_EQ(target.pid(), ::getpid());
    note("process", std::to_string(::getpid()) + " 0123456789abcdef");
    EXPECT_EQ(target.pid(), -1);
    note("process", "");
    EXPECT_EQ(target.pid(), -1);
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

// ---- Tried before anything is judged --------------------------------------------------------------

struct Refusal {
    const char* id;
    const char* told; // by the command line; none: the container runs, and does not listen
    const char* todo;
};

const Refusal refusals[] = {
    {"no-engine", "Cannot connect to the Docker daemon at unix:///engine.",
     "-v /var/run/docker.sock:/var/run/docker.sock"},
    {"not-allowed", "Got permission denied while trying to connect to the Docker daemon socket",
     "for its group and for root"},
    {"other-folders",
     "invalid mount config for type \"bind\": bind source path does not exist: /tmp/conformance/x",
     "-v /tmp/conformance:/tmp/conformance"},
    {"no-image", "Unable to find image 'x:latest' locally", "build it there"},
    {"unknown", "something else", "ended with status 125, its last words:\nsomething else"},
    {"not-ready", nullptr, "--image-port 2375"},
};

class Engine : public Image, public testing::WithParamInterface<Refusal> {};

TEST_P(Engine, WhatIsMissingIsToldWithWhatToDo) {
    adapter(GetParam().told == nullptr ? "never-listens" : "denies-all");
    adapter_.readyWithin = std::chrono::seconds(1);
    if (GetParam().told != nullptr) note("refusal", GetParam().told);
    std::ostringstream out;
    try {
        conformance::tryEngine(adapter_, out);
        FAIL() << "it was started";
    } catch (const conformance::TargetError& error) {
        EXPECT_THAT(error.what(), HasSubstr(GetParam().todo));
    }
}

INSTANTIATE_TEST_SUITE_P(Image, Engine, testing::ValuesIn(refusals), tests::byId);

TEST_F(Image, IsFetchedOnceBeforeItsTimeCounts) {
    std::ostringstream out;
    conformance::tryEngine(adapter("denies-all"), out);
    EXPECT_EQ(out.str(), "fetching denies-all\n");
    conformance::tryEngine(adapter_, out);
    EXPECT_EQ(out.str(), "fetching denies-all\n");
}

TEST_F(Image, AnEngineTooNewForTheCommandLineIsSpokenToAsItKnows) {
    note("too-old",
         "client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client");
    std::ostringstream out;
    conformance::tryEngine(adapter("denies-all"), out);
    EXPECT_STREQ(::getenv("DOCKER_API_VERSION"), "1.44"); // NOLINT(concurrency-mt-unsafe)
    EXPECT_EQ(conformance::inheritedEnvironment().at("DOCKER_API_VERSION"), "1.44");
}

TEST(ImageOf, IsThatOfTheAdapterOrOfItsCommand) {
    Adapter adapter;
    EXPECT_EQ(conformance::imageOf(adapter), "");
    adapter.command = {"wollomatic/run", "image:wollomatic/socket-proxy:1"};
    EXPECT_EQ(conformance::imageOf(adapter), "wollomatic/socket-proxy:1");
    EXPECT_EQ(conformance::imageOf(conformance::adapterOfImage("theirs:1", 0)), "theirs:1");
}

} // namespace
