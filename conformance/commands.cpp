#include "conformance/commands.h"

#include "conformance/report/console.h"
#include "conformance/target/target.h"

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

int exitStatus(const Summary& summary, Level level) {
    if (!summary.errors.empty()) return 2;
    const bool unknown =
        summary.tally.failedRequired > summary.known.failedRequired ||
        (level != Level::required && summary.tally.failedHardening > summary.known.failedHardening);
    return unknown || !summary.outdated.empty() ? 1 : 0;
}

} // namespace

int run(const Options& options, std::ostream& out) {
    Adapter adapter = readAdapter(options.target);
    replaceProgram(adapter, options.program);
    Baseline baseline = Baseline::read(adapter.baseline);
    const Selection selection = select(options.id, adapter.dialect);
    const AccessPlan plan(Catalogue::builtin(), options.prefixes, selection.casePrefix);
    if (selection.settings.empty() || plan.cases().empty())
        throw UsageError("no case's id begins with '" + options.id + "'; list prints them");

    out << adapter.name << " " << versionOf(adapter) << "\n";
    const auto began = std::chrono::steady_clock::now();
    Progress progress(out, selection.settings.size(), ::isatty(STDOUT_FILENO) == 1);
    const AccessRun access{adapter, plan, selection.settings, options.jobs,
                           [&](const SettingsOutcome& outcome) { progress.step(outcome); }};
    const auto outcomes = runAccess(access);
    progress.finish();
    const Summary summary = summarize(access, outcomes, baseline);
    printSummary(
        out, access, outcomes, summary, baseline,
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began));
    return exitStatus(summary, options.level);
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
