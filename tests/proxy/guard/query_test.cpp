#include "proxy/guard/query.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <array>

namespace proxy::guard {
namespace {

using enum Rule;

struct Row {
    const char* id;
    const char* operation;
    const char* query;
    Rule rule = none;
    const char* place = "";
};

const Row rows[] = {
    {"none", "ContainerCreate", ""},
    {"name", "ContainerCreate", "name=a&platform=linux%2Famd64"},
    {"empty-parts", "ContainerCreate", "&&name=a&"},
    {"unknown", "ContainerCreate", "privileged=1", queryUnknown, "privileged"},
    {"unknown-zero", "ContainerCreate", "a=&b=0&c=false&d"},
    {"case", "ContainerCreate", "Name=a", queryUnknown, "Name"},
    {"dockerode", "ContainerCreate",
     "Image=a&Cmd=sh&Cmd=-c&HostConfig=%7B%22NetworkMode%22%3A%22none%22%7D&name=b"},
    {"dockerode-volume", "VolumeCreate", "Name=a&Labels=%7B%7D"},
    {"dockerode-host-config", "ContainerCreate", "Privileged=true", queryUnknown, "Privileged"},
    {"dockerode-small-letters", "ContainerCreate", "image=a", queryUnknown, "image"},
    {"no-name", "ContainerCreate", "=a", queryUnknown, ""},
    {"semicolon", "ContainerCreate", "name=a;b=1", querySyntax},
    {"bad-escape", "ContainerCreate", "name=%4", querySyntax},
    {"bad-escape-in-name", "ContainerCreate", "%zz=1", querySyntax},
    {"repeated", "ImageBuild", "t=a&t=b"},
    {"start", "ContainerStart", "detachKeys=ctrl-c"},
    {"checkpoint", "ContainerStart", "checkpoint=a", startCheckpoint, "checkpoint"},
    {"checkpoint-dir", "ContainerStart", "checkpoint-dir=/etc", startCheckpoint, "checkpoint-dir"},
    {"checkpoint-escaped", "ContainerStart", "check%70oint=a", startCheckpoint, "check%70oint"},
    {"rename", "ContainerRename", "name=b"},
    {"commit", "ImageCommit", "container=a&repo=b&tag=c&changes=USER+root&pause=1"},
    {"pull", "ImageCreate", "fromImage=alpine&tag=3"},
    {"import", "ImageCreate", "fromSrc=-&repo=a&message="},
    {"import-address", "ImageCreate", "fromSrc=http%3A%2F%2F169.254.169.254%2F", imageSource, "fromSrc"},
    {"import-second", "ImageCreate", "fromSrc=-&fromSrc=http://x", imageSource, "fromSrc"},
    {"import-blank", "ImageCreate", "fromSrc=+-", imageSource, "fromSrc"},
    {"load", "ImageLoad", "quiet=1"},
    {"tag", "ImageTag", "repo=a&tag=b&force=0"},
    {"push", "ImagePush", "tag=3&platform=linux%2Famd64"},
    {"podman-push-into-folder", "ImagePush", "destination=dir:/etc/x", queryUnknown, "destination"},
    {"build-outputs", "ImageBuild", "outputs=%5B%7B%22Type%22%3A%22moby%22%7D%5D"},
    {"podman-build-into-folder", "ImageBuild", "outputs=type%3Dlocal%2Cdest%3D%2Fetc", buildHost, "outputs"},
    {"build", "ImageBuild", "t=a&dockerfile=D&networkmode=default&rm=1&remote=&cgroupparent=&version=1"},
    {"build-host", "ImageBuild", "networkmode=host", buildNetwork, "networkmode"},
    {"build-host-escaped", "ImageBuild", "networkmode=h%6fst", buildNetwork, "networkmode"},
    {"build-container", "ImageBuild", "networkmode=container:x", buildNetwork, "networkmode"},
    {"build-host-last", "ImageBuild", "networkmode=none&networkmode=host", buildNetwork, "networkmode"},
    {"build-remote", "ImageBuild", "remote=http://x", buildHost, "remote"},
    {"build-cgroup", "ImageBuild", "cgroupparent=/x", buildHost, "cgroupparent"},
    {"build-security", "ImageBuild", "securityopt=seccomp%3Dunconfined", buildHost, "securityopt"},
    {"build-unknown", "ImageBuild", "allow=security.insecure", queryUnknown, "allow"},
    {"judged-control", "ImageBuild", "networkmode=host%00", queryValue, "networkmode"},
};

class Query : public testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Guard, Query, testing::ValuesIn(rows), tests::byId);

TEST_P(Query, IsJudged) {
    const Settings settings{.profile = Profile::baseline};
    const Judgement judgement = judgeQuery(settings, *findJudged(GetParam().operation), GetParam().query);
    EXPECT_EQ(describe(judgement.rule).name, describe(GetParam().rule).name);
    EXPECT_EQ(judgement.place, GetParam().place);
}

// A form's parameters come before the query's, which would be the ones that were judged.
TEST(Forms, AreRefusedWhereAQueryIsJudged) {
    const Guard guard(Settings{.profile = Profile::baseline, .build = true});
    for (const char* const operation :
         {"ContainerRename", "ContainerStart", "ImageCreate", "ImageLoad", "ImageTag", "ImageBuild"}) {
        Request request{"POST", operation};
        EXPECT_TRUE(guard.judge(request).allowed()) << operation;
        request.contentTypes = 1;
        for (const char* const type : {"", "text/plain", "application/x-tar", "Application/JSON ; a=b"}) {
            request.contentType = type;
            EXPECT_TRUE(guard.judge(request).allowed()) << operation << type;
        }
        for (const char* const type :
             {"application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; a",
              "multipart/form-data; boundary=x", "multipart/mixed; boundary=x", "x", ";",
              "text/plain, application/x-www-form-urlencoded"}) {
            request.contentType = type;
            EXPECT_EQ(guard.judge(request).rule, type == std::string_view(";") ? none : bodyForm)
                << operation << type;
        }
        request.contentType = "text/plain";
        request.contentTypes = 2;
        EXPECT_EQ(guard.judge(request).rule, bodyForm) << operation;
    }
}

TEST(Percent, IsDecodedAsTheDaemonDoes) {
    std::array<char, 4> room{};
    EXPECT_EQ(percentDecoded("a+%2b", room), "a +");
    EXPECT_EQ(percentDecoded("%e9", room), "\xe9");
    for (const char* const text : {"%", "%4", "%4g", "%00", "%7f", "\x01", "abcde"})
        EXPECT_EQ(percentDecoded(text, room), std::nullopt) << text;
}

} // namespace
} // namespace proxy::guard
