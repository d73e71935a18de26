#include "conformance/report/junit.h"

#include "conformance/report/bytes.h"

#include <Poco/SAX/AttributesImpl.h>
#include <Poco/XML/XMLWriter.h>

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace conformance {
namespace {

using Attributes = std::vector<std::pair<std::string, std::string>>;

// What one <testcase> says.
struct Entry {
    std::string name;
    std::string group;
    std::string element; // failure, error, skipped, or empty: it passed
    std::string message;
    std::string text;
    std::chrono::microseconds duration{0};
};

struct Suite {
    std::vector<Entry> entries;
    std::size_t count(std::string_view element) const {
        return static_cast<std::size_t>(std::count_if(
            entries.begin(), entries.end(), [&](const Entry& entry) { return entry.element == element; }));
    }
};

std::string secondsOf(std::chrono::microseconds time) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(3) << std::chrono::duration<double>(time).count();
    return text.str();
}

std::string elementOf(const Outcome& outcome, Level judged) {
    switch (outcome.status) {
    case Status::pass:
        return {};
    case Status::error:
        return "error";
    case Status::fail:
        return !outcome.known && outcome.level <= judged && outcome.level != Level::observed ? "failure"
                                                                                             : "skipped";
    case Status::disabled:
    case Status::skip:
        break;
    }
    return "skipped";
}

std::string reasonOf(const Outcome& outcome) {
    if (outcome.status == Status::error) return outcome.got;
    if (outcome.status != Status::fail) return std::string(nameOf(outcome.status)) + ": " + outcome.got;
    return std::string(outcome.known ? "known deviation, " : "") + std::string(nameOf(outcome.level)) +
           ": expected " + outcome.expected + "; got " + outcome.got;
}

std::string detailOf(const Result& result) {
    std::string text = result.id + "\nthe proxy " + result.sentence + "\nexpected: " + result.expected +
                       "\ngot:      " + result.got + "\n";
    if (!result.before.empty()) text += "before it on the connection: " + result.before + "\n";
    const std::pair<const char*, const std::string&> bytes[] = {{"client sent", result.sent},
                                                                {"client got", result.answer},
                                                                {"daemon got", result.forwarded},
                                                                {"daemon sent", result.reply}};
    for (const auto& [name, content] : bytes)
        if (!content.empty()) text.append(name).append(": ").append(escaped(content)).append("\n");
    return text;
}

Entry entryOf(const Result& result, Level judged) {
    const Outcome outcome{result.level, result.status, result.known, result.expected, result.got};
    Entry entry{result.id, result.variable, elementOf(outcome, judged), {}, {}, result.duration};
    if (!entry.element.empty()) entry.message = reasonOf(outcome);
    if (entry.element == "failure") entry.text = detailOf(result);
    return entry;
}

// The worst of a cell's outcomes speaks for it.
Entry entryOf(const CellKey& key, const Cell& cell, const TargetResult& target, Level judged) {
    Entry entry{key.variable + "/" + key.operation, key.variable, {}, {}, {}, {}};
    const auto rank = [](const std::string& element) {
        return element == "error" ? 3 : element == "failure" ? 2 : element == "skipped" ? 1 : 0;
    };
    std::uint64_t all = 0;
    std::uint64_t like = 0;
    for (const auto& [outcome, cases] : cell.outcomes) {
        all += cases;
        const std::string element = elementOf(outcome, judged);
        if (element.empty() || rank(element) < rank(entry.element)) continue;
        if (element != entry.element) {
            entry.element = element;
            entry.message = reasonOf(outcome);
            like = 0;
        }
        like += cases;
    }
    if (entry.element.empty()) return entry;
    entry.message = std::to_string(like) + " of " + std::to_string(all) + " cases, " + entry.message;
    for (const auto& example : target.examples())
        if (entry.element == "failure" && example.operation == key.operation &&
            example.variable == key.variable && familyOf(example.id) == key.family)
            entry.text += detailOf(example) + "\n";
    return entry;
}

std::map<std::string, Suite> suitesOf(const TargetResult& target, Level judged) {
    std::map<std::string, Suite> suites;
    for (const auto& [key, cell] : target.cells())
        if (cell.counted) suites[key.family].entries.push_back(entryOf(key, cell, target, judged));
    for (const auto& result : target.results())
        suites[std::string(familyOf(result.id))].entries.push_back(entryOf(result, judged));
    return suites;
}

class Xml {
public:
    explicit Xml(std::ostream& out)
        : writer_(out, Poco::XML::XMLWriter::WRITE_XML_DECLARATION | Poco::XML::XMLWriter::PRETTY_PRINT) {
        writer_.startDocument();
    }
    void begin(const char* name, const Attributes& attributes) {
        Poco::XML::AttributesImpl list;
        for (const auto& [key, value] : attributes) list.addAttribute("", "", key, "CDATA", printable(value));
        writer_.startElement("", "", name, list);
    }
    void end(const char* name) { writer_.endElement("", "", name); }
    void text(const std::string& content) { writer_.characters(printable(content)); }
    void finish() { writer_.endDocument(); }

private:
    Poco::XML::XMLWriter writer_;
};

void writeEntry(Xml& xml, const std::string& className, const Entry& entry) {
    xml.begin("testcase", {{"name", entry.name},
                           {"classname", entry.group.empty() ? className : className + "." + entry.group},
                           {"time", secondsOf(entry.duration)}});
    if (!entry.element.empty()) {
        Attributes attributes{{"message", entry.message}};
        if (entry.element != "skipped") attributes.emplace_back("type", entry.element);
        xml.begin(entry.element.c_str(), attributes);
        if (!entry.text.empty()) xml.text(entry.text);
        xml.end(entry.element.c_str());
    }
    xml.end("testcase");
}

} // namespace

void writeJunit(std::ostream& out, const RunResult& run) {
    Xml xml(out);
    xml.begin("testsuites", {{"name", "socket-proxy-conformance"}});
    for (const auto& target : run.targets)
        for (const auto& [family, suite] : suitesOf(target, run.judged)) {
            xml.begin("testsuite", {{"name", target.name + "." + family},
                                    {"tests", std::to_string(suite.entries.size())},
                                    {"failures", std::to_string(suite.count("failure"))},
                                    {"errors", std::to_string(suite.count("error"))},
                                    {"skipped", std::to_string(suite.count("skipped"))},
                                    {"timestamp", run.began},
                                    {"time", secondsOf(target.elapsed)}});
            for (const auto& entry : suite.entries) writeEntry(xml, target.name + "." + family, entry);
            xml.end("testsuite");
        }
    xml.end("testsuites");
    xml.finish();
    out << "\n";
}

} // namespace conformance
