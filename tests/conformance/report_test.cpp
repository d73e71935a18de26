// Reports, by a deliberately bad target: what fails must look failed to everything that reads them, and what
// could not be judged must not.
#include "conformance/commands.h"
#include "conformance/report/bytes.h"
#include "conformance/report/compare.h"
#include "conformance/report/json.h"
#include "conformance/report/junit.h"

#include <Poco/AutoPtr.h>
#include <Poco/DOM/DOMParser.h>
#include <Poco/DOM/Document.h>
#include <Poco/DOM/Element.h>
#include <Poco/DOM/NodeList.h>
#include <Poco/TemporaryFile.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace {

using namespace conformance;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Printed {
    int status = -1;
    std::string text;
};

Printed runProgram(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int status = commandLineMain(arguments, out, err);
    return {status, out.str() + err.str()};
}

class Reports : public testing::Test {
protected:
    Reports() { folder_.createDirectories(); }

    std::string path(const std::string& name) const { return folder_.path() + "/" + name; }

    std::string target(const std::string& mode) const {
        std::ofstream(path(mode + ".json"))
            << R"({"name": ")" << mode << R"(", "command": [")" << BAD_TARGET << R"(", ")" << mode
            << R"("], "ready_within": 2, "answer_within": 2, "stop_within": 2})";
        return path(mode + ".json");
    }

    Printed run(const std::vector<std::string>& modes, const std::string& report, const std::string& id,
                const std::string& level = "required") const {
        std::vector<std::string> words{"run", "--id", id, "--level", level};
        for (const auto& mode : modes) words.insert(words.end(), {"--target", target(mode)});
        for (const char* kind : {"json", "junit", "html"})
            words.insert(words.end(), {std::string("--") + kind, path(report + "." + kind)});
        return runProgram(words);
    }

    std::string read(const std::string& name) const {
        std::ifstream stream(path(name));
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    Poco::TemporaryFile folder_;
};

// How many elements of this name an ordinary XML parser finds.
unsigned long elements(const std::string& xml, const std::string& name) {
    Poco::XML::DOMParser parser;
    const Poco::AutoPtr<Poco::XML::Document> document = parser.parseString(xml);
    const Poco::AutoPtr<Poco::XML::NodeList> list = document->getElementsByTagName(name);
    return list->length();
}

std::string attributeOf(const std::string& xml, const std::string& element, const std::string& name) {
    Poco::XML::DOMParser parser;
    const Poco::AutoPtr<Poco::XML::Document> document = parser.parseString(xml);
    const Poco::AutoPtr<Poco::XML::NodeList> list = document->getElementsByTagName(element);
    const auto* first = dynamic_cast<Poco::XML::Element*>(list->item(0));
    return first == nullptr ? "no such element" : std::string(first->getAttribute(name));
}

constexpr const char* granted = "access/all.post0/ContainerCreate";

TEST_F(Reports, JunitShowsFailures) {
    EXPECT_EQ(run({"forwards-all"}, "r", granted).status, 1);
    const std::string xml = read("r.junit");
    EXPECT_EQ(elements(xml, "failure"), 1U);
    EXPECT_EQ(elements(xml, "error"), 0U);
    EXPECT_EQ(attributeOf(xml, "testsuite", "failures"), "1");
    EXPECT_EQ(attributeOf(xml, "testcase", "name"), "all/ContainerCreate");
    EXPECT_THAT(
        attributeOf(xml, "failure", "message"),
        HasSubstr("expected status 403, and nothing at the daemon; got status 200, the daemon saw it"));
    EXPECT_THAT(xml, HasSubstr("must not forward POST /containers/create"));
}

TEST_F(Reports, JsonShowsFailuresWithTheBytesOfBothSides) {
    run({"forwards-all"}, "r", granted);
    const RunResult result = readJson(path("r.json"));
    ASSERT_EQ(result.targets.size(), 1U);
    EXPECT_EQ(result.targets[0].tally().failedRequired, 15U); // 5 methods, 3 prefixes
    EXPECT_EQ(result.targets[0].tally().errors, 0U);
    ASSERT_FALSE(result.targets[0].examples().empty());
    const Result& example = result.targets[0].examples().front();
    EXPECT_THAT(example.sent, HasSubstr("/containers/create HTTP/1.1\r\n"));
    EXPECT_THAT(example.forwarded, HasSubstr("/containers/create HTTP/1.1\r\n"));
    EXPECT_THAT(example.answer, HasSubstr("HTTP/1.1 200 OK\r\n"));
}

