#include "proxy/mask/env_mask.h"
#include "tests/proxy/guarded_bytes.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace proxy::mask {
namespace {

using namespace std::string_view_literals;

struct Masked {
    std::string text; ///< of the pieces before the fault
    std::string_view verdict;
};

// Masks the pieces one after another, each flush against an unreadable page.
Masked mask(const std::vector<std::string_view>& pieces, GuardedBytes& memory,
            Documents documents = Documents::one) {
    EnvMask mask(documents);
    Masked masked;
    for (const auto piece : pieces) {
        const auto room = memory.room(piece.size());
        std::ranges::copy(piece, room.begin());
        if (!mask.feed(room)) return {masked.text, describe(mask.fault()).name};
        masked.text.append(room.data(), room.size());
    }
    const bool complete = mask.finish();
    masked.verdict = complete ? "complete" : describe(mask.fault()).name;
    return masked;
}

Masked maskWhole(std::string_view document) {
    GuardedBytes memory(document.size());
    return mask({document}, memory);
}

std::vector<std::string_view> octetByOctet(std::string_view document) {
    std::vector<std::string_view> pieces;
    for (std::size_t i = 0; i < document.size(); ++i) pieces.push_back(document.substr(i, 1));
    return pieces;
}

// ---- What is hidden ----------------------------------------------------------------------------------
struct Row {
    std::string_view id;
    std::string_view document;
    std::string_view masked;

