#include "proxy/log/log.h"
#include "proxy/policy/policy.h"
#include "proxy/suggest/suggest.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <sstream>

namespace proxy::suggest {
namespace {

using policy::Grants;
using policy::Operation;
using policy::Policy;
using policy::Variable;
using testing::HasSubstr;
using testing::Not;

std::string printed(const Suggestion& suggestion) {
    std::ostringstream out;
    suggestion.print(out);
    return out.str();
}

Suggestion from(std::string_view log) {
    std::istringstream in{std::string(log)};
    Suggestion suggestion;
    for (std::string line; std::getline(in, line);) suggestion.read(line);
    return suggestion;
}

// ---- What is printed ---------------------------------------------------------------------------------

TEST(Suggestion, IsAnEnvFileWithWordsForPeople) {
    EXPECT_EQ(
        printed(from(
            "2026-11-26T08:15:00.123Z notice listening on [::]:2375\n"
            "2026-11-26T08:15:01.123Z info 127.0.0.1:5 HEAD /_ping SystemPingHead allow tecnativa.section "
            "200 0 0 1.000ms\n"
            "2026-11-26T08:15:01.123Z info 127.0.0.1:5 GET /containers/json ContainerList deny "
            "tecnativa.section 403 0 9 1.000ms\n"
            "2026-11-26T08:15:01.123Z info 127.0.0.1:5 GET /containers/json ContainerList deny "
            "tecnativa.section 403 0 9 1.000ms\n"
            "2026-11-26T08:15:02.123Z info 127.0.0.1:5 GET /contai\n"
            "another program's\n"
            "2026-11-26T08:15:03.123Z info 127.0.0.1:5 GET /debug/vars debugVars deny tecnativa.unknown 403 "
            "0 9 1.000ms\n"
            "2026-11-26T08:15:03.123Z info 127.0.0.1:5 GET /a//b - deny strict.clean_path 403 0 9 1.000ms\n"
            "2026-11-26T08:15:03.123Z info 127.0.0.1:5 - - - reject request.line.tls 400 0 9 1.000ms\n")),
        "# Lines read: 9, of another program: 1\n"
        "# Line 5 is cut or changed: it was left out.\n"
        "#\n"
        "# What clients asked for:\n"
        "#   ContainerList              2 requests, first in line 3\n"
        "#   SystemPingHead             1 request, first in line 2\n"
        "#   debugVars                  1 request, first in line 7\n"
        "#\n"
        "# These variables allow 2 of these 3 operations, and with what is granted by default 14 in all:\n"
        "CONTAINERS=1\n"
        "# Granted by default, and not asked for: to be closed with\n"
        "#EVENTS=0\n"
        "#VERSION=0\n"
        "# Or these instead, which allow what was asked for and nothing else:\n"
        "#ALLOW_OPERATIONS=ContainerList SystemPingHead debugVars\n"
        "#EVENTS=0\n"
        "#PING=0\n"
        "#VERSION=0\n"
        "#\n"
        "# With these variables there is still denied:\n"
        "#   debugVars: no variable grants it (1 request, first in line 7)\n"
        "#   request.line.tls: whatever is granted (1 request, first in line 9)\n"
        "#   strict.clean_path: the path holds //, /./ or /../, which the daemon would reinterpret (1 "
        "request, "
        "first in line 8)\n");
}

TEST(Suggestion, TellsDoorsApart) {
    const std::string text = printed(from(
        "2026-11-26T08:15:01.123Z info 1.2.3.4:5 door=B GET /info SystemInfo learn tecnativa.section 200 0 0 "
        "1.000ms\n"
        "2026-11-26T08:15:01.123Z info 1.2.3.4:5 GET /networks NetworkList allow tecnativa.section 200 0 0 "
        "1.000ms\n"
        R"({"time":"x","door":"A","operation":"ImageList","verdict":"allow","rule":"tecnativa.section"})"));
    EXPECT_THAT(text, HasSubstr("# What clients asked for:\n#   NetworkList "));
    EXPECT_THAT(text, HasSubstr("\nNETWORKS=1\n"));
    EXPECT_THAT(text, HasSubstr("# What clients of door A asked for:\n#   ImageList "));
    EXPECT_THAT(text, HasSubstr("\nA__IMAGES=1\n"));
    EXPECT_THAT(text, HasSubstr("\n#A__ALLOW_OPERATIONS=ImageList\n#A__EVENTS=0\n"));
    EXPECT_THAT(text, HasSubstr("\nB__INFO=1\n"));
}

TEST(Suggestion, OfNoLogSaysSo) {
    EXPECT_THAT(printed(from("")), HasSubstr("There is no request in it"));
    EXPECT_THAT(printed(from("one\ntwo\n")), HasSubstr("# Lines read: 2, of another program: 2\n"));
}

TEST(Suggestion, NamesAFewBrokenLines) {
    std::string log;
    for (int i = 0; i < 12; ++i) log += "2026-11-26T08:15:01.123Z info\n";
    const Suggestion suggestion = from(log);
    EXPECT_EQ(suggestion.broken().size(), 12U);
    EXPECT_THAT(printed(suggestion),
                HasSubstr("# Line 10 is cut or changed: it was left out.\n# So were 2 more.\n"));
}

TEST(Suggestion, OfWhatNamesCannotGrantHasNoVariables) {
    const std::string text = printed(
        from("2026-11-26T08:15:01.123Z info 1.2.3.4:5 GET /x - deny tecnativa.unknown 403 0 0 1.000ms\n"
             "2026-11-26T08:15:01.123Z info 1.2.3.4:5 GET /y NewerThanThis allow tecnativa.section 200 0 0 "
             "1.000ms\n"));
    EXPECT_THAT(text, HasSubstr("nothing that has a name"));
    EXPECT_THAT(text, Not(HasSubstr("=")));
    EXPECT_THAT(text, HasSubstr("tecnativa.unknown: the daemon has no such operation"));
    EXPECT_THAT(text, HasSubstr("NewerThanThis: "));
}

// A rule that refuses by itself is not talked away, unless what else was asked for opens the whole section.
TEST(Suggestion, DoesNotWidenForAStrictRule) {
    const auto line = [](const std::string& what) {
        return "2026-11-26T08:15:01.123Z info 1.2.3.4:5 POST " + what + " 1.000ms\n";
    };
    const std::string old = line("/v1.23/containers/a/start ContainerStart deny strict.start_config 403 0 0");
    const std::string start =
        line("/v1.51/containers/a/start ContainerStart allow tecnativa.allow_start 204 0 0");
    const std::string create = line("/containers/create ContainerCreate allow tecnativa.section 201 0 0");
    EXPECT_THAT(printed(from(old)), HasSubstr("still denied:\n#   strict.start_config: "));
    EXPECT_THAT(printed(from(old + start)), HasSubstr("\nPOST=1\nALLOW_START=1\n"));
    EXPECT_THAT(printed(from(old + start)), HasSubstr("still denied:\n#   strict.start_config: "));
    EXPECT_THAT(printed(from(old)) + printed(from(old + start)), Not(HasSubstr("CONTAINERS")));
    EXPECT_THAT(printed(from(old + create)), Not(HasSubstr("strict.start_config")));
}

// A body can turn out not to be HTTP when its operation is known and allowed.
TEST(Suggestion, DoesNotCoverWhatTheParserRefused) {
    const std::string text = printed(from("2026-11-26T08:15:01.123Z notice 1.2.3.4:5 POST /build ImageBuild "
                                          "reject chunk.size.invalid 400 0 0 1.000ms\n"));
    EXPECT_THAT(text, Not(HasSubstr("BUILD=1")));
    EXPECT_THAT(text, HasSubstr("still denied:\n#   chunk.size.invalid: whatever is granted"));
}

TEST(Suggestion, AttachByWebsocketIsAQuestionOfGrants) {
    EXPECT_THAT(printed(from("2026-11-26T08:15:01.123Z info 1.2.3.4:5 GET /containers/a/attach/ws "
                             "ContainerAttachWebsocket deny "
                             "strict.attach_ws 403 0 0 1.000ms\n")),
                HasSubstr("\nCONTAINERS=1\nPOST=1\n"));
}

TEST(Suggestion, WhatIsDeniedByNameStaysDenied) {
    const std::string text = printed(from("2026-11-26T08:15:01.123Z info 1.2.3.4:5 GET /info SystemInfo deny "
                                          "operations.denied 403 0 0 1.000ms\n"));
    EXPECT_THAT(text, Not(HasSubstr("INFO=1")));
    EXPECT_THAT(text, HasSubstr("operations.denied"));
}

// The rules that decided tell whose variables the door has.
TEST(Suggestion, IsOfTheDoorsDialect) {
    const std::string text = printed(from(
        "2026-11-26T08:15:01.123Z info 1.2.3.4:5 door=P GET /v5/containers/x/logs ContainerLogs learn "
        "linuxserver.gate 200 0 0 1.000ms\n"
        "2026-11-26T08:15:01.123Z info 1.2.3.4:5 door=P GET /v5/libpod/pods/json - learn linuxserver.section "
        "200 0 0 1.000ms\n"));
    EXPECT_THAT(text, HasSubstr("\nP__DIALECT=linuxserver\nP__CONTAINERS=1\nP__ALLOW_LOGS=1\n"));
    EXPECT_THAT(text, HasSubstr("\n#P__DIALECT=linuxserver\n#P__ALLOW_OPERATIONS=ContainerLogs\n"));
    EXPECT_THAT(text, HasSubstr("\n#P__LIBPOD_PING=0\n"));
    EXPECT_THAT(
        text,
        HasSubstr("#   linuxserver.section: operations of Podman's own, or none at all; --explain tells "
                  "what each would take (1 request, first in line 2)\n"));
}

// ---- A session, its log, the settings, the session again -----------------------------------------------

struct Request {
    std::string method;
    std::string path;
};

class Sessions {
public:
    Request request() {
        const auto all = policy::operations();
        const Operation& operation = all[random_() % all.size()];
        static constexpr std::array<std::string_view, 4> names{"a", "my-app_1.2", "4fa6e0f0c678", "b.json"};
        static constexpr std::array<std::string_view, 3> versions{"", "/v1.24", "/v1.51"};
        const std::string path = policy::samplePath(operation, names[random_() % names.size()]);
        return {std::string(operation.method), std::string(versions[random_() % versions.size()]) + path};
    }

