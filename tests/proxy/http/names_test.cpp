#include "proxy/http/names.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace proxy::http {
namespace {

TEST(Classify, IgnoresCase) {
    EXPECT_EQ(classify("Content-Length"), FieldName::contentLength);
    EXPECT_EQ(classify("content-length"), FieldName::contentLength);
    EXPECT_EQ(classify("CONTENT-LENGTH"), FieldName::contentLength);
    EXPECT_EQ(classify("tRANSFER-eNCODING"), FieldName::transferEncoding);
    EXPECT_EQ(classify("te"), FieldName::hopByHop);
    EXPECT_EQ(classify("HOST"), FieldName::host);
    EXPECT_EQ(classify("Http2-Settings"), FieldName::hopByHop);
    EXPECT_EQ(classify("proxy-AUTHORIZATION"), FieldName::restricted);
}

// One octet changed, in any of 256 ways, is another name: a lookalike where a
// hyphen was, otherwise none we know.
TEST(Classify, OneOctetOff) {
    for (const std::string name : {"Content-Length", "Transfer-Encoding", "Connection", "Host", "Upgrade"}) {
        for (std::size_t at = 0; at < name.size(); ++at) {
            for (int octet = 0; octet < 256; ++octet) {
                std::string changed = name;
                changed[at] = static_cast<char>(octet);
                constexpr std::string_view more = "!#$%&'*+-.^_`|~";
                const bool token = std::isalnum(octet) != 0 ||
                                   (octet != 0 && more.find(static_cast<char>(octet)) != more.npos);
                if (!token || std::tolower(octet) == std::tolower(name[at])) continue;
                const bool alike = name[at] == '-' && std::isalnum(octet) == 0;
                EXPECT_EQ(classify(changed), alike ? FieldName::lookalike : FieldName::other) << changed;
            }
        }
    }
}

TEST(Classify, LengthsAround) {
    EXPECT_EQ(classify(""), FieldName::other);
    EXPECT_EQ(classify("x"), FieldName::other);
    EXPECT_EQ(classify("Content-Lengt"), FieldName::other);
    EXPECT_EQ(classify("Content-Length1"), FieldName::other);
    EXPECT_EQ(classify(std::string(longestKnownName, 'x')), FieldName::other);
    EXPECT_EQ(classify(std::string(longestKnownName + 1, 'x')), FieldName::other);
    EXPECT_EQ(classify(std::string(1000, 'x')), FieldName::other);
}

} // namespace
} // namespace proxy::http