    friend void PrintTo(const Row& row, std::ostream* stream) { *stream << row.id; }
};

const Row rows[] = {
    // in an Env's array
    {"pair", R"({"Env":["A=b"]})", R"({"Env":["A=*"]})"},
    {"pairs", R"({"Env":["A=b","CD=ef g","H=i"]})", R"({"Env":["A=*","CD=****","H=*"]})"},
    {"long-value", R"({"Env":["A=0123456789012345678901234567890123456789"]})",
     R"({"Env":["A=****************************************"]})"},
    {"long-name", R"({"Env":["A_NAME_OF_MORE_THAN_EIGHT_OCTETS=b"]})",
     R"({"Env":["A_NAME_OF_MORE_THAN_EIGHT_OCTETS=*"]})"},
    {"second-equals", R"({"Env":["A=b=c"]})", R"({"Env":["A=***"]})"},
    {"empty-value", R"({"Env":["A="]})", R"({"Env":["A="]})"},
    {"empty-name", R"({"Env":["=b"]})", R"({"Env":["=*"]})"},
    {"no-value", R"({"Env":["A","B=c"]})", R"({"Env":["A","B=*"]})"},
    {"empty-string", R"({"Env":["","B=c"]})", R"({"Env":["","B=*"]})"},
    {"empty-array", R"({"Env":[],"A":"b=c"})", R"({"Env":[],"A":"b=c"})"},
    {"null", R"({"Env":null,"A":"b=c"})", R"({"Env":null,"A":"b=c"})"},
    {"blanks", " {\t\"Env\" :\r\n[ \"A=b\" , \"C=d\" ] } \n", " {\t\"Env\" :\r\n[ \"A=*\" , \"C=*\" ] } \n"},
    {"value-looks-like-its-end", R"({"Env":["A=\"]}","B=c"]})", R"({"Env":["A=****","B=*"]})"},
    {"behind-it", R"({"Env":["A=b"],"Cmd":["C=d"]})", R"({"Env":["A=*"],"Cmd":["C=d"]})"},
    {"before-it", R"({"Cmd":["C=d"],"Env":["A=b"]})", R"({"Cmd":["C=d"],"Env":["A=*"]})"},
    {"twice", R"({"Env":["A=b"],"Env":["C=d"]})", R"({"Env":["A=*"],"Env":["C=*"]})"},
    // wherever it is
    {"deep", R"({"Config":{"X":[{"Env":["A=b"]},"C=d"]}})", R"({"Config":{"X":[{"Env":["A=*"]},"C=d"]}})"},
    {"list", R"([{"Env":["A=b"]},{"Env":["C=d"]}])", R"([{"Env":["A=*"]},{"Env":["C=*"]}])"},
    {"not-a-key", R"(["Env",["A=b"]])", R"(["Env",["A=b"]])"},
    {"a-value", R"({"A":"Env","B":["C=d"]})", R"({"A":"Env","B":["C=d"]})"},
    {"other-keys", R"({"En":["A=b"],"Envs":["A=b"],"E":["A=b"],"":["A=b"],"XEnv":["A=b"],"Env ":["A=b"]})",
     R"({"En":["A=b"],"Envs":["A=b"],"E":["A=b"],"":["A=b"],"XEnv":["A=b"],"Env ":["A=b"]})"},
    {"keys-that-begin-so", R"({"Environment":["A=b"],"Env.":["A=b"],"Env\u0000":["A=b"],"Env\n":["A=b"]})",
     R"({"Environment":["A=b"],"Env.":["A=b"],"Env\u0000":["A=b"],"Env\n":["A=b"]})"},
    {"key-not-ascii", "{\"\303\211nv\":[\"A=b\"],\"Env\302\240\":[\"A=b\"],\"E\\u0065nv\":[\"A=b\"]}",
     "{\"\303\211nv\":[\"A=b\"],\"Env\302\240\":[\"A=b\"],\"E\\u0065nv\":[\"A=b\"]}"},
    {"key-wide-unit", R"({"\u0145nv":["A=b"],"E\u016ev":["A=b"]})",
     R"({"\u0145nv":["A=b"],"E\u016ev":["A=b"]})"},
    // Podman's command lines
    {"create-command",
     R"({"CreateCommand":["podman","run","-e","A=b","--env=C=d","-eE=f","-ite","G=h","--rm","I"]})",
     R"({"CreateCommand":["podman","run","-e","A=*","--env=***","-eE=*","-ite","G=*","--rm","I"]})"},
    {"create-command-spelled", R"({"createcommand":["-e","A=b"],"\u0043reateCommand":["-e","A=b"]})",
     R"({"createcommand":["-e","A=*"],"\u0043reateCommand":["-e","A=*"]})"},
    {"created-by",
     R"({"History":[{"created":"2026","created_by":"ENV A=b","comment":"c=d"}],"CreatedBy":"RUN |1 A=b"})",
     R"({"History":[{"created":"2026","created_by":"ENV A=*","comment":"c=d"}],"CreatedBy":"RUN |1 A=*"})"},
    {"created-by-is-whole",
     R"({"created_b":"A=b","created_byy":"A=b","created\u007fby":"A=b","createcommandby":"A=b"})",
     R"({"created_b":"A=b","created_byy":"A=b","created\u007fby":"A=b","createcommandby":"A=b"})"},
    {"on-build", R"({"OnBuild":["ENV A=b","RUN c"],"OnBuilds":["A=b"]})",
     R"({"OnBuild":["ENV A=*","RUN c"],"OnBuilds":["A=b"]})"},
    {"create-command-is-whole", R"({"CreateCommands":["A=b"],"Create":["A=b"],"CreateCommandEnv":["A=b"]})",
     R"({"CreateCommands":["A=b"],"Create":["A=b"],"CreateCommandEnv":["A=b"]})"},
    // how it is written
    {"case", R"({"env":["A=b"],"ENV":["A=b"],"eNv":["A=b"]})",
     R"({"env":["A=*"],"ENV":["A=*"],"eNv":["A=*"]})"},
    {"key-escaped",
     R"({"\u0045nv":["A=b"],"E\u006Ev":["A=b"],"En\u0076":["A=b"],"\u0065\u006e\u0076":["A=b"]})",
     R"({"\u0045nv":["A=*"],"E\u006Ev":["A=*"],"En\u0076":["A=*"],"\u0065\u006e\u0076":["A=*"]})"},
    {"key-escaped-backslash", R"({"\\u0045nv":["A=b"],"\"Env":["A=b"]})",
     R"({"\\u0045nv":["A=b"],"\"Env":["A=b"]})"},
    {"key-case-is-of-letters", "{\"\\u0005nv\":[\"A=b\"],\"E.v\":[\"A=b\"],\"EnV\":[\"A=b\"]}",
     "{\"\\u0005nv\":[\"A=b\"],\"E.v\":[\"A=b\"],\"EnV\":[\"A=*\"]}"},
    // escapes and characters in values
    {"equals-escaped", R"({"Env":["A\u003db","C\u003Dd=e"]})", R"({"Env":["A\u003d*","C\u003D***"]})"},
    {"equals-wide-unit", R"({"Env":["A\u013db","C\ud83d\u3d00=e"]})",
     R"({"Env":["A\u013db","C\ud83d\u3d00=*"]})"},
    {"escapes", R"({"Env":["A=\"\\\/\b\f\n\r\t","B\"\\=c"]})", R"({"Env":["A=****************","B\"\\=*"]})"},
    {"escape-unicode", R"({"Env":["A=\u00e9","B=\u003d"]})", R"({"Env":["A=******","B=******"]})"},
    {"escape-pair", R"({"Env":["A=\ud83d\ude00"]})", R"({"Env":["A=************"]})"},
    {"escape-half-pair", R"({"Env":["A=\ud83d","B=\ude00x"]})", R"({"Env":["A=******","B=*******"]})"},
    {"escape-at-end", R"({"Env":["A=b\\"]})", R"({"Env":["A=***"]})"},
    {"utf8", "{\"Env\":[\"A=\303\251\",\"B=\342\202\254\",\"C=\360\237\230\200x\",\"\303\251=\303\251\"]}",
     "{\"Env\":[\"A=**\",\"B=***\",\"C=*****\",\"\303\251=**\"]}"},
    {"del", "{\"Env\":[\"A=\177\"]}", "{\"Env\":[\"A=*\"]}"},
    // objects in an Env's array
    {"entry", R"({"Env":[{"Description":"d","Name":"A","Settable":["value"],"Value":"b"}]})",
     R"({"Env":[{"Description":"d","Name":"A","Settable":["value"],"Value":"*"}]})"},
    {"entry-order", R"({"Env":[{"Value":"b=c","Name":"A"},"D=e"]})",
     R"({"Env":[{"Value":"***","Name":"A"},"D=*"]})"},
    {"entry-name-is-pair", R"({"Env":[{"Name":"A=b","Settable":["c=d"]}]})",
     R"({"Env":[{"Name":"A=*","Settable":["c=*"]}]})"},
    {"entry-name-spelled", R"({"Env":[{"name":"A","\u004eame":"B","Names":"C","Nam":"D"}]})",
     R"({"Env":[{"name":"*","\u004eame":"B","Names":"*","Nam":"*"}]})"},
    {"entry-unknown-key", R"({"Env":[{"Name":"A","ValueFrom":{"Name":"b","Key":["c"]}}]})",
     R"({"Env":[{"Name":"A","ValueFrom":{"Name":"*","Key":["*"]}}]})"},
    {"entry-name-object", R"({"Env":[{"Name":{"A":"b"},"Settable":[{"Name":"A","Value":"b"},["c"]]}]})",
     R"({"Env":[{"Name":{"A":"*"},"Settable":[{"Name":"A","Value":"*"},["*"]]}]})"},
    {"entry-value-deep", R"({"Env":[{"Value":{"Name":"a","X":["b"]}}]})",
     R"({"Env":[{"Value":{"Name":"*","X":["*"]}}]})"},
    {"entry-value-null", R"({"Env":[{"Name":"A","Value":null}]})", R"({"Env":[{"Name":"A","Value":null}]})"},
    {"entry-env", R"({"Env":[{"Env":["A=b"]}]})", R"({"Env":[{"Env":["***"]}]})"},
    {"entry-keys-elsewhere", R"({"Name":"a=b","Value":"c=d","Mounts":[{"Name":"e=f"}]})",
     R"({"Name":"a=b","Value":"c=d","Mounts":[{"Name":"e=f"}]})"},
    // other values
    {"string", R"({"Env":"A=b"})", R"({"Env":"A=*"})"},
    {"string-in-labels", R"({"Labels":{"env":"production"}})", R"({"Labels":{"env":"production"}})"},
    {"object", R"({"Env":{"A":"b","C":"d=e","Name":"f"},"G":"h"})",
     R"({"Env":{"A":"*","C":"***","Name":"*"},"G":"h"})"},
    {"object-deep", R"({"Env":{"A":[["b"],{"C":"d"}],"Env":["e=f"]}})",
     R"({"Env":{"A":[["*"],{"C":"*"}],"Env":["***"]}})"},
    {"array-in-array", R"({"Env":[["A=b"],[],["c",["d"]],"E=f"]})",
     R"({"Env":[["***"],[],["*",["*"]],"E=*"]})"},
    {"literals", R"({"Env":[true,false,null,"A=b"]})", R"({"Env":[true,false,null,"A=*"]})"},
    {"numbers", R"({"Env":[0,-12,30.05,4E+50,"A=6"],"Port":80})",
     R"({"Env":[1,-11,11.11,1E+11,"A=*"],"Port":80})"},
    {"number", R"({"Env":1234,"A":5678})", R"({"Env":1111,"A":5678})"},
    {"number-deep", R"({"Env":{"PIN":1234,"X":[5]}})", R"({"Env":{"PIN":1111,"X":[1]}})"},
    // documents without
    {"empty-object", "{}", "{}"},
    {"empty-array-only", "[]", "[]"},
    {"one-string", R"("Env")", R"("Env")"},
    {"one-number", "120", "120"},
    {"one-zero", "-0", "-0"},
    {"one-fraction", "1.50", "1.50"},
    {"one-exponent", "1e-10", "1e-10"},
    {"one-literal", "null", "null"},
    {"blanks-around", " \t\r\n1 \t\r\n", " \t\r\n1 \t\r\n"},
};