    Grants grants() {
        Grants grants;
        for (std::size_t i = 0; i < policy::variableCount; ++i)
            grants.set(static_cast<Variable>(i), random_() % 3 == 0);
        return grants;
    }

    // The line that a proxy with these grants writes, and what others put in front of it.
    std::string line(const Request& request, Grants grants) {
        static constexpr std::array<std::string_view, 4> prefixes{
            "", "dockerproxy  | ",
            "Nov 26 00:00:00 host docker-socket-proxy[1]: ", "2026-11-26T00:00:00.123456789Z "};
        const auto verdict = Policy(grants).decide(request.method, request.path);
        const bool isStrict = policy::facts(verdict.rule).name.starts_with("strict.");
        const bool isLearning = !isStrict && random_() % 2 == 0;
        log::Access access;
        access.client = "127.0.0.1:5555";
        access.method = request.method;
        access.target = request.path;
        access.operation = verdict.operation != nullptr ? verdict.operation->id : "-";
        access.verdict = verdict.allowed ? "allow" : isLearning ? "learn" : "deny";
        access.rule = policy::facts(verdict.rule).name;
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
        const auto format = random_() % 2 == 0 ? log::Format::text : log::Format::json;
        log::Log(::fileno(file.get()), log::Level::info, format).access(log::Level::info, access);
        std::rewind(file.get());
        std::array<char, 4096> text{};
        const auto size = std::fread(text.data(), 1, text.size(), file.get());
        return std::string(prefixes[random_() % prefixes.size()]) + std::string(text.data(), size - 1);
    }

