#include "conformance/report/json.h"

#include "conformance/json.h"
#include "conformance/report/bytes.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/PrintHandler.h>

#include <charconv>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <tuple>

namespace conformance {
namespace {

const std::string formatKind = "socket-proxy-conformance ";
const std::string formatName = formatKind + "1";

// A member a line where it helps to read a difference; everything below stays on one line.
class Writer {
public:
    explicit Writer(std::ostream& out)
        : print_(out, 0, Poco::JSON_WRAP_STRINGS) {
        out << std::boolalpha; // Poco hands a bool to the stream as it is: 1, which is no JSON for true
    }

    void key(const char* name) { print_.key(name); }
    void begin() { print_.startObject(); }
    void end() { print_.endObject(); }
    void beginList() { print_.startArray(); }
    void endList() { print_.endArray(); }
    void number(std::uint64_t value) { print_.value(static_cast<Poco::UInt64>(value)); }
    void text(std::string_view value) { print_.value(std::string(value)); }
    void text(const char* name, std::string_view value) {
        key(name);
        text(value);
    }
    void number(const char* name, std::uint64_t value) {
        key(name);
        number(value);
    }
    void textUnlessEmpty(const char* name, std::string_view value) {
        if (!value.empty()) text(name, value);
    }
    void numberUnlessZero(const char* name, std::uint64_t value) {
        if (value != 0) number(name, value);
    }
    void flagIfSet(const char* name, bool value) {
        if (!value) return;
        key(name);
        print_.value(true);
    }

private:
    Poco::JSON::PrintHandler print_;
};

void writeResult(Writer& writer, const Result& result) {
    writer.begin();
    writer.text("id", result.id);
    writer.text("level", nameOf(result.level));
    writer.text("status", nameOf(result.status));
    writer.flagIfSet("known", result.known);
    writer.textUnlessEmpty("sentence", printable(result.sentence));
    writer.textUnlessEmpty("variable", result.variable);
    writer.textUnlessEmpty("operation", result.operation);
    writer.textUnlessEmpty("expected", printable(result.expected));
    writer.textUnlessEmpty("got", printable(result.got));
    writer.textUnlessEmpty("before", printable(result.before));
    writer.textUnlessEmpty("sent", escaped(result.sent));
    writer.textUnlessEmpty("answer", escaped(result.answer));
    writer.textUnlessEmpty("forwarded", escaped(result.forwarded));
    writer.textUnlessEmpty("reply", escaped(result.reply));
    writer.numberUnlessZero("duration_us", static_cast<std::uint64_t>(result.duration.count()));
    writer.end();
}

void writeResults(Writer& writer, const char* name, const std::vector<Result>& results) {
    writer.key(name);
    writer.beginList();
    for (const auto& result : results) writeResult(writer, result);
    writer.endList();
}

void writeSummary(Writer& writer, const Tally& tally) {
    writer.key("summary");
    writer.begin();
    writer.number("cases", tally.total());
    writer.number("passed", tally.passed);
    writer.number("failed_required", tally.failedRequired);
    writer.number("failed_hardening", tally.failedHardening);
    writer.number("known", tally.known);
    writer.number("observed", tally.observed);
    writer.number("skipped", tally.skipped);
    writer.number("disabled", tally.disabled);
    writer.number("errors", tally.errors);
    writer.end();
}

std::string hexadecimal(std::uint64_t value) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
    return {digits, end};
}

void writeOutcome(Writer& writer, const Outcome& outcome) {
    writer.begin();
    writer.text("level", nameOf(outcome.level));
    writer.text("status", nameOf(outcome.status));
    writer.flagIfSet("known", outcome.known);
    writer.textUnlessEmpty("expected", printable(outcome.expected));
    writer.textUnlessEmpty("got", printable(outcome.got));
    writer.end();
}

void writeCell(Writer& writer, const CellKey& key, const Cell& cell,
               const std::map<Outcome, std::uint64_t>& indexes) {
    writer.begin();
    writer.text("family", key.family);
    writer.textUnlessEmpty("variable", key.variable);
    writer.textUnlessEmpty("operation", key.operation);
    writer.key("went");
    writer.beginList();
    for (const auto& [outcome, cases] : cell.outcomes) {
        writer.beginList();
        writer.number(indexes.at(outcome));
        writer.number(cases);
        writer.endList();
    }
    writer.endList();
    if (cell.failing != 0) writer.text("failing", hexadecimal(cell.failing));
    writer.end();
}

void writeCells(Writer& writer, const TargetResult& target) {
    std::map<Outcome, std::uint64_t> indexes;
    writer.key("outcomes");
    writer.beginList();
    for (const auto& [key, cell] : target.cells()) {
        if (!cell.counted) continue;
        for (const auto& [outcome, cases] : cell.outcomes)
            if (indexes.try_emplace(outcome, indexes.size()).second) writeOutcome(writer, outcome);
    }
    writer.endList();
    writer.key("cells");
    writer.beginList();
    for (const auto& [key, cell] : target.cells())
        if (cell.counted) writeCell(writer, key, cell, indexes);
    writer.endList();
}

void writeTarget(Writer& writer, const TargetResult& target) {
    writer.begin();
    writer.text("name", printable(target.name));
    writer.text("about", printable(target.about));
    writer.text("version", printable(target.version));
    writer.text("began", target.began);
    writer.text("dialect", nameOf(target.dialect));
    writer.number("elapsed_ms", static_cast<std::uint64_t>(target.elapsed.count()));
    writer.number("starts", target.started);
    writer.number("start_us", static_cast<std::uint64_t>(target.starts.count()));
    writer.key("outdated");
    writer.beginList();
    for (const auto& row : target.outdated) writer.text(row);
    writer.endList();
    if (!target.left.empty()) {
        writer.key("left");
        writer.beginList();
        for (const auto& [name, times] : target.left) {
            writer.beginList();
            writer.text(printable(name));
            writer.number(times);
            writer.endList();
        }
        writer.endList();
    }
    writeSummary(writer, target.tally());
    writeCells(writer, target);
    writeResults(writer, "examples", target.examples());
    writeResults(writer, "cases", target.results());
    writer.end();
}

// ---- Reading ------------------------------------------------------------------------------------

using Json = Poco::Dynamic::Var;

[[noreturn]] void fail(const std::string& what) {
    throw std::invalid_argument(what);
}

std::string textOf(const Json& value) {
    if (!value.isString()) fail("must be a string");
    return value.extract<std::string>();
}

std::uint64_t numberOf(const Json& value) {
    if (!value.isInteger() || (value.isSigned() && value.convert<Poco::Int64>() < 0))
        fail("must be a whole number");
    return value.convert<Poco::UInt64>();
}

// 1 stands for true in reports from before 2026-11-26.
bool flagOf(const Json& value) {
    if (value.isInteger() && numberOf(value) == 1) return true;
    if (!value.isBoolean()) fail("must be true or false");
    return value.convert<bool>();
}

Level levelOf(const Json& value) {
    const auto level = levelNamed(textOf(value));
    if (!level) fail("is no level");
    return *level;
}

Status statusOf(const Json& value) {
    const auto status = statusNamed(textOf(value));
    if (!status) fail("is no status");
    return *status;
}

std::uint64_t fingerprint(const Json& value) {
    const std::string text = textOf(value);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    if (error != std::errc() || end != text.data() + text.size()) fail("must be hexadecimal");
    return number;
}

const Poco::JSON::Array& listIn(const Json& value) {
    if (value.type() != typeid(Poco::JSON::Array::Ptr)) fail("must be a list");
    return *value.extract<Poco::JSON::Array::Ptr>();
}

template <typename Into>
using Setters = std::map<std::string, std::function<void(Into&, const Json&)>, std::less<>>;

template <typename Into>
void readObject(const Json& value, const Setters<Into>& setters, Into& into) {
    if (value.type() != typeid(Poco::JSON::Object::Ptr)) fail("must be an object");
    for (const auto& [key, member] : *value.extract<Poco::JSON::Object::Ptr>()) {
        const auto known = setters.find(key);
        if (known == setters.end()) fail("has the unknown key \"" + key + "\"");
        try {
            known->second(into, member);
        } catch (const std::invalid_argument& error) {
            fail("\"" + key + "\" " + error.what());
        }
    }
}

Result readResult(const Json& value) {
    static const Setters<Result> setters{
        {"id", [](Result& r, const Json& v) { r.id = textOf(v); }},
        {"level", [](Result& r, const Json& v) { r.level = levelOf(v); }},
        {"status", [](Result& r, const Json& v) { r.status = statusOf(v); }},
        {"known", [](Result& r, const Json& v) { r.known = flagOf(v); }},
        {"sentence", [](Result& r, const Json& v) { r.sentence = textOf(v); }},
        {"variable", [](Result& r, const Json& v) { r.variable = textOf(v); }},
        {"operation", [](Result& r, const Json& v) { r.operation = textOf(v); }},
        {"expected", [](Result& r, const Json& v) { r.expected = textOf(v); }},
        {"got", [](Result& r, const Json& v) { r.got = textOf(v); }},
        {"before", [](Result& r, const Json& v) { r.before = textOf(v); }},
        {"sent", [](Result& r, const Json& v) { r.sent = unescaped(textOf(v)); }},
        {"answer", [](Result& r, const Json& v) { r.answer = unescaped(textOf(v)); }},
        {"forwarded", [](Result& r, const Json& v) { r.forwarded = unescaped(textOf(v)); }},
        {"reply", [](Result& r, const Json& v) { r.reply = unescaped(textOf(v)); }},
        {"duration_us",
         [](Result& r, const Json& v) { r.duration = std::chrono::microseconds(numberOf(v)); }},
    };
    Result result;
    readObject(value, setters, result);
    if (result.id.empty()) fail("must have an \"id\"");
    return result;
}

Outcome readOutcome(const Json& value) {
    static const Setters<Outcome> setters{
        {"level", [](Outcome& o, const Json& v) { o.level = levelOf(v); }},
        {"status", [](Outcome& o, const Json& v) { o.status = statusOf(v); }},
        {"known", [](Outcome& o, const Json& v) { o.known = flagOf(v); }},
        {"expected", [](Outcome& o, const Json& v) { o.expected = textOf(v); }},
        {"got", [](Outcome& o, const Json& v) { o.got = textOf(v); }},
    };
    Outcome outcome;
    readObject(value, setters, outcome);
    return outcome;
}

struct RawCell {
    CellKey key;
    std::uint64_t failing = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> went;
};

void readWent(RawCell& cell, const Json& value) {
    for (const auto& entry : listIn(value)) {
        const auto& pair = listIn(entry);
        if (pair.size() != 2) fail("must be pairs");
        cell.went.emplace_back(numberOf(pair.get(0)), numberOf(pair.get(1)));
    }
}

RawCell readCell(const Json& value) {
    static const Setters<RawCell> setters{
        {"family", [](RawCell& c, const Json& v) { c.key.family = textOf(v); }},
        {"variable", [](RawCell& c, const Json& v) { c.key.variable = textOf(v); }},
        {"operation", [](RawCell& c, const Json& v) { c.key.operation = textOf(v); }},
        {"failing", [](RawCell& c, const Json& v) { c.failing = fingerprint(v); }},
        {"went", readWent},
    };
    RawCell cell;
    readObject(value, setters, cell);
    return cell;
}

Tally readSummary(const Json& value) {
    static const Setters<Tally> setters{
        {"cases", [](Tally&, const Json& v) { std::ignore = numberOf(v); }},
        {"passed", [](Tally& t, const Json& v) { t.passed = numberOf(v); }},
        {"failed_required", [](Tally& t, const Json& v) { t.failedRequired = numberOf(v); }},
        {"failed_hardening", [](Tally& t, const Json& v) { t.failedHardening = numberOf(v); }},
        {"known", [](Tally& t, const Json& v) { t.known = numberOf(v); }},
        {"observed", [](Tally& t, const Json& v) { t.observed = numberOf(v); }},
        {"skipped", [](Tally& t, const Json& v) { t.skipped = numberOf(v); }},
        {"disabled", [](Tally& t, const Json& v) { t.disabled = numberOf(v); }},
        {"errors", [](Tally& t, const Json& v) { t.errors = numberOf(v); }},
    };
    Tally tally;
    readObject(value, setters, tally);
    return tally;
}

// Members come in any order: cells are put together when the outcomes are known.
struct RawTarget {
    TargetResult target;
    std::optional<Tally> summary;
    std::set<std::string, std::less<>> ids; // of the cases
    std::vector<Outcome> outcomes;
    std::vector<RawCell> cells;
};

template <typename Each>
void eachOf(const Json& value, Each each) {
    for (const auto& entry : listIn(value)) each(entry);
}

void readDialect(RawTarget& raw, const Json& value) {
    const auto dialect = dialectNamed(textOf(value));
    if (!dialect) fail("is no dialect");
    raw.target.dialect = *dialect;
}

void readLeft(RawTarget& raw, const Json& value) {
    eachOf(value, [&](const Json& one) {
        const auto& pair = listIn(one);
        if (pair.size() != 2) fail("must be pairs");
        raw.target.left[textOf(pair.get(0))] = numberOf(pair.get(1));
    });
}

void readCase(RawTarget& raw, const Json& value) {
    auto result = readResult(value);
    if (!raw.ids.insert(result.id).second) fail("holds \"" + result.id + "\" twice");
    raw.target.add(std::move(result));
}

void putCellsTogether(RawTarget& raw) {
    for (const auto& cell : raw.cells) {
        if (raw.target.cells().contains(cell.key))
            fail("\"cells\" holds " + cell.key.family + "/" + cell.key.variable + "/" + cell.key.operation +
                 " twice");
        for (const auto& [index, cases] : cell.went) {
            if (index >= raw.outcomes.size()) fail("\"went\" names an outcome that is not there");
            raw.target.count(cell.key, raw.outcomes[index], cases);
        }
        raw.target.restore(cell.key, cell.failing);
    }
}

TargetResult readTarget(const Json& value) {
    static const Setters<RawTarget> setters{
        {"name", [](RawTarget& t, const Json& v) { t.target.name = textOf(v); }},
        {"about", [](RawTarget& t, const Json& v) { t.target.about = textOf(v); }},
        {"version", [](RawTarget& t, const Json& v) { t.target.version = textOf(v); }},
        {"began", [](RawTarget& t, const Json& v) { t.target.began = textOf(v); }},
        {"dialect", readDialect},
        {"elapsed_ms",
         [](RawTarget& t, const Json& v) { t.target.elapsed = std::chrono::milliseconds(numberOf(v)); }},
        {"starts", [](RawTarget& t, const Json& v) { t.target.started = numberOf(v); }},
        {"start_us",
         [](RawTarget& t, const Json& v) { t.target.starts = std::chrono::microseconds(numberOf(v)); }},
        {"outdated",
         [](RawTarget& t, const Json& v) {
             eachOf(v, [&](const Json& row) { t.target.outdated.push_back(textOf(row)); });
         }},
        {"left", readLeft},
        {"summary", [](RawTarget& t, const Json& v) { t.summary = readSummary(v); }},
        {"outcomes",
         [](RawTarget& t, const Json& v) {
             eachOf(v, [&](const Json& one) { t.outcomes.push_back(readOutcome(one)); });
         }},
        {"cells",
         [](RawTarget& t, const Json& v) {
             eachOf(v, [&](const Json& one) { t.cells.push_back(readCell(one)); });
         }},
        {"examples",
         [](RawTarget& t, const Json& v) {
             eachOf(v, [&](const Json& one) { t.target.keep(readResult(one)); });
         }},
        {"cases", [](RawTarget& t, const Json& v) { eachOf(v, [&](const Json& one) { readCase(t, one); }); }},
    };
    RawTarget raw;
    readObject(value, setters, raw);
    putCellsTogether(raw);
    if (raw.summary && *raw.summary != raw.target.tally())
        fail("has a \"summary\" that is not the sum of its cases: something is missing");
    return std::move(raw.target);
}

// Before anything else is looked at: another version's keys would be called unknown.
void checkFormat(const Json& value) {
    if (value.type() != typeid(Poco::JSON::Object::Ptr)) fail("must be an object");
    const auto& report = *value.extract<Poco::JSON::Object::Ptr>();
    if (!report.has("format")) fail("has no \"format\": it is none that run --json wrote");
    const auto format = textOf(report.get("format"));
    if (format == formatName) return;
    if (format.starts_with(formatKind))
        fail("is of the format \"" + format + "\", and this program reads \"" + formatName +
             "\": it is to be read by the version that wrote it, or judged anew");
    fail("has the format \"" + format + "\", where \"" + formatName + "\" is needed");
}

void readTargets(RunResult& run, const Json& value) {
    std::set<std::string> names;
    for (const auto& one : listIn(value)) {
        run.targets.push_back(readTarget(one));
        const auto& name = run.targets.back().name;
        if (!names.insert(name).second) fail("holds two targets \"" + name + "\"");
    }
}

RunResult readRun(const Json& value) {
    static const Setters<RunResult> setters{
        {"format", [](RunResult&, const Json&) {}},
        {"began", [](RunResult& r, const Json& v) { r.began = textOf(v); }},
        {"selection", [](RunResult& r, const Json& v) { r.selection = textOf(v); }},
        {"judged", [](RunResult& r, const Json& v) { r.judged = levelOf(v); }},
        {"targets", readTargets},
    };
    checkFormat(value);
    RunResult run;
    readObject(value, setters, run);
    if (run.targets.empty()) fail("must have \"targets\"");
    for (auto& target : run.targets)
        if (target.began.empty()) target.began = run.began; // as written before targets had it
    return run;
}

} // namespace

void writeJson(std::ostream& out, const RunResult& run) {
    Writer writer(out);
    writer.begin();
    writer.text("format", formatName);
    writer.text("began", run.began);
    writer.text("selection", run.selection);
    writer.text("judged", nameOf(run.judged));
    writer.key("targets");
    writer.beginList();
    for (const auto& target : run.targets) writeTarget(writer, target);
    writer.endList();
    writer.end();
    out << "\n";
}

RunResult parseJsonReport(const std::string& text, const std::string& file) {
    try {
        return readRun(parseJson(text).value);
    } catch (const JsonError& error) {
        throw ReportError(file + ":" + std::to_string(error.line()) + ": " + error.what());
    } catch (const std::invalid_argument& error) {
        throw ReportError(file + ": the report " + error.what());
    }
}

RunResult readJson(const std::string& file) {
    std::ifstream stream(file);
    if (!stream) throw ReportError(file + ": cannot be read; a report that run --json wrote is needed");
    return parseJsonReport({std::istreambuf_iterator<char>(stream), {}}, file);
}

} // namespace conformance