class Hidden : public testing::TestWithParam<Row> {};

TEST_P(Hidden, HoweverItIsCut) {
    const Row& row = GetParam();
    const std::string_view document = row.document;
    ASSERT_EQ(document.size(), row.masked.size()) << "a row's mistake";
    GuardedBytes memory(document.size());
    const auto check = [&](const std::vector<std::string_view>& pieces) {
        const auto masked = mask(pieces, memory);
        ASSERT_EQ(masked.verdict, "complete");
        ASSERT_EQ(masked.text, row.masked);
    };
    check({document});
    check(octetByOctet(document));
    for (std::size_t n = 0; n <= document.size(); ++n) {
        SCOPED_TRACE("cut after " + std::to_string(n));
        check({document.substr(0, n), ""sv, document.substr(n)});
    }
}

INSTANTIATE_TEST_SUITE_P(Rows, Hidden, testing::ValuesIn(rows), tests::byId);

// ---- What is no document -----------------------------------------------------------------------------
struct Bad {
    std::string_view id;
    std::string_view document; ///< to the octet that decides, and no further
    std::string_view fault;

    friend void PrintTo(const Bad& row, std::ostream* stream) { *stream << row.id; }
};

const Bad bads[] = {
    {"nothing", "", "mask.json.incomplete"},
    {"blanks-only", " \n", "mask.json.incomplete"},
    {"cut-object", R"({"Env":["A=b"])", "mask.json.incomplete"},
    {"cut-string", R"({"Env":["A=b)", "mask.json.incomplete"},
    {"cut-escape", R"("\)", "mask.json.incomplete"},
    {"cut-utf8", "\"\303", "mask.json.incomplete"},
    {"cut-literal", "tru", "mask.json.incomplete"},
    {"cut-minus", "-", "mask.json.incomplete"},
    {"cut-point", "1.", "mask.json.incomplete"},
    {"cut-exponent", "1e", "mask.json.incomplete"},
    {"cut-exponent-sign", "1e+", "mask.json.incomplete"},
    {"cut-comma", "[1,", "mask.json.incomplete"},

    {"two-documents", "{}\n{", "mask.json.trailing"},
    {"two-strings", R"("a"")", "mask.json.trailing"},
    {"closed-twice", "{}}", "mask.json.trailing"},
    {"comma-behind", "null,", "mask.json.trailing"},
    {"nul-behind", "{}\0"sv, "mask.json.trailing"},

    {"word", "O", "mask.json.syntax"},
    {"byte-order-mark", "\357", "mask.json.syntax"},
    {"utf16", "\0"sv, "mask.json.syntax"},
    {"yaml", "--", "mask.json.syntax"},
    {"single-quotes", "{'", "mask.json.syntax"},
    {"comment", "[1/", "mask.json.syntax"},
    {"nan", "N", "mask.json.syntax"},
    {"infinity", "-I", "mask.json.syntax"},
    {"plus", "+", "mask.json.syntax"},
    {"leading-zero", "01", "mask.json.syntax"},
    {"leading-zero-minus", "-00", "mask.json.syntax"},
    {"leading-point", ".", "mask.json.syntax"},
    {"point-then-e", "1.e", "mask.json.syntax"},
    {"hexadecimal", "0x", "mask.json.syntax"},
    {"two-points", "1.1.", "mask.json.syntax"},
    {"two-exponents", "1e1e", "mask.json.syntax"},
    {"number-end", "12]", "mask.json.syntax"},
    {"number-comma", "12,", "mask.json.syntax"},
    {"literal-case", "T", "mask.json.syntax"},
    {"literal-other", "nul}", "mask.json.syntax"},
    {"literal-longer", "[nulll", "mask.json.syntax"},
    {"comma-first", "[,", "mask.json.syntax"},
    {"comma-last-array", "[1,]", "mask.json.syntax"},
    {"comma-last-object", R"({"a":1,})", "mask.json.syntax"},
    {"comma-missing", "[1 2", "mask.json.syntax"},
    {"comma-twice", "[1,,", "mask.json.syntax"},
    {"colon-missing", R"({"a" 1)", "mask.json.syntax"},
    {"colon-in-array", R"(["a":)", "mask.json.syntax"},
    {"value-missing", R"({"a":})", "mask.json.syntax"},
    {"key-only", R"({"a"})", "mask.json.syntax"},
    {"key-number", "{1", "mask.json.syntax"},
    {"object-closed-as-array", "{]", "mask.json.syntax"},
    {"array-closed-as-object", "[1}", "mask.json.syntax"},
    {"member-closed-as-array", R"({"a":1])", "mask.json.syntax"},
    {"control-in-string", "\"\n", "mask.json.syntax"},
    {"control-in-key", "{\"E\x1f", "mask.json.syntax"},
    {"control-in-secret", "{\"Env\":[\"A=b\t", "mask.json.syntax"},
    {"escape-unknown", R"("\x)", "mask.json.syntax"},
    {"escape-nul", "\"\\\0"sv, "mask.json.syntax"},
    {"escape-upper-u", R"("\U)", "mask.json.syntax"},
    {"escape-short", R"("\u003")", "mask.json.syntax"},
    {"escape-not-hex", R"("\u00g)", "mask.json.syntax"},
    {"escape-sign", R"("\u+)", "mask.json.syntax"},

    {"utf8-continuation-first", "\"\200", "mask.json.utf8"},
    {"utf8-cut-by-quote", "\"\303\"", "mask.json.utf8"},
    {"utf8-overlong-two", "\"\300", "mask.json.utf8"},
    {"utf8-overlong-equals", "{\"Env\":[\"A\301", "mask.json.utf8"},
    {"utf8-overlong-three", "\"\340\237", "mask.json.utf8"},
    {"utf8-overlong-four", "\"\360\217", "mask.json.utf8"},
    {"utf8-half-pair", "\"\355\240", "mask.json.utf8"},
    {"utf8-above-range", "\"\364\220", "mask.json.utf8"},
    {"utf8-lead-f5", "\"\365", "mask.json.utf8"},
    {"utf8-third-octet", "\"\342\202(", "mask.json.utf8"},
    {"utf8-in-secret", "{\"Env\":[\"A=\303(", "mask.json.utf8"},
    {"utf8-latin1-key", "{\"\351n", "mask.json.utf8"},
};