    std::size_t below(std::size_t end) { return random_() % end; }

private:
    std::mt19937 random_{2375}; // NOLINT(cert-msc51-cpp): the same sessions in every run
};

// Of an env-file.
Grants grantsIn(const std::string& file) {
    Grants grants;
    std::istringstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#')) continue;
        const auto variable = policy::variableNamed(line.substr(0, line.find('=')));
        EXPECT_TRUE(variable && line.ends_with("=1")) << line;
        if (variable) grants.set(*variable);
    }
    return grants;
}

bool allows(Grants granted, const Request& request) {
    return Policy(granted).decide(request.method, request.path).allowed;
}

TEST(Suggestion, LetsTheSameSessionPassAndNoVariableIsTooMany) {
    Grants everything;
    for (std::size_t i = 0; i < policy::variableCount; ++i) everything.set(static_cast<Variable>(i));
    Sessions sessions;
    for (int round = 0; round < 300; ++round) {
        const Grants at = sessions.grants();
        std::vector<Request> session;
        Suggestion suggestion;
        for (std::size_t i = sessions.below(8) + 1; i > 0; --i) {
            const Request request = sessions.request();
            suggestion.read(sessions.line(request, at));
            if (allows(everything, request)) session.push_back(request);
        }
        ASSERT_TRUE(suggestion.broken().empty());
        const std::string file = printed(suggestion);
        const Grants suggested = grantsIn(file);
        const auto passes = [&](Grants granted) {
            return std::ranges::all_of(
                session, [&](const Request& each) { return allows(Grants::defaults() | granted, each); });
        };
        ASSERT_TRUE(passes(suggested)) << file;
        for (const Variable each : suggested) {
            Grants without = suggested;
            without.set(each, false);
            ASSERT_FALSE(passes(without)) << policy::facts(each).name << " is not needed in\n" << file;
        }
    }
}

} // namespace
} // namespace proxy::suggest
