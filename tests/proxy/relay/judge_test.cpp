// What is decided on is the path decoded once, whoever asks.
#include "proxy/relay/judge.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace proxy::relay {
namespace {

struct Row {
    const char* id;
    const char* target;
    const char* becomes; ///< the rule that decided, or the reason of a refusal

    friend void PrintTo(const Row& row, std::ostream* stream) { *stream << row.id; }
};

class Judge : public testing::TestWithParam<Row> {};

TEST_P(Judge, DecodesAndDecides) {
    const std::string request = std::string("GET ") + GetParam().target + " HTTP/1.1\r\nHost: d\r\n\r\n";
    const auto head = std::make_unique<http::RequestHead>();
    ASSERT_EQ(http::parseRequest(request, *head).outcome, http::Outcome::complete);
    std::string scratch(head->path.size(), '\0');
    const policy::Policy policy({policy::Variable::images});
    const Judgement judged = judge(*head, policy, scratch);
    EXPECT_EQ(judged.flaw == http::Reject::none ? policy::facts(judged.verdict.rule).name
                                                : http::describe(judged.flaw).name,
              GetParam().becomes);
}

INSTANTIATE_TEST_SUITE_P(Row, Judge,
                         testing::Values(Row{"plain", "/images/json", "tecnativa.section"},
                                         Row{"absolute", "http://d/images/json", "tecnativa.section"},
                                         Row{"encoded", "/%69mages%2Fjson", "tecnativa.section"},
                                         Row{"encoded-twice", "/%2569mages/json", "tecnativa.unknown"},
                                         Row{"encoded-dots", "/images/%2e%2e/info", "strict.clean_path"},
                                         Row{"broken-escape", "/images/%zz", "request.path.escape"},
                                         Row{"control", "/images/%00", "request.path.control"},
                                         Row{"no-path", "http://d", "tecnativa.unknown"}),
                         tests::byId);

// ---- What a guard is asked ------------------------------------------------------------------------

struct Asked {
    const char* id;
    const char* request; ///< the line's method and target
    const char* operation;
    const char* version;
    const char* name;
    const char* query;
};
void PrintTo(const Asked& row, std::ostream* stream) {
    *stream << row.id;
}

class GuardRequest : public testing::TestWithParam<Asked> {};

TEST_P(GuardRequest, IsWhatTheDaemonReads) {
    const std::string text = std::string(GetParam().request) + " HTTP/1.1\r\nHost: d\r\n\r\n";
    const auto head = std::make_unique<http::RequestHead>();
    ASSERT_EQ(http::parseRequest(text, *head).outcome, http::Outcome::complete);
    std::string scratch(head->path.size(), '\0');
    const policy::Policy policy({policy::Variable::networks, policy::Variable::containers,
                                 policy::Variable::configs, policy::Variable::post});
    const Judgement judged = judge(*head, policy, scratch);
    ASSERT_EQ(judged.flaw, http::Reject::none);
    const guard::Request request = guardRequest(*head, judged.verdict.operation, scratch, "body");
    EXPECT_EQ(request.method, head->method);
    EXPECT_EQ(request.operation, GetParam().operation);
    EXPECT_EQ(request.version, GetParam().version);
    EXPECT_EQ(request.name, GetParam().name);
    EXPECT_EQ(request.query, GetParam().query);
    EXPECT_EQ(request.body, "body");
}

INSTANTIATE_TEST_SUITE_P(
    Row, GuardRequest,
    testing::Values(
        Asked{"fixed", "POST /v1.41/containers/create?name=a%20b", "ContainerCreate", "1.41", "",
              "name=a%20b"},
        Asked{"no-version", "POST /networks/host/connect", "NetworkConnect", "", "host", ""},
        Asked{"encoded", "POST /v1.41/networks/h%6Fst/connect?", "NetworkConnect", "1.41", "host", ""},
        Asked{"encoded-slashes", "POST /v1%2E41%2Fnetworks%2Fhost%2Fconnect", "NetworkConnect", "1.41",
              "host", ""},
        Asked{"encoded-twice", "POST /networks/h%256Fst/connect", "NetworkConnect", "", "h%6Fst", ""},
        Asked{"a-name-with-slashes", "POST /v1.41/containers/a/b%2Fc/exec", "ContainerExec", "1.41", "a/b/c",
              ""},
        Asked{"an-empty-name", "POST /containers//exec?a", "", "", "", "a"},
        Asked{"the-first-of-two", "DELETE /containers/c/checkpoints/d", "deleteContainerCheckpoint", "", "c",
              ""},
        Asked{"odd-version", "POST /v1.023/containers/c/start", "ContainerStart", "1.023", "c", ""},
        Asked{"absolute", "POST http://d/v1.30/networks/n/disconnect?x=1", "NetworkDisconnect", "1.30", "n",
              "x=1"},
        Asked{"no-operation", "POST /v5.0.0/libpod/containers/create", "", "5.0.0", "", ""}),
    tests::byId);

TEST(GuardRequest, SaysWhatTheFieldsSayOfTheBody) {
    const auto head = std::make_unique<http::RequestHead>();
    std::array<char, 8> scratch{};
    const auto fields = [&](const std::string& lines) {
        const std::string text = "POST / HTTP/1.1\r\nHost: d\r\n" + lines + "\r\n";
        EXPECT_EQ(http::parseRequest(text, *head).outcome, http::Outcome::complete);
        const guard::Request request = guardRequest(*head, nullptr, scratch);
        return std::to_string(request.contentTypes) + std::string(request.contentType) +
               (request.encoded ? " encoded" : "");
    };
    EXPECT_EQ(fields(""), "0");
    EXPECT_EQ(fields("content-TYPE:  a/b; c \r\n"), "1a/b; c");
    EXPECT_EQ(fields("Content-Type: a/b\r\nX: y\r\nContent-Type: c/d\r\n"), "2c/d");
    EXPECT_EQ(fields("Content-Encoding:\r\n"), "0 encoded");
    EXPECT_EQ(fields("Content-Encoding: identity\r\nContent-Type:\r\n"), "1 encoded");
}

} // namespace
} // namespace proxy::relay
