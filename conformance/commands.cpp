#include "conformance/commands.h"

#include "conformance/access/access.h"
#include "conformance/play/family.h"
#include "conformance/report/compare.h"
#include "conformance/report/console.h"
#include "conformance/report/json.h"
#include "conformance/selection.h"
#include "conformance/target/engine.h"
#include "conformance/target/target.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <ostream>
#include <sstream>
#include <unistd.h>

namespace conformance {
namespace {

std::string environmentText(const Environment& environment) {
    std::string text;
    for (const auto& [name, value] : environment)
        if (value != "0") text.append(" ").append(name).append("=").append(value);
    return text.empty() ? " none" : text;
}

void replaceProgram(Adapter& adapter, const std::string& program) {
    if (program.empty() || adapter.command.empty()) return;
    if (!adapter.version.empty() && adapter.version.front() == adapter.command.front())
        adapter.version.front() = program;
    adapter.command.front() = program;
}

std::string now() {
    return Poco::DateTimeFormatter::format(Poco::Timestamp(), Poco::DateTimeFormat::ISO8601_FORMAT);
}

std::string selectionText(const Options& options) {
    std::string text = options.prefixes == Prefixes::all ? "--prefixes all" : "--prefixes default";
    for (const auto& family : options.families) text += " --family " + family;
    for (const auto& id : options.ids) text += " --id " + id;
    return text;
}

void judgeAccess(const AccessSelection& selected, int jobs, const Adapter& adapter, TargetResult& result,
                 Baseline& baseline, Progress& progress) {
    progress.begin(std::string(selected.family), selected.settings.size());
    AccessRun access{selected.family, adapter, selected.plan, selected.settings, jobs, {}};
    access.done = [&](const SettingsOutcome& outcome) {
        record(result, access, outcome, baseline);
        progress.step(selected.plan.judged(), outcome.failures.size());
    };
    runAccess(access);
}

// What a target is not judged by: cases by family and the capability that it does not declare.
using NotJudged = std::map<std::pair<std::string, std::string>, std::uint64_t>;

// A target, and all that can be mistaken about it.
struct Subject {
    Adapter adapter;
    Baseline baseline;
    Selection cases;
    NotJudged notJudged{};
};

void setAside(Subject& subject) {
    const Adapter& adapter = subject.adapter;
    std::erase_if(subject.cases.scripted, [&](const Case& one) {
        const auto missing = adapter.missing(one.capabilities);
        if (!missing.empty()) ++subject.notJudged[{std::string(familyOf(one.id)), missing}];
        return !missing.empty();
    });
    std::erase_if(subject.cases.access, [&](const AccessSelection& selected) {
        if (selected.family == accessFamily) return false;
        const auto missing = adapter.missing({std::string(selected.family)});
        if (!missing.empty())
            subject.notJudged[{std::string(selected.family), missing}] +=
                selected.settings.size() * selected.plan.judged();
        return !missing.empty();
    });
}

// Neither passed nor failed: one result a family, which says so.
Result unjudged(const NotJudged::value_type& part) {
    const auto& [family, capability] = part.first;
    Result result;
    result.id = family + (family == capability ? "" : "/" + capability);
    result.status = Status::disabled;
    result.sentence = "is judged by the family " + family + " where its adapter declares the capability";
    result.got =
        notJudged(capability) + ": " + std::to_string(part.second) + (part.second == 1 ? " case" : " cases");
    return result;
}

Subject subjectOf(const Options& options, Adapter adapter) {
    Subject subject{std::move(adapter), {}, {}};
    replaceProgram(subject.adapter, options.program);
    if (!options.baseline.empty()) subject.adapter.baseline = options.baseline;
    subject.baseline = Baseline::read(subject.adapter.baseline);
    subject.baseline.checkRows(subject.adapter.dialect);
    subject.cases = select(options.families, options.ids, subject.adapter.dialect, options.prefixes);
    setAside(subject);
    if (!subject.notJudged.empty() && subject.cases.scripted.empty() && subject.cases.access.empty()) {
        const std::string& capability = subject.notJudged.begin()->first.second;
        throw UsageError(subject.adapter.file + ": the adapter declares no capability \"" + capability +
                         "\", without which none of these cases is judged; where the proxy has it, add "
                         "\"capabilities\": [\"" +
                         capability + "\"]");
    }
    return subject;
}

TargetResult judge(const Options& options, Subject& subject, std::ostream& out) {
    const Adapter& adapter = subject.adapter;
    TargetResult result;
    result.name = adapter.name;
    result.about = adapter.about;
    result.dialect = adapter.dialect;
    result.version = versionOf(adapter);
    result.began = now();
    out << adapter.name << " " << result.version << "\n";
    const auto began = std::chrono::steady_clock::now();
    Progress progress(out, ::isatty(STDOUT_FILENO) == 1);
    for (const auto& selected : subject.cases.access)
        judgeAccess(selected, options.jobs, adapter, result, subject.baseline, progress);
    judgeScripted(subject.cases.scripted, options.jobs, adapter, result, subject.baseline, progress);
    progress.finish();
    for (const auto& part : subject.notJudged) result.add(unjudged(part));
    result.outdated = subject.baseline.outdated();
    result.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    printSummary(out, result, options.level);
    return result;
}

std::string idOf(const AccessSelection& selected, const Settings& settings, const AccessCase& one) {
    return std::string(selected.family) + "/" + settings.id + "/" + one.id;
}

std::string explanationOf(const AccessSelection& selected, const Settings& settings, std::uint32_t number,
                          Dialect dialect) {
    const auto& one = selected.plan.cases()[number];
    const auto before = selected.plan.before(number, one.first);
    const auto expectation = Oracle(dialect, settings.environment).judge(one.method, one.target);
    std::ostringstream text;
    text << idOf(selected, settings, one) << "\n  the proxy " << sentenceOf(expectation, one)
         << "\n  settings: " << settings.about
         << "\n  not 0 in the environment:" << environmentText(settings.environment)
         << "\n  level:    " << nameOf(expectation.level) << "\n  rule:     " << expectation.rule
         << "\n  expected: " << expectedInWords(expectation)
         << (before.empty() ? ""
                            : "\n  before it on its connection, whether the others are run or not: " + before)
         << "\n  the client sends:\n"
         << one.request;
    return text.str();
}

std::string explanationOf(const std::string& id, const Options& options) {
    const Selection selection = select({}, {id}, options.dialect, options.prefixes);
    for (const auto& one : selection.scripted)
        if (one.id == id) return explanationOf(one);
    for (const auto& selected : selection.access)
        for (const auto& settings : selected.settings)
            for (std::uint32_t number = 0; number < selected.plan.cases().size(); ++number)
                if (idOf(selected, settings, selected.plan.cases()[number]) == id)
                    return explanationOf(selected, settings, number, options.dialect);
    throw UsageError("there is no case '" + id + "', only such whose ids begin so; list prints them");
}

// A page and a comparison tell targets apart by their names. `names`: the names so far, and where they stand.
void checkName(std::map<std::string, std::string>& names, const std::string& name, const std::string& file) {
    const auto [same, isNew] = names.emplace(name, file);
    if (!isNew)
        throw UsageError(
            "two targets are called \"" + name + "\", in " + same->second + " and in " + file +
            ": side by side their names must differ; compare tells what changed between two reports");
}

} // namespace

int run(const Options& options, std::ostream& out) {
    checkWritable(options.reports);
    RunResult result;
    result.began = now();
    result.selection = selectionText(options);
    result.judged = options.level;
    // Mistakes about any target come to light before the first one is judged for minutes.
    std::vector<Subject> subjects;
    std::map<std::string, std::string> names;
    std::vector<Adapter> adapters;
    for (const auto& target : options.targets) adapters.push_back(readAdapter(target));
    for (const auto& image : options.images) adapters.push_back(adapterOfImage(image, options.imagePort));
    for (auto& adapter : adapters) {
        checkName(names, adapter.name, adapter.file);
        subjects.push_back(subjectOf(options, std::move(adapter)));
    }
    for (const auto& subject : subjects) tryEngine(subject.adapter, out);
    int status = 0;
    for (auto& subject : subjects) {
        result.targets.push_back(judge(options, subject, out));
        status = std::max(status, exitStatus(result.targets.back(), options.level));
    }
    if (result.targets.size() > 1) printComparison(out, result);
    write(options.reports, result);
    return status;
}

int compare(const Options& options, std::ostream& out) {
    const RunResult before = readJson(options.inputs.front());
    if (options.inputs.size() == 1) {
        if (before.targets.size() != 2)
            throw UsageError(options.inputs.front() + " holds " + std::to_string(before.targets.size()) +
                             " targets, not two; give a second report to compare with");
        return printDifferences(out, before.targets[0], before.targets[1], options.level);
    }
    const RunResult after = readJson(options.inputs.back());
    if (before.selection != after.selection)
        out << "the runs had different cases: '" << before.selection << "' and '" << after.selection << "'\n";
    if (before.targets.size() == 1 && after.targets.size() == 1)
        return printDifferences(out, before.targets.front(), after.targets.front(), options.level);
    int status = 0;
    for (const auto& target : before.targets) {
        const auto same = std::find_if(after.targets.begin(), after.targets.end(),
                                       [&](const TargetResult& other) { return other.name == target.name; });
        if (same == after.targets.end()) {
            out << target.name << " is not in " << options.inputs.back() << "\n";
            status = std::max(status, 1);
        } else
            status = std::max(status, printDifferences(out, target, *same, options.level));
    }
    return status;
}

int render(const Options& options, std::ostream& out) {
    checkWritable(options.reports);
    RunResult all;
    std::map<std::string, std::string> names;
    for (const auto& input : options.inputs) {
        RunResult run = readJson(input);
        if (all.targets.empty()) {
            all.began = run.began;
            all.selection = run.selection;
            all.judged = run.judged;
        }
        for (auto& target : run.targets) {
            checkName(names, target.name, input);
            if (!options.reports.any())
                printSummary(out << target.name << " " << target.version << "\n", target, run.judged);
            all.targets.push_back(std::move(target));
        }
    }
    if (all.targets.size() > 1 && !options.reports.any()) printComparison(out, all);
    write(options.reports, all);
    return 0;
}

int list(const Options& options, std::ostream& out) {
    const Selection selection = select(options.families, options.ids, options.dialect, options.prefixes);
    for (const auto& one : selection.scripted) out << one.id << "\n";
    for (const auto& selected : selection.access)
        for (const auto& settings : selected.settings)
            for (const auto& one : selected.plan.cases())
                if (one.judged) out << idOf(selected, settings, one) << "\n";
    return 0;
}

int explain(const Options& options, std::ostream& out) {
    for (const auto& id : options.ids) out << explanationOf(id, options);
    return 0;
}

int commandLineMain(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
    try {
        const Options options = parseOptions(arguments);
        if (options.command == "run") return run(options, out);
        if (options.command == "compare") return compare(options, out);
        if (options.command == "render") return render(options, out);
        if (options.command == "list") return list(options, out);
        if (options.command == "explain") return explain(options, out);
        if (options.command == "version")
            out << "socket-proxy-conformance " << DSP_VERSION << "\n";
        else
            out << usageOf(options.inputs.empty() ? "" : options.inputs.front());
        return 0;
    } catch (const std::exception& error) {
        err << "socket-proxy-conformance: " << error.what() << "\n";
        return 2;
    }
}

} // namespace conformance