TEST_F(Reports, HtmlHoldsTheRun) {
    run({"forwards-all"}, "r", granted);
    const std::string page = read("r.html");
    EXPECT_THAT(page,
                AllOf(HasSubstr(R"("status":"fail")"), HasSubstr("must not forward POST /containers/create"),
                      Not(HasSubstr("@RUN@")), Not(HasSubstr("http://")), Not(HasSubstr("https://"))));
}

TEST_F(Reports, ErrorsAreNotFailures) {
    EXPECT_EQ(run({"dies-at-start"}, "r", granted).status, 2);
    const std::string xml = read("r.junit");
    EXPECT_EQ(elements(xml, "error"), 1U);
    EXPECT_EQ(elements(xml, "failure"), 0U);
    EXPECT_THAT(attributeOf(xml, "error", "message"), HasSubstr("no such grant"));
    const auto tally = readJson(path("r.json")).targets[0].tally();
    EXPECT_EQ(tally.errors, 1U);
    EXPECT_EQ(tally.deviations(), 0U);
}

TEST_F(Reports, HardeningFailsInJunitOnlyWhenJudged) {
    const std::string id = "access/all.post0/ContainerAttachWebsocket/GET";
    run({"forwards-all"}, "lax", id);
    EXPECT_EQ(elements(read("lax.junit"), "failure"), 0U);
    EXPECT_EQ(elements(read("lax.junit"), "skipped"), 1U);
    run({"forwards-all"}, "strict", id, "hardening");
    EXPECT_EQ(elements(read("strict.junit"), "failure"), 1U);
}

TEST_F(Reports, TargetsStandSideBySide) {
    const auto printed = run({"forwards-all", "denies-all"}, "r", granted);
    EXPECT_EQ(printed.status, 1);
    EXPECT_THAT(printed.text, HasSubstr("forwards-all                        denies-all"));
    EXPECT_EQ(readJson(path("r.json")).targets.size(), 2U);
    EXPECT_EQ(attributeOf(read("r.junit"), "testsuite", "name"), "forwards-all.access");
    const auto changed = runProgram({"compare", path("r.json")});
    EXPECT_EQ(changed.status, 1) << changed.text; // it denies what is granted, too
    EXPECT_THAT(changed.text, HasSubstr("access/all/ContainerCreate"));
}

TEST_F(Reports, AreWrittenAnewFromJson) {
    run({"forwards-all"}, "r", granted);
    EXPECT_EQ(runProgram({"render", path("r.json"), "--junit", path("x.junit"), "--html", path("x.html"),
                          "--json", path("x.json")})
                  .status,
              0);
    for (const char* kind : {".json", ".junit", ".html"})
        EXPECT_EQ(read(std::string("r") + kind), read(std::string("x") + kind)) << kind;
}

TEST_F(Reports, CompareTellsRegressions) {
    run({"forwards-all"}, "good", "access/all.post1/Container");
    run({"denies-all"}, "bad", "access/all.post1/Container");
    const auto worse = runProgram({"compare", path("good.json"), path("bad.json")});
    EXPECT_EQ(worse.status, 1);
    EXPECT_THAT(worse.text, AllOf(HasSubstr("worse: "), HasSubstr("0 of 21 deviate  →  21 of 21 deviate")));
    const auto better = runProgram({"compare", path("bad.json"), path("good.json")});
    EXPECT_EQ(better.status, 0);
    EXPECT_THAT(better.text, HasSubstr("better: "));
    const auto same = runProgram({"compare", path("good.json"), path("good.json")});
    EXPECT_EQ(same.status, 0);
    EXPECT_THAT(same.text, HasSubstr("nothing changed"));
}

TEST_F(Reports, CompareTellsTheDates) {
    run({"forwards-all"}, "now", granted);
    auto text = read("now.json");
    const std::string day = "\"" + readJson(path("now.json")).began.substr(0, 10);
    for (auto at = text.find(day); at != std::string::npos; at = text.find(day))
        text.replace(at, 5, "\"1999");
    std::ofstream(path("then.json")) << text;
    EXPECT_THAT(runProgram({"compare", path("then.json"), path("now.json")}).text,
                AllOf(HasSubstr("forwards-all, judged 1999-"),
                      HasSubstr("→  forwards-all, judged " + day.substr(1))));
}