class Broken : public testing::TestWithParam<Bad> {};

TEST_P(Broken, HoweverItIsCut) {
    const auto& [id, document, fault] = GetParam();
    GuardedBytes memory(document.size());
    EXPECT_EQ(mask({document}, memory).verdict, fault);
    EXPECT_EQ(mask(octetByOctet(document), memory).verdict, fault);
    for (std::size_t n = 0; n < document.size(); ++n) {
        EXPECT_EQ(mask({document.substr(0, n), document.substr(n)}, memory).verdict, fault)
            << "cut after " << n;
        const std::string_view before = mask({document.substr(0, n)}, memory).verdict;
        EXPECT_TRUE(before == "complete" || before == "mask.json.incomplete") << before << " after " << n;
    }
}

INSTANTIATE_TEST_SUITE_P(Rows, Broken, testing::ValuesIn(bads), tests::byId);

// ---- Several documents -------------------------------------------------------------------------------

const Row sequences[] = {
    {"one", R"({"Env":["A=b"]})", R"({"Env":["A=*"]})"},
    {"lines", "{\"Env\":[\"A=b\"]}\n{\"Env\":[\"C=d\"]}\n", "{\"Env\":[\"A=*\"]}\n{\"Env\":[\"C=*\"]}\n"},
    {"touching", R"({"Env":["A=b"]}[{"Env":["C=d"]}]"A=b"{"B":"c=d"})",
     R"({"Env":["A=*"]}[{"Env":["C=*"]}]"A=b"{"B":"c=d"})"},
    {"behind-a-number", R"(12 3 {"Env":["A=b"]}null"A=b"4)", R"(12 3 {"Env":["A=*"]}null"A=b"4)"},
    {"behind-a-whole-environment", R"({"Env":{"A":"b"}}{"A":"b"}5 {"Env":6}7)",
     R"({"Env":{"A":"*"}}{"A":"b"}5 {"Env":1}7)"},
    {"none", "", ""},
    {"blanks-only", " \r\n", " \r\n"},
};

