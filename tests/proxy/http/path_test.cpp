#include "tests/proxy/http/replay.h"
#include "tests/row_name.h"

namespace proxy::http {
namespace {

using namespace std::string_view_literals;

// What the path decodes to, or the reason's name in angle brackets. Both sides
// are flush against unreadable pages.
std::string decode(std::string_view path) {
    GuardedBytes input(path.size());
    GuardedBytes output(path.size());
    std::string_view decoded;
    const auto storage = output.room(path.size());
    const Reject reason = decodePath(input.place(path), storage, decoded);
    if (reason != Reject::none) return "<" + std::string(describe(reason).name) + ">";
    EXPECT_EQ(decoded.data(), storage.data());
    return std::string(decoded);
}

struct Row {
    std::string_view id;
    std::string_view path;
    std::string_view decoded;

    friend void PrintTo(const Row& row, std::ostream* stream) { *stream << row.id; }
};

const Row rows[] = {
    {"empty", "", ""},
    {"plain", "/containers/json", "/containers/json"},
    {"slash", "/images/registry%3A5000%2Fteam/json", "/images/registry:5000/team/json"},
    {"prefix", "/v1%2E44/info", "/v1.44/info"},
    {"letter", "/%63ontainers", "/containers"},
    {"hex-lower", "/%2f%7e", "//~"},
    {"hex-upper", "/%2F%7E", "//~"},
    {"once-only", "/%252F", "/%2F"},
    {"percent-at-end", "/a%25", "/a%"},
    {"all-escaped", "%2e%2E", ".."},
    {"plus-stays", "/a+b", "/a+b"},
    {"semicolon-stays", "/a;b", "/a;b"},
    {"space", "/a%20b", "/a b"},
    {"utf8", "/%C3%A4", "/\303\244"},
    {"not-utf8", "/%ff", "/\377"},
    {"overlong-slash-is-no-slash", "/%c0%af", "/\300\257"},
    {"escape-cut-after-percent", "/a%", "<request.path.escape>"},
    {"escape-cut-after-digit", "/a%2", "<request.path.escape>"},
    {"escape-not-hex", "/%zz", "<request.path.escape>"},
    {"escape-second-not-hex", "/%2g", "<request.path.escape>"},
    {"escape-unicode", "/%u002f", "<request.path.escape>"},
    {"escape-sign", "/%+2", "<request.path.escape>"},
    {"escape-space", "/% 2", "<request.path.escape>"},
    {"escape-0x", "/%0x", "<request.path.escape>"},
    {"escape-double-percent", "/%%20", "<request.path.escape>"},
    {"nul", "/a%00", "<request.path.control>"},
    {"lf", "/a%0a", "<request.path.control>"},
    {"cr", "/a%0D", "<request.path.control>"},
    {"tab", "/a%09", "<request.path.control>"},
    {"us", "/a%1F", "<request.path.control>"},
    {"del", "/a%7f", "<request.path.control>"},
    {"raw-control", "/a\001", "<request.path.control>"},
};

class DecodePath : public testing::TestWithParam<Row> {};

TEST_P(DecodePath, Once) {
    EXPECT_EQ(decode(GetParam().path), GetParam().decoded);
}

INSTANTIATE_TEST_SUITE_P(Table, DecodePath, testing::ValuesIn(rows), tests::byId);

TEST(DecodePathOctets, EveryEscape) {
    constexpr std::string_view hex = "0123456789abcdef";
    for (unsigned octet = 0; octet < 256; ++octet) {
        const std::string escape{'%', hex[octet / 16], hex[octet % 16]};
        const bool control = octet < 0x20 || octet == 0x7F;
        EXPECT_EQ(decode(escape),
                  control ? "<request.path.control>" : std::string(1, static_cast<char>(octet)));
    }
}

TEST(DecodePathOctets, EveryPairBehindAPercent) {
    const std::string hex = "0123456789ABCDEFabcdef";
    for (const char first : range(0, 255)) {
        for (const char second : range(0, 255)) {
            const bool valid = hex.find(first) != std::string::npos && hex.find(second) != std::string::npos;
            std::array<char, 3> storage{};
            std::string_view decoded;
            const std::string path{'%', first, second};
            EXPECT_EQ(decodePath(path, storage, decoded) != Reject::requestPathEscape, valid);
        }
    }
}

} // namespace
} // namespace proxy::http