TEST_F(Reports, CompareWithErrorsIsNoVerdict) {
    run({"forwards-all"}, "good", granted);
    run({"dies-at-start"}, "dead", granted);
    EXPECT_EQ(runProgram({"compare", path("good.json"), path("dead.json")}).status, 2);
}

TEST_F(Reports, PathsAreTriedBeforeTheRun) {
    const auto outcome = runProgram(
        {"run", "--target", target("never-listens"), "--html", path("no/such/folder.html"), "--id", granted});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text, AllOf(HasSubstr("--html"), HasSubstr("/no/such/folder.html cannot be written"),
                                    Not(HasSubstr("does not accept"))));
    EXPECT_EQ(runProgram({"run", "--target", target("forwards-all"), "--json", folder_.path()}).status, 2);
    const auto twice =
        runProgram({"run", "--target", target("forwards-all"), "--json", path("one"), "--html", path("one")});
    EXPECT_THAT(twice.text, HasSubstr("two reports cannot be written to one file"));
    EXPECT_FALSE(std::filesystem::exists(path("one"))); // trying leaves nothing behind
}

// Cut anywhere: told by the file's name, and what was written before is still there.
TEST_F(Reports, DamagedOnesAreToldAndNoPageIsHalf) {
    run({"forwards-all"}, "r", granted);
    const auto whole = read("r.json");
    const auto page = read("r.html");
    for (const auto size : {std::size_t{0}, whole.size() / 3, whole.size() / 2, whole.size() - 3}) {
        std::ofstream(path("cut.json"), std::ios::trunc) << whole.substr(0, size);
        const auto rendered =
            runProgram({"render", path("r.json"), path("cut.json"), "--html", path("r.html")});
        EXPECT_EQ(rendered.status, 2);
        EXPECT_THAT(rendered.text, HasSubstr("/cut.json:"));
        EXPECT_EQ(read("r.html"), page);
        for (const bool first : {false, true}) {
            const auto other = path(first ? "r.json" : "cut.json");
            const auto compared = runProgram({"compare", path(first ? "cut.json" : "r.json"), other});
            EXPECT_EQ(compared.status, 2);
            EXPECT_THAT(compared.text, HasSubstr("/cut.json:"));
        }
    }
}

TEST_F(Reports, TwoOfOneNameAreTold) {
    run({"forwards-all"}, "r", granted);
    std::filesystem::copy(path("r.json"), path("later.json"));
    const auto rendered =
        runProgram({"render", path("r.json"), path("later.json"), "--html", path("both.html")});
    EXPECT_EQ(rendered.status, 2);
    EXPECT_THAT(rendered.text, AllOf(HasSubstr("two targets are called \"forwards-all\""),
                                     HasSubstr("/r.json"), HasSubstr("/later.json")));
    EXPECT_FALSE(std::filesystem::exists(path("both.html")));
    const auto twice = runProgram(
        {"run", "--target", target("forwards-all"), "--target", target("forwards-all"), "--id", granted});
    EXPECT_EQ(twice.status, 2);
    EXPECT_THAT(twice.text, HasSubstr("two targets are called \"forwards-all\""));
}

// A reader meanwhile, a full disk, a program that is ended: the name leads to a whole report or to none.
TEST_F(Reports, TheFormerOneIsThereUntilTheNextIsWhole) {
    run({"forwards-all"}, "r", granted);
    std::filesystem::create_hard_link(path("r.html"), path("kept.html"));
    std::filesystem::create_symlink(path("r.html"), path("link.html"));
    const auto before = read("r.html");
    ASSERT_EQ(runProgram({"render", path("r.json"), "--html", path("link.html")}).status, 0);
    EXPECT_TRUE(std::filesystem::is_symlink(path("link.html")));
    EXPECT_EQ(std::filesystem::hard_link_count(path("kept.html")), 1U) << "written over";
    EXPECT_EQ(read("kept.html"), before);
    const std::filesystem::directory_iterator left(folder_.path());
    EXPECT_TRUE(std::none_of(begin(left), end(left),
                             [](const auto& entry) { return entry.path().extension() == ".part"; }));
}

TEST_F(Reports, AreTheirsWhoseTheFolderIs) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    constexpr uid_t theirs = 4321;
    ASSERT_EQ(::chown(folder_.path().c_str(), theirs, theirs), 0);
    run({"forwards-all"}, "r", granted);
    struct stat report {};
    ASSERT_EQ(::stat(path("r.html").c_str(), &report), 0);
    EXPECT_EQ(report.st_uid, theirs);
    EXPECT_EQ(report.st_gid, theirs);
}