class Several : public testing::TestWithParam<Row> {};

TEST_P(Several, HoweverTheyAreCut) {
    const Row& row = GetParam();
    GuardedBytes memory(row.document.size());
    for (std::size_t n = 0; n <= row.document.size(); ++n) {
        const Masked masked =
            mask({row.document.substr(0, n), row.document.substr(n)}, memory, Documents::many);
        EXPECT_EQ(masked.verdict, "complete") << "cut after " << n;
        EXPECT_EQ(masked.text, row.masked) << "cut after " << n;
    }
    EXPECT_EQ(mask(octetByOctet(row.document), memory, Documents::many).text, row.masked);
}

INSTANTIATE_TEST_SUITE_P(Rows, Several, testing::ValuesIn(sequences), tests::byId);

const Bad brokenSequences[] = {
    {"cut-second", R"({}{"Env":["A=b"])", "mask.json.incomplete"},
    {"comma-between", "{},", "mask.json.trailing"},
    {"closed-twice", "{}}", "mask.json.trailing"},
    {"yaml-behind", "{}\napi", "mask.json.trailing"},
    {"touching-a-number", "3{", "mask.json.syntax"},
    {"literal-behind", "{}nul}", "mask.json.syntax"},
    {"yaml", "a", "mask.json.syntax"},
    {"syntax-of-the-second", "{}{]", "mask.json.syntax"},
};

