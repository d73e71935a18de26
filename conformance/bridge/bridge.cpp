#include "conformance/bridge/bridge.h"

#include "conformance/access/access.h"
#include "conformance/play/run.h"
#include "conformance/selection.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

namespace conformance {
namespace {

constexpr std::string_view access = "access/";
constexpr int jobs = 2;

// Operations by themselves where the vector is about them: the variable's own, or
// all of them where none is special.
bool hasOwnGroup(const Settings& settings, const Operation& operation) {
    if (settings.varies == "none" || settings.varies == "all" || settings.varies == "defaults") return true;
    return !operation.variable.empty() &&
           (settings.varies == operation.variable || settings.varies == "but " + operation.variable);
}

void addAccessGroups(std::vector<CaseGroup>& groups, Dialect dialect) {
    for (const auto& settings : allSettings(dialect)) {
        const std::string id = std::string(access) + settings.id;
        groups.push_back(
            {id, "access", settings.varies, Level::required, "obeys the rules with " + settings.about});
        for (const auto& operation : Catalogue::builtin().operations())
            if (hasOwnGroup(settings, operation))
                groups.push_back({id + "/" + operation.id, "access", settings.varies, Level::required,
                                  "obeys the rules for " + operation.id + " with " + settings.about});
    }
}

struct Vector {
    std::string error = "was not run, for another had ended the run";
    std::vector<std::pair<std::string, std::string>> failures; // operation, what went wrong
};

using Vectors = std::map<std::string, Vector>; // by the settings' id

std::string vectorOf(std::string_view id) {
    id.remove_prefix(access.size());
    return std::string(id.substr(0, id.find('/')));
}

void note(Vectors& vectors, const AccessRun& run, const SettingsOutcome& outcome, Level judged) {
    Vector& vector = vectors[outcome.settings->id];
    vector.error = outcome.error.empty() ? outcome.skipped : outcome.error;
    for (const auto& failure : outcome.failures) {
        if (failure.expectation.level > judged) continue;
        const auto& one = run.plan.cases()[failure.number];
        vector.failures.emplace_back(one.operation->id, std::string(access) + outcome.settings->id + "/" +
                                                            one.id + ": " +
                                                            sentenceOf(failure.expectation, one) +
                                                            "; got: " + gotInWords(failure.observation));
    }
}

Vectors judgeVectors(const Adapter& adapter, const std::set<std::string>& wanted, Level judged) {
    Vectors vectors;
    auto settings = allSettings(adapter.dialect);
    std::erase_if(settings, [&](const Settings& one) { return !wanted.contains(one.id); });
    for (const auto& one : settings) vectors[one.id];
    if (settings.empty()) return vectors;
    const AccessPlan plan(Catalogue::builtin(), Prefixes::common);
    AccessRun run{adapter, plan, settings, jobs, {}};
    run.done = [&](const SettingsOutcome& outcome) { note(vectors, run, outcome, judged); };
    runAccess(run);
    return vectors;
}

GroupVerdict accessVerdict(const std::string& id, const Vectors& vectors) {
    constexpr std::size_t shown = 5;
    if (!id.starts_with(access)) throw std::invalid_argument("there is no case '" + id + "'");
    const auto name = vectorOf(id);
    const auto vector = vectors.find(name);
    if (vector == vectors.end()) throw std::invalid_argument("there is no case '" + id + "'");
    if (!vector->second.error.empty()) return {id, Status::error, vector->second.error};
    const auto operation =
        id.size() > access.size() + name.size() ? id.substr(access.size() + name.size() + 1) : "";
    GroupVerdict verdict{id, Status::pass, {}};
    std::size_t count = 0;
    for (const auto& [of, what] : vector->second.failures) {
        if (!operation.empty() && of != operation) continue;
        verdict.status = Status::fail;
        if (count++ < shown) verdict.why += what + "\n";
    }
    if (count > shown) verdict.why += "and " + std::to_string(count - shown) + " more\n";
    return verdict;
}

std::map<std::string, GroupVerdict> judgeScripts(const Adapter& adapter, const std::set<std::string>& wanted,
                                                 Level judged) {
    std::vector<Case> cases;
    for (const auto& family : scriptedFamilies())
        for (auto& one : builtinCases(family, adapter.dialect))
            if (wanted.contains(one.id)) cases.push_back(std::move(one));
    std::map<std::string, GroupVerdict> verdicts;
    for (const auto& one : cases) verdicts[one.id] = {one.id, Status::error, Vector{}.error};
    if (cases.empty()) return verdicts;
    for (const auto& result : runScripted({adapter, cases, jobs, {}}).results) {
        const bool forgiven = result.status == Status::fail && result.level > judged;
        const std::string why = result.sentence + "\nexpected: " + result.expected + "\ngot: " + result.got;
        verdicts[result.id] = {result.id, forgiven ? Status::skip : result.status,
                               result.status == Status::pass ? "" : why};
    }
    return verdicts;
}

} // namespace

std::vector<CaseGroup> caseGroups(Dialect dialect) {
    std::vector<CaseGroup> groups;
    addAccessGroups(groups, dialect);
    for (const auto& one : select({}, {}, dialect, Prefixes::common).scripted)
        groups.push_back({one.id, std::string(familyOf(one.id)), {}, one.level, one.sentence});
    return groups;
}

std::vector<GroupVerdict> judgeGroups(const Adapter& adapter, const std::vector<std::string>& ids,
                                      Level judged) {
    std::set<std::string> vectors;
    std::set<std::string> scripts;
    for (const auto& id : ids)
        if (id.starts_with(access))
            vectors.insert(vectorOf(id));
        else
            scripts.insert(id);
    const auto ofAccess = judgeVectors(adapter, vectors, judged);
    const auto ofScripts = judgeScripts(adapter, scripts, judged);
    std::vector<GroupVerdict> verdicts;
    for (const auto& id : ids) {
        const auto script = ofScripts.find(id);
        verdicts.push_back(script != ofScripts.end() ? script->second : accessVerdict(id, ofAccess));
    }
    return verdicts;
}

} // namespace conformance
