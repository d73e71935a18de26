#include "proxy/http/chunked.h"
#include "tests/proxy/http/replay.h"
#include "tests/row_name.h"

#include <optional>
#include <random>

namespace proxy::http {
namespace {

using namespace std::string_view_literals;

struct Verdict {
    std::string text; ///< as verdict() gives it
    std::size_t size; ///< octets taken in all
    bool operator==(const Verdict&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Verdict& v) {
    return out << v.text << " after " << v.size;
}

// Scans the pieces one after another, each flush against an unreadable page.
Verdict scan(const std::vector<std::string_view>& pieces, GuardedBytes& memory) {
    ChunkedScanner scanner;
    std::size_t size = 0;
    for (const auto piece : pieces) {
        const auto result = scanner.scan(memory.place(piece));
        size += result.size;
        if (result.outcome != Outcome::needMore) return {verdict({result.outcome, result.reason}), size};
        EXPECT_EQ(result.size, piece.size());
    }
    return {"needMore", size};
}

Verdict scanWhole(std::string_view input) {
    GuardedBytes memory(input.size());
    return scan({input}, memory);
}

// ---- Table ---------------------------------------------------------------------------------------
struct Row {
    std::string_view id;
    std::string_view raw; ///< to the octet that decides, and no further
    std::string_view verdict;

