// What is decided on is the path decoded once, whoever asks.
#include "proxy/relay/judge.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

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

} // namespace
} // namespace proxy::relay