TEST_F(Reports, FullDiskIsTold) {
    const auto outcome = runProgram({"run", "--target", target("forwards-all"), "--json", "/dev/full", "--id",
                                     "access/all.post1/ContainerList"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.text, HasSubstr("/dev/full cannot be written"));
}

struct Broken {
    const char* text;
    const char* message;
};

TEST(Json, BrokenReportsAreNamed) {
    const Broken rows[] = {
        {"{", "x.json:1: not JSON: "},
        {"{\"format\":\n}", "x.json:2: not JSON: "},
        {"[]", "x.json: the report must be an object"},
        {"{}", R"(x.json: the report has no "format")"},
        {R"({"format": "other"})", R"(x.json: the report has the format "other")"},
        {R"({"a": 1, "format": "socket-proxy-conformance 2"})",
         R"(x.json: the report is of the format "socket-proxy-conformance 2", and this program reads )"},
        {R"({"format": "socket-proxy-conformance 1"})", R"(must have "targets")"},
        {R"({"format": "socket-proxy-conformance 1", "target": []})", R"(has the unknown key "target")"},
    };
    const Broken targets[] = {
        {R"({"cases": [{"id": "a/b", "level": "must"}]})", R"("level" is no level)"},
        {R"({"cells": [{"family": "a", "went": [[3, 1]]}]})", "an outcome that is not there"},
        {R"({"outcomes": [{}], "cells": [{"family": "a", "went": [[0, 1]]}, {"family": "a", "went": [[0, 1]]}]})",
         R"("cells" holds a// twice)"},
        {R"({"cases": [{"id": "a/b"}, {"id": "a/b"}]})", R"("cases" holds "a/b" twice)"},
        {R"({"summary": {"cases": 2, "passed": 2}, "cases": [{"id": "a/b"}]})",
         "is not the sum of its cases"},
        {R"({"name": "a"}, {"name": "a"})", R"("targets" holds two targets "a")"},
    };
    const auto expectRefused = [](const Broken& row) {
        try {
            std::ignore = parseJsonReport(row.text, "x.json");
            ADD_FAILURE() << "accepted: " << row.text;
        } catch (const ReportError& error) {
            EXPECT_THAT(error.what(), HasSubstr(row.message));
        }
    };
    for (const auto& row : rows) expectRefused(row);
    for (const auto& row : targets) {
        const auto text =
            R"({"format": "socket-proxy-conformance 1", "targets": [)" + std::string(row.text) + "]}";
        expectRefused({text.c_str(), row.message});
    }
}

Result caseOf(const std::string& id, Status status, std::string got) {
    Result result;
    result.id = id;
    result.status = status;
    result.got = std::move(got);
    return result;
}

RunResult oneTarget(std::vector<Result> results) {
    RunResult run;
    run.targets.resize(1);
    for (auto& result : results) run.targets[0].add(std::move(result));
    return run;
}

TEST(Json, AnyBytesComeBack) {
    Result result = caseOf("framing/all-bytes", Status::fail, "\xff\x01 \xc3\xa4 \xef\xbf\xbf </script>");
    for (int byte = 0; byte < 256; ++byte) result.sent.push_back(static_cast<char>(byte));
    std::ostringstream text;
    writeJson(text, oneTarget({result}));
    const auto again = parseJsonReport(text.str(), "x.json");
    EXPECT_EQ(again.targets[0].results()[0].sent, result.sent);
    EXPECT_EQ(again.targets[0].results()[0].got, "\\xff\\x01 \xc3\xa4 \\xef\\xbf\\xbf </script>");
}

// Of a case by itself, and of one in a cell. A report with known deviations could be written, and not read.
TEST(Json, EveryMemberComesBack) {
    for (const std::string id : {"framing/one", "access/one"}) {
        Result result = caseOf(id, Status::fail, "200");
        result.level = Level::hardening;
        result.known = true;
        result.sentence = "must not";
        result.variable = "POST";
        result.operation = "ContainerList";
        result.expected = "403";
        result.before = "a request";
        result.sent = result.answer = result.forwarded = result.reply = "bytes";
        result.duration = std::chrono::microseconds(7);
        std::ostringstream once;
        writeJson(once, oneTarget({result}));
        EXPECT_THAT(once.str(), HasSubstr(R"("known":true)"));
        std::ostringstream twice;
        writeJson(twice, parseJsonReport(once.str(), "x.json"));
        EXPECT_EQ(twice.str(), once.str());
        EXPECT_EQ(parseJsonReport(once.str(), "x.json").targets[0].tally().known, 1U);
    }
}

// What was written before 2026-11-26 says 1.
TEST(Json, FlagsOfOlderReportsAreRead) {
    const auto report = [](const std::string& flag) {
        return R"({"format": "socket-proxy-conformance 1", "targets": [{"cases": [{"id": "a/b", "status": "fail", "known": )" +
               flag + "}]}]}";
    };
    EXPECT_TRUE(parseJsonReport(report("1"), "x.json").targets[0].results()[0].known);
    EXPECT_TRUE(parseJsonReport(report("true"), "x.json").targets[0].results()[0].known);
    EXPECT_FALSE(parseJsonReport(report("false"), "x.json").targets[0].results()[0].known);
    for (const char* flag : {"2", "\"1\"", "null"})
        EXPECT_THROW(std::ignore = parseJsonReport(report(flag), "x.json"), ReportError) << flag;
}

TEST(Junit, TakesAnyBytes) {
    std::ostringstream text;
    writeJunit(text, oneTarget({caseOf("framing/x", Status::fail, std::string("\0\x1b\xff]]>&<\"", 9))}));
    EXPECT_EQ(elements(text.str(), "failure"), 1U);
}

TEST(Junit, EveryStatusHasItsElement) {
    std::ostringstream text;
    writeJunit(text, oneTarget({caseOf("f/pass", Status::pass, ""), caseOf("f/fail", Status::fail, "x"),
                                caseOf("f/error", Status::error, "x"), caseOf("f/skip", Status::skip, "x"),
                                caseOf("f/disabled", Status::disabled, "x")}));
    EXPECT_EQ(elements(text.str(), "testcase"), 5U);
    EXPECT_EQ(elements(text.str(), "failure"), 1U);
    EXPECT_EQ(elements(text.str(), "error"), 1U);
    EXPECT_EQ(elements(text.str(), "skipped"), 2U);
}

TEST(Compare, CasesByStatus) {
    const auto before = oneTarget({caseOf("f/broke", Status::pass, ""), caseOf("f/mended", Status::fail, "x"),
                                   caseOf("f/gone", Status::pass, ""), caseOf("f/skipped", Status::pass, ""),
                                   caseOf("f/same", Status::fail, "x")});
    const auto after =
        oneTarget({caseOf("f/broke", Status::fail, "x"), caseOf("f/mended", Status::pass, ""),
                   caseOf("f/skipped", Status::skip, "no engine"), caseOf("f/new", Status::pass, ""),
                   caseOf("f/same", Status::fail, "y"), caseOf("f/new-bad", Status::fail, "x")});
    std::map<std::string, Change> found;
    for (const auto& one : differences(before.targets[0], after.targets[0])) found[one.what] = one.change;
    const std::map<std::string, Change> expected{{"f/broke", Change::worse}, {"f/mended", Change::better},
                                                 {"f/gone", Change::gone},   {"f/skipped", Change::gone},
                                                 {"f/new", Change::added},   {"f/new-bad", Change::worse}};
    EXPECT_EQ(found, expected);
}

// As many cases fail, but not the same ones.
TEST(Compare, NoticesOtherCasesInACell) {
    const CellKey key{"access", "IMAGES", "ImageList"};
    const Outcome failed{Level::required, Status::fail, false, "a", "b"};
    TargetResult before;
    TargetResult after;
    before.count(key, failed, 1);
    before.failed(key, failed, "access/on.IMAGES.post0/ImageList/GET/v1.24");
    after.count(key, failed, 1);
    after.failed(key, failed, "access/on.IMAGES.post0/ImageList/HEAD/v1.24");
    const auto list = differences(before, after);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].change, Change::worse);
    EXPECT_THAT(list[0].after, HasSubstr("others than before"));
}

TEST(Bytes, EscapesComeBack) {
    EXPECT_EQ(escaped("a\r\n\t\\\x7f\xff"), "a\\r\\n\\t\\\\\\x7f\\xff");
    EXPECT_EQ(unescaped("a\\r\\n\\t\\\\\\x7f\\xff"), "a\r\n\t\\\x7f\xff");
    for (const char* broken : {"\\", "\\q", "\\x", "\\x1", "\\xg0", "\\x-1"})
        EXPECT_THROW(std::ignore = unescaped(broken), std::invalid_argument) << broken;
}

} // namespace
