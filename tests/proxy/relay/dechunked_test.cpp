// The content is what stands in the chunks, in order, and afterwards every octet is where it was.
#include "proxy/relay/dechunked.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <string>

namespace proxy::relay {
namespace {

struct Row {
    const char* id;
    std::string body;
    std::string content;

    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.id; }
};

class Apart : public testing::TestWithParam<Row> {};

TEST_P(Apart, AndTogetherAgain) {
    std::string body = GetParam().body;
    {
        const Dechunked dechunked(body);
        EXPECT_EQ(dechunked.content(), GetParam().content);
    }
    EXPECT_EQ(body, GetParam().body);
}

std::string ofSizes(std::size_t most, bool asContent) {
    std::string text;
    for (std::size_t size = 1; size < most; ++size) {
        const std::string data(size, static_cast<char>('a' + size % 26));
        if (!asContent) text += "00" + std::string(1, "0123456789abcdef"[size]) + ";x=" + data + "\r\n";
        text += data;
        if (!asContent) text += "\r\n";
    }
    return asContent ? text : text + "0\r\n\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Row, Apart,
    testing::Values(Row{"nothing", "0\r\n\r\n", ""}, Row{"one", "2\r\n{}\r\n0\r\n\r\n", "{}"},
                    Row{"two", "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", "{}"},
                    Row{"looks-like-chunks", "a\r\n1\r\nx\r\n0\r\n\r\r\n0\r\n\r\n", "1\r\nx\r\n0\r\n\r"},
                    Row{"extensions-and-trailers",
                        "3;a=\"b\"\r\nabc\r\n02;c\r\nde\r\n000;d\r\nX: y\r\nZ:\r\n\r\n", "abcde"},
                    Row{"much-framing-little-content", "1;" + std::string(500, 'x') + "\r\na\r\n0\r\n\r\n",
                        "a"},
                    Row{"many", ofSizes(16, false), ofSizes(16, true)}),
    tests::byId);

TEST(Dechunked, LeavesABodyAloneThatHasTooMuchFraming) {
    std::string body;
    while (body.size() < Dechunked::mostFraming) body += "1;" + std::string(1000, 'x') + "\r\na\r\n";
    body += "0\r\n\r\n";
    const std::string before = body;
    {
        const Dechunked dechunked(body);
        EXPECT_EQ(dechunked.content(), std::nullopt);
    }
    EXPECT_EQ(body, before);
}

} // namespace
} // namespace proxy::relay
