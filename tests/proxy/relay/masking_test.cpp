// What the head of an answer says about masking it.
#include "proxy/relay/masking.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace proxy::relay {
namespace {

using policy::Masking;

struct Row {
    const char* id;
    int status;
    std::string fields; ///< besides what frames it
    Masking masking;
    const char* becomes; ///< "passed", "masked" or the fault's name

    friend void PrintTo(const Row& row, std::ostream* stream) { *stream << row.id; }
};

const char* becomes(const std::string& response, bool toHead, Masking masking) {
    const auto head = std::make_unique<http::ResponseHead>();
    const http::ParseResult parsed = http::parseResponse(response, {.head = toHead}, *head);
    EXPECT_EQ(parsed.outcome, http::Outcome::complete) << response;
    const AnswerMasking answer = maskingOf(*head, masking);
    if (answer.fault != mask::Fault::none) return mask::describe(answer.fault).name.data();
    return answer.needed ? "masked" : "passed";
}

std::string responseOf(const Row& row, const std::string& framing) {
    return "HTTP/1.1 " + std::to_string(row.status) + " X\r\n" + row.fields + framing + "\r\n";
}

class Head : public testing::TestWithParam<Row> {};

TEST_P(Head, DecidesHoweverItIsFramed) {
    for (const std::string framing : {"Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n", ""})
        EXPECT_STREQ(becomes(responseOf(GetParam(), framing), false, GetParam().masking), GetParam().becomes)
            << framing;
}

TEST_P(Head, PassesWithoutContent) {
    EXPECT_STREQ(becomes(responseOf(GetParam(), "Content-Length: 0\r\n"), false, GetParam().masking),
                 "passed");
    EXPECT_STREQ(becomes(responseOf(GetParam(), "Content-Length: 2\r\n"), true, GetParam().masking),
                 "passed");
}

const std::string json = "Content-Type: application/json\r\n";
const std::string text = "Content-Type: text/plain; charset=us-ascii\r\n";
const std::string gzip = "Content-Encoding: gzip\r\n";

INSTANTIATE_TEST_SUITE_P(
    Row, Head,
    testing::Values(
        Row{"json", 200, json, Masking::document, "masked"},
        Row{"json-in-any-case", 200, "content-type: Application/JSON\r\n", Masking::document, "masked"},
        Row{"json-with-a-charset", 200, "Content-Type: application/json; charset=utf-8\r\n",
            Masking::document, "masked"},
        Row{"without-a-type", 200, "", Masking::document, "masked"},
        Row{"created", 201, json, Masking::documents, "masked"},
        Row{"off", 200, json + gzip, Masking::none, "passed"},
        Row{"text", 200, text, Masking::document, "mask.content"},
        Row{"tar", 200, "Content-Type: application/x-tar\r\n", Masking::documents, "mask.content"},
        Row{"a-part", 206, json, Masking::document, "mask.content"},
        Row{"longer-type", 200, "Content-Type: application/jsonp\r\n", Masking::documents, "mask.content"},
        Row{"empty-type", 200, "Content-Type:\r\n", Masking::document, "mask.content"},
        Row{"two-types", 200, json + text, Masking::document, "mask.content"},
        Row{"two-types-the-other-way", 200, text + json, Masking::document, "mask.content"},
        Row{"gzip", 200, json + gzip, Masking::document, "mask.encoding"},
        Row{"gzip-in-any-case", 200, "CONTENT-ENCODING: GZip\r\n", Masking::document, "mask.encoding"},
        Row{"empty-encoding", 200, json + "Content-Encoding:\r\n", Masking::document, "mask.encoding"},
        Row{"identity", 200, json + "Content-Encoding: Identity\r\n", Masking::document, "masked"},
        Row{"identity-and-gzip", 200, json + gzip + "Content-Encoding: identity\r\n", Masking::document,
            "mask.encoding"},
        Row{"error-in-json", 404, json, Masking::document, "masked"},
        Row{"error-in-json-encoded", 404, json + gzip, Masking::document, "mask.encoding"},
        Row{"error-in-words", 404, text, Masking::document, "passed"},
        Row{"error-without-a-type", 500, "", Masking::documents, "passed"},
        Row{"withheld", 200, json, Masking::withheld, "mask.content"},
        Row{"withheld-tar", 200, "Content-Type: application/x-tar\r\n", Masking::withheld, "mask.content"},
        Row{"withheld-error", 404, json, Masking::withheld, "masked"}),
    tests::byId);

} // namespace
} // namespace proxy::relay