class BrokenSeveral : public testing::TestWithParam<Bad> {};

TEST_P(BrokenSeveral, HoweverTheyAreCut) {
    const auto& [id, document, fault] = GetParam();
    GuardedBytes memory(document.size());
    EXPECT_EQ(mask({document}, memory, Documents::many).verdict, fault);
    EXPECT_EQ(mask(octetByOctet(document), memory, Documents::many).verdict, fault);
}

INSTANTIATE_TEST_SUITE_P(Rows, BrokenSeveral, testing::ValuesIn(brokenSequences), tests::byId);

TEST(EnvMask, AFaultStays) {
    EnvMask mask;
    std::string bad = "[1}";
    std::string good = "]";
    EXPECT_FALSE(mask.feed(bad));
    EXPECT_FALSE(mask.feed(good));
    EXPECT_FALSE(mask.feed({}));
    EXPECT_FALSE(mask.finish());
    EXPECT_EQ(mask.fault(), Fault::syntax);
}

TEST(EnvMask, AnEndStays) {
    EnvMask mask;
    std::string cut = "[";
    std::string rest = "]";
    EXPECT_TRUE(mask.feed(cut));
    EXPECT_FALSE(mask.finish());
    EXPECT_FALSE(mask.feed(rest));
    EXPECT_EQ(mask.fault(), Fault::incomplete);
}

// ---- Depth -------------------------------------------------------------------------------------------
std::string nested(std::size_t depth, std::string_view open, std::string_view inside,
                   std::string_view close) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += open;
    text += inside;
    for (std::size_t i = 0; i < depth; ++i) text += close;
    return text;
}

TEST(EnvMask, MostArrays) {
    EXPECT_EQ(maskWhole(nested(maxDepth, "[", "", "]")).verdict, "complete");
    EXPECT_EQ(maskWhole(nested(maxDepth + 1, "[", "", "]")).verdict, "mask.json.depth");
}

