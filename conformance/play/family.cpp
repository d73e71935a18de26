#include "conformance/play/family.h"

#include "conformance/play/run.h"

namespace conformance {
void judgeScripted(const std::vector<Case>& cases, int jobs, const Adapter& adapter, TargetResult& result,
                   Baseline& baseline, Progress& progress) {
    if (cases.empty()) return;
    progress.begin("scripts", cases.size());
    ScriptedRun run{adapter, cases, jobs, {}};
    run.done = [&](const Result& one) { progress.step(1, one.status == Status::fail ? 1 : 0); };
    auto outcome = runScripted(run);
    for (auto& one : outcome.results) {
        const bool judged = one.status == Status::pass || one.status == Status::fail;
        if (judged) baseline.ran(one.id, one.status == Status::pass);
        one.known = one.status == Status::fail && baseline.knows(one.id);
        result.add(std::move(one));
    }
    result.started += outcome.started;
    result.starts += outcome.starts;
    for (const auto& [name, times] : outcome.left) result.left[name] += times;
}

std::string explanationOf(const Case& one) {
    std::string text = one.id + "\n  the proxy " + one.sentence +
                       "\n  level:    " + std::string(nameOf(one.level)) +
                       (one.orElse.empty() ? "" : "\n  or else:  " + one.orElse) +
                       "\n  settings: " + (one.settings.empty() ? "defaults" : one.settings) +
                       "\n  from:     " + one.file + ":" + std::to_string(one.line) + "\n  steps:\n";
    for (const auto& step : one.steps) {
        text.append("    ").append(step.written).append("\n");
        if (step.written.ends_with(":")) text.append(step.bytes);
    }
    return text;
}

} // namespace conformance
