#include "conformance/commands.h"

#include "conformance/access/access.h"
#include "conformance/play/family.h"
#include "conformance/report/compare.h"
#include "conformance/report/console.h"
#include "conformance/report/json.h"
#include "conformance/target/target.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <unistd.h>

namespace conformance {
namespace {

constexpr std::string_view family = "access/";

// The cases meant by --id: "access/on.IMAGES.post0/ImageList" is one settings vector and a beginning of case
// ids.
struct Selection {
    std::vector<Settings> settings;
    std::string casePrefix;
};

Selection select(const std::string& id, Dialect dialect) {
    Selection selection{allSettings(dialect), {}};
    if (id.size() <= family.size()) {
        if (!family.starts_with(id)) selection.settings.clear();
        return selection;
    }
    const std::string rest = id.starts_with(family) ? id.substr(family.size()) : "\n";
    const auto slash = rest.find('/');
    const auto wanted = rest.substr(0, slash);
    std::erase_if(selection.settings, [&](const Settings& settings) {
        return slash == std::string::npos ? !idMatches(settings.id, wanted) : settings.id != wanted;
    });
    if (slash != std::string::npos) selection.casePrefix = rest.substr(slash + 1);
    return selection;
}

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
    if (!options.family.empty()) text += " --family " + options.family;
    if (!options.id.empty()) text += " --id " + options.id;
    return text;
}

bool meansAccess(const Options& options) {
    return (options.family.empty() || options.family == "access") &&
           (options.id.starts_with(family) || family.starts_with(options.id));
}

void judgeAccess(const Options& options, const Adapter& adapter, TargetResult& result, Baseline& baseline,
                 Progress& progress) {
    const Selection selection = select(options.id, adapter.dialect);
    const AccessPlan plan(Catalogue::builtin(), options.prefixes, selection.casePrefix);
    if (selection.settings.empty() || plan.cases().empty())
        throw UsageError("no case's id begins with '" + options.id + "'; list prints them");
    progress.begin("access", selection.settings.size());
    AccessRun access{adapter, plan, selection.settings, options.jobs, {}};
    access.done = [&](const SettingsOutcome& outcome) {
        record(result, access, outcome, baseline);
        progress.step(plan.cases().size(), outcome.failures.size());
    };
    runAccess(access);
}

TargetResult judge(const Options& options, const std::string& target, std::ostream& out) {
    Adapter adapter = readAdapter(target);
    replaceProgram(adapter, options.program);
    Baseline baseline = Baseline::read(adapter.baseline);
    TargetResult result;
    result.name = adapter.name;
    result.about = adapter.about;
    result.dialect = adapter.dialect;
    result.version = versionOf(adapter);
    out << adapter.name << " " << result.version << "\n";
    const auto began = std::chrono::steady_clock::now();
    Progress progress(out, ::isatty(STDOUT_FILENO) == 1);
    const auto cases = selectCases(options.family, options.id, adapter.dialect);
    if (cases.empty() || meansAccess(options)) judgeAccess(options, adapter, result, baseline, progress);
    judgeScripted(cases, options.jobs, adapter, result, baseline, progress);
    progress.finish();
    result.outdated = baseline.outdated();
    result.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    printSummary(out, result);
    return result;
}

} // namespace

int run(const Options& options, std::ostream& out) {
    checkWritable(options.reports);
    RunResult result;
    result.began = now();
    result.selection = selectionText(options);
    result.judged = options.level;
    // Mistakes in any adapter or baseline come to light before the first target is judged for minutes.
    for (const auto& target : options.targets) Baseline::read(readAdapter(target).baseline);
    int status = 0;
    for (const auto& target : options.targets) {
        result.targets.push_back(judge(options, target, out));
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
    for (const auto& input : options.inputs) {
        RunResult run = readJson(input);
        if (all.targets.empty()) {
            all.began = run.began;
            all.selection = run.selection;
            all.judged = run.judged;
        }
        for (auto& target : run.targets) {
            printSummary(out << target.name << " " << target.version << "\n", target);
            all.targets.push_back(std::move(target));
        }
    }
    if (all.targets.size() > 1) printComparison(out, all);
    write(options.reports, all);
    return 0;
}

int list(const Options& options, std::ostream& out) {
    for (const auto& one : selectCases(options.family, options.id, options.dialect)) out << one.id << "\n";
    if (!meansAccess(options)) return 0;
    const Selection selection = select(options.id, options.dialect);
    const AccessPlan plan(Catalogue::builtin(), options.prefixes, selection.casePrefix);
    for (const auto& settings : selection.settings)
        for (const auto& one : plan.cases()) out << family << settings.id << "/" << one.id << "\n";
    return 0;
}

int explain(const Options& options, std::ostream& out) {
    for (const auto& one : selectCases({}, options.id, options.dialect))
        if (one.id == options.id) {
            out << explanationOf(one);
            return 0;
        }
    const Selection selection = select(options.id, options.dialect);
    const AccessPlan plan(Catalogue::builtin(), Prefixes::all, selection.casePrefix);
    for (const auto& settings : selection.settings)
        for (const auto& one : plan.cases()) {
            if (std::string(family) + settings.id + "/" + one.id != options.id) continue;
            const auto expectation =
                Oracle(options.dialect, settings.environment).judge(one.method, one.target);
            out << options.id << "\n  the proxy " << sentenceOf(expectation, one)
                << "\n  settings: " << settings.about
                << "\n  not 0 in the environment:" << environmentText(settings.environment)
                << "\n  level:    " << nameOf(expectation.level) << "\n  rule:     " << expectation.rule
                << "\n  expected: " << expectedInWords(expectation) << "\n  the client sends:\n"
                << one.request;
            return 0;
        }
    throw UsageError("there is no case '" + options.id + "'; list prints them");
}

int commandLineMain(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
    try {
        const Options options = parseOptions(arguments);
        if (options.command == "run") return run(options, out);
        if (options.command == "compare") return compare(options, out);
        if (options.command == "render") return render(options, out);
        if (options.command == "list") return list(options, out);
        if (options.command == "explain") return explain(options, out);
        out << usage;
        return 0;
    } catch (const std::exception& error) {
        err << "socket-proxy-conformance: " << error.what() << "\n";
        return 2;
    }
}

} // namespace conformance