TEST(EnvMask, MostObjects) {
    EXPECT_EQ(maskWhole(nested(maxDepth, R"({"a":)", "1", "}")).verdict, "complete");
    EXPECT_EQ(maskWhole(nested(maxDepth, R"({"a":)", "{}", "}")).verdict, "mask.json.depth");
}

TEST(EnvMask, DeepestEnv) {
    const auto document = [](char value) {
        return nested(maxDepth - 2, R"({"a":)", std::string(R"({"Env":["A=)") + value + R"("]})", "}");
    };
    EXPECT_EQ(maskWhole(document('b')).text, document('*'));
}

TEST(EnvMask, DepthIsNotSize) {
    std::string flat = "[";
    for (std::size_t i = 0; i < maxDepth; ++i) flat += "[],{},";
    EXPECT_EQ(maskWhole(flat + "1]").verdict, "complete");
}

// ---- Every octet at every place ----------------------------------------------------------------------
std::string range(unsigned first, unsigned last) {
    std::string octets;
    for (unsigned octet = first; octet <= last; ++octet) octets += static_cast<char>(octet);
    return octets;
}

struct Place {
    std::string_view id;
    std::string_view before;
    std::string taken;

    friend void PrintTo(const Place& row, std::ostream* stream) { *stream << row.id; }
};

const std::string blank = " \t\n\r";
const std::string digit = "0123456789";
const std::string ofText = range(0x20, 0x7f) + range(0xc2, 0xf4);

const Place places[] = {
    {"document", "", blank + digit + "-\"[{tfn"},
    {"behind-document", "{}", blank},
    {"element", "[1,", blank + digit + "-\"[{tfn"},
    {"first-element", "[", blank + digit + "-\"[{tfn]"},
    {"behind-element", "[null", blank + ",]"},
    {"first-key", "{", blank + "\"}"},
    {"key", "{\"a\":1,", blank + "\""},
    {"colon", "{\"a\"", blank + ":"},
    {"member", "{\"a\":", blank + digit + "-\"[{tfn"},
    {"behind-member", "{\"a\":\"\"", blank + ",}"},
    {"minus", "[-", digit},
    {"zero", "[0", blank + ".eE,]"},
    {"integer", "[10", blank + digit + ".eE,]"},
    {"point", "[1.", digit},
    {"fraction", "[1.0", blank + digit + "eE,]"},
    {"exponent", "[1e", digit + "+-"},
    {"exponent-sign", "[1e-", digit},
    {"exponent-digits", "{\"a\":1E0", blank + digit + ",}"},
    {"text", "\"", ofText},
    {"text-key", "{\"E", ofText},
    {"text-name", "{\"Env\":[\"A", ofText},
    {"text-secret", "{\"Env\":[\"A=", ofText},
    {"escape", "\"\\", "\"\\/bfnrtu"},
    {"hex-first", "\"\\u", digit + "abcdefABCDEF"},
    {"hex-last", "\"\\u000", digit + "abcdefABCDEF"},
    {"utf8-two", "\"\302", range(0x80, 0xbf)},
    {"utf8-e0", "\"\340", range(0xa0, 0xbf)},
    {"utf8-e1", "\"\341", range(0x80, 0xbf)},
    {"utf8-ed", "\"\355", range(0x80, 0x9f)},
    {"utf8-ee", "\"\356", range(0x80, 0xbf)},
    {"utf8-e0-third", "\"\340\240", range(0x80, 0xbf)},
    {"utf8-f0", "\"\360", range(0x90, 0xbf)},
    {"utf8-f1", "\"\361", range(0x80, 0xbf)},
    {"utf8-f4", "\"\364", range(0x80, 0x8f)},
    {"utf8-f4-fourth", "\"\364\200\200", range(0x80, 0xbf)},
};

class Octets : public testing::TestWithParam<Place> {};

TEST_P(Octets, AllOf256) {
    const auto& [id, before, taken] = GetParam();
    for (unsigned value = 0; value < 256; ++value) {
        const char octet = static_cast<char>(value);
        EnvMask mask;
        std::string document = std::string(before) + octet;
        EXPECT_EQ(mask.feed(document), taken.find(octet) != std::string::npos) << "octet " << value;
    }
}

INSTANTIATE_TEST_SUITE_P(Places, Octets, testing::ValuesIn(places), tests::byId);

} // namespace
} // namespace proxy::mask
