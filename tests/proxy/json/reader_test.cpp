#include "proxy/json/reader.h"
#include "proxy/json/text.h"
#include "tests/proxy/guarded_bytes.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace proxy::json {
namespace {

using namespace std::string_literals;

Fault read(std::string_view text) {
    GuardedBytes memory(text.size());
    const auto keys = std::make_unique<Keys>();
    Reader reader(memory.place(text), *keys);
    Token token = reader.next();
    while (token.kind != Kind::end && token.kind != Kind::fault) token = reader.next();
    EXPECT_EQ(reader.next().kind, token.kind) << "the last token stays";
    return reader.fault();
}

struct Row {
    const char* id;
    std::string text;
    Fault fault = Fault::none;
};

std::string nested(std::size_t depth) {
    return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

std::string withKeys(std::size_t count) {
    std::string text = "{";
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    return text + "}";
}

using enum Fault;

const Row taken[] = {
    {"empty", "{}"},
    {"blanks", " \t\r\n{ \"a\" : [ 1 , 2 ] } \n"},
    {"values", R"({"a":null,"b":true,"c":false,"d":"","e":[],"f":{},"g":-0,"h":1.5e+3,"i":0})"},
    {"escapes", R"({"\u00e9\/\"\\":"\b\f\n\r\t\u0001\uD83D\ude00"})"},
    {"utf8", "{\"\xc3\xa9\":\"\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbb\xbf\xed\x9f\xbf\xf4\x8f\xbf\xbf\"}"},
    {"same-key-in-two-objects", R"({"a":{"a":{}},"b":[{"a":1},{"a":2}]})"},
    {"key-of-a-closed-object", R"({"x":{"a":1},"a":2})"},
    {"cases-differ", R"({"a":1,"A":2})"},
    {"deepest", nested(maxDepth)},
    {"most-keys", withKeys(Keys::capacity)},
};

const Row refused[] = {
    {"nothing", "", incomplete},
    {"only-blanks", " \n", incomplete},
    {"bom", "\xef\xbb\xbf{}", root},
    {"array", "[]", root},
    {"null", "null", root},
    {"string", R"("a")", root},
    {"second-object", "{}{}", trailing},
    {"brace-and-junk", "{}} junk", trailing},
    {"bracket-and-junk", R"({"a":1} ] {"x": junk)", trailing},
    {"nul-behind", "{}\0"s, trailing},
    {"comment", "{/*a*/}", syntax},
    {"comma-before-brace", R"({"a":1,})", syntax},
    {"comma-first", "{,}", syntax},
    {"comma-before-bracket", R"({"a":[1,]})", syntax},
    {"no-colon", R"({"a" 1})", syntax},
    {"no-comma", R"({"a":1 "b":2})", syntax},
    {"single-quotes", "{'a':1}", syntax},
    {"bare-key", "{a:1}", syntax},
    {"number-as-key", "{1:1}", syntax},
    {"crossed", R"({"a":[}])", syntax},
    {"leading-zero", R"({"a":01})", syntax},
    {"plus", R"({"a":+1})", syntax},
    {"minus-only", R"({"a":-})", syntax},
    {"point-only", R"({"a":1.})", syntax},
    {"exponent-only", R"({"a":1e})", syntax},
    {"hexadecimal", R"({"a":0x1})", syntax},
    {"nan", R"({"a":NaN})", syntax},
    {"capital-true", R"({"a":True})", syntax},
    {"nulls", R"({"a":nulls})", syntax},
    {"raw-newline", "{\"a\":\"\n\"}", syntax},
    {"raw-tab-in-key", "{\"\t\":1}", syntax},
    {"form-feed-between", "{\f}", syntax},
    {"nbsp-between", "{\xc2\xa0}", syntax},
    {"bad-escape", R"({"a":"\x41"})", syntax},
    {"short-unicode-escape", R"({"a":"\u12"})", syntax},
    {"escaped-nul", R"({"a":"\u0000"})", control},
    {"escaped-nul-in-key", R"({"a\u0000":1})", control},
    {"escaped-newline-in-key", R"({"a\n":1})", control},
    {"escaped-control-in-key", R"({"a\u001f":1})", control},
    {"high-surrogate-alone", R"({"a":"\ud800"})", surrogate},
    {"low-surrogate-alone", R"({"a":"\udc00"})", surrogate},
    {"two-high-surrogates", R"({"a":"\ud800\ud800"})", surrogate},
    {"surrogate-in-key", R"({"\ud800":1})", surrogate},
    {"utf8-surrogate", "{\"a\":\"\xed\xa0\x80\"}", utf8},
    {"utf8-overlong", "{\"a\":\"\xc0\xaf\"}", utf8},
    {"utf8-overlong-three", "{\"a\":\"\xe0\x80\xaf\"}", utf8},
    {"utf8-too-large", "{\"a\":\"\xf4\x90\x80\x80\"}", utf8},
    {"utf8-cut", "{\"a\":\"\xe2\x82\"}", utf8},
    {"utf8-tail-alone", "{\"a\":\"\x80\"}", utf8},
    {"latin1-key", "{\"\xe9\":1}", utf8},
    {"too-deep", nested(maxDepth + 1), depth},
    {"too-many-keys", withKeys(Keys::capacity + 1), keys},
    {"duplicate", R"({"a":1,"a":1})", duplicateKey},
    {"duplicate-far", R"({"a":1,"b":{"c":[{}]},"d":0,"a":null})", duplicateKey},
    {"duplicate-escaped", R"({"Privileged":false,"\u0050rivileged":true})", duplicateKey},
    {"duplicate-escaped-utf8", "{\"\xc3\xa9\":1,\"\\u00e9\":2}", duplicateKey},
    {"duplicate-escaped-pair", "{\"\xf0\x9f\x98\x80\":1,\"\\uD83D\\uDE00\":2}", duplicateKey},
    {"duplicate-empty", R"({"":1,"":2})", duplicateKey},
    {"duplicate-in-map", R"({"Labels":{"a":"1","a":"2"}})", duplicateKey},
    {"duplicate-behind-object", R"({"a":{"x":1,"y":2},"b":1,"a":{}})", duplicateKey},
};

class Taken : public testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Reader, Taken, testing::ValuesIn(taken), tests::byId);

