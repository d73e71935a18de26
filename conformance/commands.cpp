#include "conformance/commands.h"

#include "conformance/access/access.h"
#include "conformance/report/console.h"
#include "conformance/target/target.h"

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
    judgeAccess(options, adapter, result, baseline, progress);
    progress.finish();
    result.outdated = baseline.outdated();
    result.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    printSummary(out, result);
    return result;
}

} // namespace

int run(const Options& options, std::ostream& out) {
    RunResult result;
    result.judged = options.level;
    result.targets.push_back(judge(options, options.target, out));
    return exitStatus(result.targets.front(), options.level);
}

int list(const Options& options, std::ostream& out) {
    const Selection selection = select(options.id, options.dialect);
    const AccessPlan plan(Catalogue::builtin(), options.prefixes, selection.casePrefix);
    for (const auto& settings : selection.settings)
        for (const auto& one : plan.cases()) out << family << settings.id << "/" << one.id << "\n";
    return 0;
}

int explain(const Options& options, std::ostream& out) {
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