    friend void PrintTo(const Row& row, std::ostream* stream) { *stream << row.id; }
};

const Row rows[] = {
    // bodies
    {"empty-body", "0\r\n\r\n"sv, "complete"},
    {"zeros", "0000000000000000\r\n\r\n"sv, "complete"},
    {"one-chunk", "5\r\nhello\r\n0\r\n\r\n"sv, "complete"},
    {"two-chunks", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"sv, "complete"},
    {"hex-lower", "a\r\n0123456789\r\n0\r\n\r\n"sv, "complete"},
    {"hex-upper", "A\r\n0123456789\r\n0\r\n\r\n"sv, "complete"},
    {"leading-zeros", "00000005\r\nhello\r\n0\r\n\r\n"sv, "complete"},
    {"data-any-octets", "6\r\n\000\r\n\r\n\377\r\n0\r\n\r\n"sv, "complete"},
    {"data-looks-like-the-end", "5\r\n0\r\n\r\n\r\n0\r\n\r\n"sv, "complete"},
    {"extension", "5;a=b\r\nhello\r\n0\r\n\r\n"sv, "complete"},
    {"extension-without-value", "0;a\r\n\r\n"sv, "complete"},
    {"extension-empty", "0;\r\n\r\n"sv, "complete"},
    {"extension-quoted", "0;a=\"b;\\\" c\"\r\n\r\n"sv, "complete"},
    {"extension-blanks", "0; a = b\t\r\n\r\n"sv, "complete"},
    {"extension-obs-text", "0;a=\303\244\r\n\r\n"sv, "complete"},
    {"trailer", "0\r\nX-Sum: 1\r\n\r\n"sv, "complete"},
    {"trailer-two", "0\r\nX-Sum: 1\r\nX-Sum:2\r\n\r\n"sv, "complete"},
    {"trailer-empty-value", "0\r\nX:\r\n\r\n"sv, "complete"},
    {"trailer-obs-text", "0\r\nX: \200\377\t\r\n\r\n"sv, "complete"},
    {"trailer-name-long", "0\r\nTransfer-Encoding-And-More: x\r\n\r\n"sv, "complete"},
    {"trailer-name-one-longer-than-any-known", "0\r\nProxy-Authorizations: x\r\n\r\n"sv, "complete"},
    {"trailer-name-starts-like-host", "0\r\nHosts: x\r\n\r\n"sv, "complete"},
    // sizes
    {"size-missing", "\r"sv, "chunk.size.missing"},
    {"size-missing-extension", ";"sv, "chunk.size.missing"},
    {"size-missing-lf", "\n"sv, "chunk.line.bare_lf"},
    {"size-missing-later", "1\r\na\r\n\r"sv, "chunk.size.missing"},
    {"size-word", "x"sv, "chunk.size.invalid"},
    {"size-minus", "-"sv, "chunk.size.invalid"},
    {"size-plus", "+"sv, "chunk.size.invalid"},
    {"size-space-first", " "sv, "chunk.size.invalid"},
    {"size-tab-first", "\t"sv, "chunk.size.invalid"},
    {"size-0x", "0x"sv, "chunk.size.invalid"},
    {"size-space-behind", "5 "sv, "chunk.size.invalid"},
    {"size-tab-behind", "5\t"sv, "chunk.size.invalid"},
    {"size-g", "5g"sv, "chunk.size.invalid"},
    {"size-underscore", "1_"sv, "chunk.size.invalid"},
    {"size-nul", "5\000"sv, "chunk.size.invalid"},
    {"size-obs-text", "5\240"sv, "chunk.size.invalid"},
    {"size-quote", "\""sv, "chunk.size.invalid"},
    {"size-17-digits", "00000000000000000"sv, "chunk.size.overflow"},
    {"size-64-bits", "ffffffffffffffff"sv, "chunk.size.overflow"},
    {"size-2-63", "8000000000000000"sv, "chunk.size.overflow"},
    {"size-wraps-to-five", "10000000000000005"sv, "chunk.size.overflow"},
    {"size-lf", "5\n"sv, "chunk.line.bare_lf"},
    {"size-cr", "5\rh"sv, "chunk.line.bare_cr"},
    {"size-two-crs", "5\r\r"sv, "chunk.line.bare_cr"},
    {"last-chunk-lf", "0\n"sv, "chunk.line.bare_lf"},
    // extensions
    {"extension-lf", "5;a\n"sv, "chunk.line.bare_lf"},
    {"extension-quoted-lf", "5;a=\"\n"sv, "chunk.line.bare_lf"},
    {"extension-cr", "5;a\rb"sv, "chunk.line.bare_cr"},
    {"extension-nul", "5;\000"sv, "chunk.extension.control"},
    {"extension-del", "5;\177"sv, "chunk.extension.control"},
    {"extension-vt", "5;\013"sv, "chunk.extension.control"},
    // data's end
    {"data-too-long", "5\r\nhello!"sv, "chunk.data.end"},
    {"data-lf", "5\r\nhello\n"sv, "chunk.data.end"},
    {"data-cr", "5\r\nhello\r0"sv, "chunk.data.end"},
    {"data-no-end", "1\r\na0"sv, "chunk.data.end"},
    // trailers
    {"trailer-obs-fold", "0\r\nX: 1\r\n "sv, "chunk.trailer.obs_fold"},
    {"trailer-blank-first", "0\r\n\t"sv, "chunk.trailer.obs_fold"},
    {"trailer-no-name", "0\r\n:"sv, "chunk.trailer.name"},
    {"trailer-name-nul", "0\r\nA\000"sv, "chunk.trailer.name"},
    {"trailer-name-first-obs-text", "0\r\n\200"sv, "chunk.trailer.name"},
    {"trailer-space-before-colon", "0\r\nA "sv, "chunk.trailer.space_before_colon"},
    {"trailer-no-colon", "0\r\nA\r"sv, "chunk.trailer.no_colon"},
    {"trailer-name-lf", "0\r\nA\n"sv, "chunk.trailer.bare_lf"},
    {"trailer-value-lf", "0\r\nA: b\n"sv, "chunk.trailer.bare_lf"},
    {"trailer-value-cr", "0\r\nA: b\rc"sv, "chunk.trailer.bare_cr"},
    {"trailer-value-nul", "0\r\nA: \000"sv, "chunk.trailer.control"},
    {"trailer-value-del", "0\r\nA: \177"sv, "chunk.trailer.control"},
    {"end-lf", "0\r\n\n"sv, "chunk.trailer.bare_lf"},
    {"end-cr", "0\r\n\rG"sv, "chunk.trailer.bare_cr"},
    {"end-lf-after-trailer", "0\r\nA: b\r\n\n"sv, "chunk.trailer.bare_lf"},
    {"trailer-length", "0\r\nContent-Length:"sv, "chunk.trailer.forbidden"},
    {"trailer-length-case", "0\r\ncONTENT-lENGTH:"sv, "chunk.trailer.forbidden"},
    {"trailer-length-lookalike", "0\r\nContent_Length:"sv, "chunk.trailer.forbidden"},
    {"trailer-coding", "0\r\nX: y\r\nTransfer-Encoding:"sv, "chunk.trailer.forbidden"},
    {"trailer-host", "0\r\nHost:"sv, "chunk.trailer.forbidden"},
    {"trailer-connection", "0\r\nConnection:"sv, "chunk.trailer.forbidden"},
    {"trailer-upgrade", "0\r\nUpgrade:"sv, "chunk.trailer.forbidden"},
    {"trailer-keep-alive", "0\r\nKeep-Alive:"sv, "chunk.trailer.forbidden"},
    {"trailer-te", "0\r\nTE:"sv, "chunk.trailer.forbidden"},
    {"trailer-trailer", "0\r\nTrailer:"sv, "chunk.trailer.forbidden"},
    {"trailer-expect", "0\r\nExpect:"sv, "chunk.trailer.forbidden"},
    {"trailer-authorization", "0\r\nAuthorization:"sv, "chunk.trailer.forbidden"},
    {"trailer-proxy-authorization", "0\r\nProxy-Authorization:"sv, "chunk.trailer.forbidden"},
    {"trailer-registry-auth", "0\r\nX-Registry-Auth:"sv, "chunk.trailer.forbidden"},
    {"trailer-registry-config", "0\r\nX-Registry-Config:"sv, "chunk.trailer.forbidden"},
    {"trailer-content-type", "0\r\nContent-Type:"sv, "chunk.trailer.forbidden"},
    {"trailer-content-encoding", "0\r\nContent-Encoding:"sv, "chunk.trailer.forbidden"},
};

class Chunked : public testing::TestWithParam<Row> {};

// Octets of `raw` that are valid: all of a complete body, all but the deciding octet of a rejected one.
std::size_t validSize(const Row& row) {
    return row.verdict == "complete" ? row.raw.size() : row.raw.size() - 1;
}

TEST_P(Chunked, AtEverySplit) {
    const auto& row = GetParam();
    for (const std::size_t n : splitPoints(row.raw.size()))
        ASSERT_EQ(scanWhole(row.raw.substr(0, n)), (Verdict{"needMore", n}));
    const Verdict expected{std::string(row.verdict), validSize(row)};
    EXPECT_EQ(scanWhole(row.raw), expected);
    for (const auto tail : {"\r\n", "G", "0\r\n\r\n", "\n", "\377"})
        EXPECT_EQ(scanWhole(std::string(row.raw) + tail), expected);
}

// All 2^(n-1) ways to cut a short body; of a longer one every way into three.
TEST_P(Chunked, HoweverItIsCut) {
    const auto& row = GetParam();
    const Verdict expected{std::string(row.verdict), validSize(row)};
    GuardedBytes memory(row.raw.size());
    const std::size_t cuts = row.raw.size() - 1;
    for (std::size_t mask = 0; cuts <= 14 && mask < std::size_t{1} << cuts; ++mask) {
        std::vector<std::string_view> pieces;
        std::size_t begin = 0;
        for (std::size_t at = 1; at <= cuts; ++at) {
            if ((mask >> (at - 1) & 1U) == 0) continue;
            pieces.push_back(row.raw.substr(begin, at - begin));
            begin = at;
        }
        pieces.push_back(row.raw.substr(begin));
        ASSERT_EQ(scan(pieces, memory), expected) << "cut as in " << mask;
    }
    for (std::size_t one = 0; one <= cuts; ++one) {
        for (std::size_t two = one; two <= cuts; ++two) {
            const auto raw = row.raw;
            ASSERT_EQ(scan({raw.substr(0, one), raw.substr(one, two - one), raw.substr(two)}, memory),
                      expected);
        }
    }
    std::vector<std::string_view> octets;
    for (std::size_t i = 0; i < row.raw.size(); ++i) octets.push_back(row.raw.substr(i, 1));
    EXPECT_EQ(scan(octets, memory), expected);
}

INSTANTIATE_TEST_SUITE_P(Table, Chunked, testing::ValuesIn(rows), tests::byId);

// ---- Against a slow and obvious reader -----------------------------------------------------------
// Recursive descent over the whole body: nothing when more is needed, 0 when it is
// invalid, its size when complete.
class Reference {
public:
    explicit Reference(std::string_view body)
        : rest_(body)
        , size_(body.size()) {}

    std::optional<std::size_t> read() {
        for (;;) {
            const auto size = readSizeLine();
            if (!size) return verdict_;
            if (*size == 0) break;
            if (rest_.size() < *size) return std::nullopt;
            rest_.remove_prefix(*size);
            if (!expect("\r\n")) return verdict_;
        }
        for (;;) {
            if (rest_.empty()) return std::nullopt;
            if (rest_.front() == '\r') return expect("\r\n") ? std::optional(size_ - rest_.size()) : verdict_;
            if (!readTrailer()) return verdict_;
        }
    }

private:
    bool fail() {
        verdict_ = 0;
        return false;
    }

    bool expect(std::string_view text) {
        for (const char c : text) {
            if (rest_.empty()) return false;
            if (rest_.front() != c) return fail();
            rest_.remove_prefix(1);
        }
        return true;
    }

    std::string_view takeWhile(std::string_view octets) {
        const auto taken = rest_.substr(0, rest_.find_first_not_of(octets));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::optional<std::size_t> readSizeLine() {
        static const std::string text = join("\t", join(range(0x20, 0x7E), range(0x80, 0xFF)));
        const auto digits = takeWhile("0123456789abcdefABCDEF");
        if (digits.empty() && !rest_.empty()) fail();
        if (digits.empty()) return std::nullopt;
        if (!rest_.empty() && rest_.front() == ';') takeWhile(text);
        if (!expect("\r\n")) return std::nullopt;
        return std::stoull(std::string(digits), nullptr, 16);
    }

    bool readTrailer() {
        static const std::string tchar = join("!#$%&'*+-.^_`|~", alphanumeric);
        static const std::string text = join("\t", join(range(0x20, 0x7E), range(0x80, 0xFF)));
        const auto name = takeWhile(tchar);
        if (rest_.empty() && !name.empty()) return false;
        if (name.empty()) return fail();
        if (!expect(":")) return false;
        if (name.size() == 2 && (name[0] | 0x20) == 't' && (name[1] | 0x20) == 'e') return fail();
        takeWhile(text);
        return expect("\r\n");
    }

    std::string_view rest_;
    std::size_t size_;
    std::optional<std::size_t> verdict_;
};

std::string outcomeOf(const std::optional<std::size_t>& reference) {
    if (!reference) return "needMore";
    return *reference == 0 ? "rejected" : "complete " + std::to_string(*reference);
}

std::string outcomeOf(const ChunkedScanner::Result& result) {
    if (result.outcome == Outcome::needMore) return "needMore";
    return result.outcome == Outcome::rejected ? "rejected" : "complete " + std::to_string(result.size);
}

void expectAgreement(const std::string& body) {
    ChunkedScanner scanner;
    ASSERT_EQ(outcomeOf(scanner.scan(body)), outcomeOf(Reference(body).read()))
        << testing::PrintToString(body);
}

// Every body of up to eight octets over the octets that matter, behind beginnings that reach every state.
TEST(ChunkedReference, AllShortBodies) {
    constexpr std::string_view octets = "\r\n01;:t ";
    for (const std::string_view beginning : {"", "1\r\n", "0\r\n", "0\r\nt", "2;\r\nab"}) {
        std::vector<std::string> layer{std::string(beginning)};
        for (int length = 1; length <= 8; ++length) {
            std::vector<std::string> next;
            for (const auto& prefix : layer) {
                for (const char c : octets) {
                    const std::string body = prefix + c;
                    expectAgreement(body);
                    if (testing::Test::HasFatalFailure()) return;
                    if (!Reference(body).read()) next.push_back(body);
                }
            }
            layer = std::move(next);
        }
    }
}

TEST(ChunkedReference, RandomBodiesWithOneOctetChanged) {
    std::mt19937 random(20240229); // NOLINT(cert-msc51-cpp): the same bodies in every run
    const std::string_view pieces[] = {
        "0\r\n", "1\r\na\r\n", "3;x=y\r\n\r\n0\r\n", "A: b\r\n", "te:", "0", "\r\n"};
    for (int round = 0; round < 50000; ++round) {
        std::string body;
        for (int i = 0; i < 5; ++i) body += pieces[random() % std::size(pieces)];
        body[random() % body.size()] = static_cast<char>(random() % 256);
        expectAgreement(body);
        if (testing::Test::HasFatalFailure()) return;
    }
}

// ---- Every octet at every place ------------------------------------------------------------------
const std::string tchar = join("!#$%&'*+-.^_`|~", alphanumeric);
const std::string text = join("\t", join(range(0x20, 0x7E), range(0x80, 0xFF)));
const std::string hexDigits = "0123456789ABCDEFabcdef";

struct Place {
    std::string_view id;
    std::string_view prefix;
    std::string allowed;

    friend void PrintTo(const Place& row, std::ostream* stream) { *stream << row.id; }
};

const Place places[] = {
    {"size-first", "", hexDigits},
    {"size", "1", join("\r;", hexDigits)},
    {"extension", "1;", join("\r", text)},
    {"size-lf", "1\r", "\n"},
    {"data", "1\r\n", range(0, 255)},
    {"data-cr", "1\r\na", "\r"},
    {"data-lf", "1\r\na\r", "\n"},
    {"next-size", "1\r\na\r\n", hexDigits},
    {"trailer-first", "0\r\n", join("\r", tchar)},
    {"trailer-name", "0\r\na", join(":", tchar)},
    {"trailer-value", "0\r\na:", join("\r", text)},
    {"trailer-lf", "0\r\na:\r", "\n"},
    {"next-trailer", "0\r\na:\r\n", join("\r", tchar)},
    {"end-lf", "0\r\n\r", "\n"},
};

class ChunkedOctets : public testing::TestWithParam<Place> {};

TEST_P(ChunkedOctets, AllOf256) {
    const Parse parse = [](std::string_view input) {
        ChunkedScanner scanner;
        const auto result = scanner.scan(input);
        return ParseResult{result.outcome, result.reason};
    };
    EXPECT_EQ(octetsTaken(parse, GetParam().prefix), join("", GetParam().allowed));
}

INSTANTIATE_TEST_SUITE_P(Places, ChunkedOctets, testing::ValuesIn(places), tests::byId);

// ---- Limits --------------------------------------------------------------------------------------
TEST(ChunkedLimits, LongestSizeLine) {
    const std::string line = "0;" + std::string(maxChunkLineSize - 2, 'x');
    EXPECT_EQ(scanWhole(line + "\r\n\r\n").text, "complete");
    EXPECT_EQ(scanWhole(line + "x"), (Verdict{"chunk.extension.size", maxChunkLineSize}));
}

TEST(ChunkedLimits, SizeLinesAreCountedOneByOne) {
    const std::string chunk = "1;" + std::string(4000, 'x') + "\r\na\r\n";
    EXPECT_EQ(scanWhole(chunk + chunk + chunk + "0\r\n\r\n").text, "complete");
}

TEST(ChunkedLimits, LargestTrailer) {
    const std::string trailer = "0\r\nX:" + std::string(maxTrailerSize - 4, 'x') + "\r\n";
    EXPECT_EQ(scanWhole(trailer + "\r\n").text, "complete");
    EXPECT_EQ(scanWhole(trailer + "Y").text, "chunk.trailer.size");
}

TEST(ChunkedLimits, MostTrailerFields) {
    std::string trailer = "0\r\n";
    for (std::size_t i = 0; i < maxTrailerFields; ++i) trailer += "X:\r\n";
    EXPECT_EQ(scanWhole(trailer + "\r\n").text, "complete");
    EXPECT_EQ(scanWhole(trailer + "X").text, "chunk.trailer.fields");
}

TEST(ChunkedLimits, LargestChunk) {
    ChunkedScanner scanner;
    ASSERT_EQ(scanner.scan("7fffffffffffffff\r\n").outcome, Outcome::needMore);
    EXPECT_EQ(scanner.dataRemaining(), 0x7fffffffffffffffU);
    scanner.skip(0x7ffffffffffffffeU);
    const auto result = scanner.scan("a\r\n0\r\n\r\nrest");
    EXPECT_EQ(result.outcome, Outcome::complete);
    EXPECT_EQ(result.size, 8U);
}

// ---- Data that passes unseen ---------------------------------------------------------------------
TEST(ChunkedSkip, OnlyInData) {
    ChunkedScanner scanner;
    EXPECT_EQ(scanner.dataRemaining(), 0U);
    ASSERT_EQ(scanner.scan("5").outcome, Outcome::needMore);
    EXPECT_EQ(scanner.dataRemaining(), 0U);
    ASSERT_EQ(scanner.scan("\r\n").outcome, Outcome::needMore);
    EXPECT_EQ(scanner.dataRemaining(), 5U);
    ASSERT_EQ(scanner.scan("he").outcome, Outcome::needMore);
    EXPECT_EQ(scanner.dataRemaining(), 3U);
    scanner.skip(2);
    EXPECT_EQ(scanner.dataRemaining(), 1U);
    scanner.skip(1);
    EXPECT_EQ(scanner.dataRemaining(), 0U);
    EXPECT_EQ(scanner.scan("\r\n0\r\n\r\n").outcome, Outcome::complete);
    EXPECT_EQ(scanner.dataRemaining(), 0U);
}

TEST(ChunkedEnd, StaysAsItIs) {
    ChunkedScanner done;
    ASSERT_EQ(done.scan("0\r\n\r\n").outcome, Outcome::complete);
    EXPECT_EQ(done.scan("GET").outcome, Outcome::complete);
    EXPECT_EQ(done.scan("GET").size, 0U);
    ChunkedScanner broken;
    ASSERT_EQ(broken.scan("z").outcome, Outcome::rejected);
    const auto again = broken.scan("0\r\n\r\n");
    EXPECT_EQ(again.outcome, Outcome::rejected);
    EXPECT_EQ(again.reason, Reject::chunkSizeInvalid);
    EXPECT_EQ(again.size, 0U);
}

} // namespace
} // namespace proxy::http