TEST_P(Taken, IsRead) {
    EXPECT_EQ(describe(read(GetParam().text)).name, "none");
}

TEST_P(Taken, NoBeginningIs) {
    const std::string& text = GetParam().text;
    const std::size_t end = text.find_last_not_of(" \n") + 1;
    // Of the long one some cuts will do.
    for (std::size_t cut = 0; cut < end; cut += 1 + text.size() / 1000)
        ASSERT_NE(read(std::string_view(text).substr(0, cut)), Fault::none) << cut;
}

class Refused : public testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(Reader, Refused, testing::ValuesIn(refused), tests::byId);

TEST_P(Refused, ByName) {
    EXPECT_EQ(describe(read(GetParam().text)).name, describe(GetParam().fault).name);
}

TEST(Reader, GivesWhatItReadsInOrder) {
    const auto keys = std::make_unique<Keys>();
    Reader reader(R"( {"a": [1, "x\n"], "b": true, "c": null} )", *keys);
    const std::array<std::pair<Kind, std::string_view>, 12> expected{{
        {Kind::openObject, "{"},
        {Kind::key, "a"},
        {Kind::openArray, "["},
        {Kind::number, "1"},
        {Kind::text, "x\\n"},
        {Kind::closeArray, "]"},
        {Kind::key, "b"},
        {Kind::boolean, "true"},
        {Kind::key, "c"},
        {Kind::null, "null"},
        {Kind::closeObject, "}"},
        {Kind::end, ""},
    }};
    for (const auto& [kind, raw] : expected) {
        const Token token = reader.next();
        EXPECT_EQ(token.kind, kind) << raw;
        EXPECT_EQ(token.raw, raw);
    }
}

// Keys that all want one place: refused before the search for it grows.
TEST(Keys, ChosenToCollideAreRefused) {
    std::string text;
    std::size_t found = 0;
    for (std::size_t i = 0; found <= Keys::longestChain; ++i) {
        const std::string key = std::to_string(i);
        std::uint64_t hash = 0xcbf29ce484222325U;
        for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        if ((hash ^ (hash >> 32U)) % 8192 != 1) continue;
        text += (found++ == 0 ? "{\"" : ",\"") + key + "\":0";
    }
    EXPECT_EQ(describe(read(text + "}")).name, "json.keys");
}

TEST(Text, IsUnescapedWhereItMustBe) {
    std::array<char, 8> room{};
    EXPECT_EQ(unescaped("longer than the room", room), "longer than the room");
    EXPECT_EQ(unescaped(R"(\u00e9\ud83d\ude00\n)", room), "\xc3\xa9\xf0\x9f\x98\x80\n");
    EXPECT_EQ(unescaped(R"(\u0031234567)", room), "1234567");
    EXPECT_EQ(unescaped(R"(\u003123456789)", room), std::nullopt);
}

TEST(Text, IsTheSameHoweverEscaped) {
    EXPECT_TRUE(same("A", R"(\u0041)"));
    EXPECT_TRUE(same("/", R"(\/)"));
    EXPECT_FALSE(same("A", "a"));
    EXPECT_FALSE(same("A", "AB"));
    EXPECT_FALSE(same("AB", R"(\u0041)"));
}

} // namespace
} // namespace proxy::json
