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

constexpr int jobs = 2;

// Operations by themselves where an access vector is about them: the variable's own, or
// all of them where none is special.
bool hasOwnGroup(const Settings& settings, const Operation& operation) {
    if (settings.varies == "none" || settings.varies == "all" || settings.varies == "defaults") return true;
    return !operation.variable.empty() &&
           (settings.varies == operation.variable || settings.varies == "but " + operation.variable);
}

void addCountedGroups(std::vector<CaseGroup>& groups, Dialect dialect) {
    for (const auto name : {accessFamily, operationsFamily}) {
        const std::string family(name);
        for (const auto& settings : settingsOf(family, dialect)) {
            const std::string id = family + "/" + settings.id;
            groups.push_back(
                {id, family, settings.varies, Level::required, "obeys the rules with " + settings.about});
            if (family != accessFamily) continue;
            for (const auto& operation : Catalogue::builtin().operations())
                if (hasOwnGroup(settings, operation))
                    groups.push_back({id + "/" + operation.id, family, settings.varies, Level::required,
                                      "obeys the rules for " + operation.id + " with " + settings.about});
        }
    }
}

struct Vector {
    std::string error = "was not run, for another had ended the run";
    std::vector<std::pair<std::string, std::string>> failures; // operation, what went wrong
};

using Vectors = std::map<std::string, Vector>; // by "FAMILY/SETTINGS"

std::string vectorOf(const std::string& id) {
    return id.substr(0, id.find('/', id.find('/') + 1));
}

void note(Vectors& vectors, const AccessRun& run, const SettingsOutcome& outcome, Level judged) {
    const std::string id = std::string(run.family) + "/" + outcome.settings->id;
    Vector& vector = vectors[id];
    vector.error = outcome.error.empty() ? outcome.skipped : outcome.error;
    for (const auto& failure : outcome.failures) {
        if (levelOf(failure.expectation, failure.observation) > judged) continue;
        const auto& one = run.plan.cases()[failure.number];
        vector.failures.emplace_back(one.operation->id, std::string(id).append("/").append(one.id) + ": " +
                                                            sentenceOf(failure.expectation, one) +
                                                            "; got: " + gotInWords(failure.observation));
    }
}

void judgeVectors(Vectors& vectors, std::string_view family, const Adapter& adapter,
                  const std::set<std::string>& wanted, Level judged) {
    const auto idOf = [&](const Settings& one) { return std::string(family) + "/" + one.id; };
    auto settings = settingsOf(family, adapter.dialect);
    std::erase_if(settings, [&](const Settings& one) { return !wanted.contains(idOf(one)); });
    for (const auto& one : settings) vectors[idOf(one)];
    if (settings.empty()) return;
    const AccessPlan plan(allCases(family, Prefixes::common));
    AccessRun run{family, adapter, plan, settings, jobs, {}};
    run.done = [&](const SettingsOutcome& outcome) { note(vectors, run, outcome, judged); };
    runAccess(run);
}

GroupVerdict verdictOf(const std::string& id, const Vectors& vectors) {
    constexpr std::size_t shown = 5;
    const auto name = vectorOf(id);
    const auto vector = vectors.find(name);
    if (vector == vectors.end()) throw std::invalid_argument("there is no case '" + id + "'");
    if (!vector->second.error.empty()) return {id, Status::error, vector->second.error};
    const auto operation = id.size() > name.size() ? id.substr(name.size() + 1) : "";
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
    std::erase_if(cases, [&](const Case& one) {
        const std::string missing = adapter.missing(one.capabilities);
        verdicts[one.id] = missing.empty() ? GroupVerdict{one.id, Status::error, Vector{}.error}
                                           : GroupVerdict{one.id, Status::disabled, notJudged(missing)};
        return !missing.empty();
    });
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
    addCountedGroups(groups, dialect);
    for (const auto& one : select({}, {}, dialect, Prefixes::common).scripted)
        groups.push_back({one.id, std::string(familyOf(one.id)), {}, one.level, one.sentence});
    return groups;
}

std::vector<GroupVerdict> judgeGroups(const Adapter& adapter, const std::vector<std::string>& ids,
                                      Level judged) {
    const std::set<std::string> wanted(ids.begin(), ids.end());
    const auto ofScripts = judgeScripts(adapter, wanted, judged);
    std::set<std::string> ofVectors;
    for (const auto& id : ids)
        if (!ofScripts.contains(id)) ofVectors.insert(vectorOf(id));
    Vectors vectors;
    judgeVectors(vectors, accessFamily, adapter, ofVectors, judged);
    const std::string missing = adapter.missing({std::string(operationsFamily)});
    if (missing.empty()) judgeVectors(vectors, operationsFamily, adapter, ofVectors, judged);
    std::vector<GroupVerdict> verdicts;
    for (const auto& id : ids) {
        if (const auto script = ofScripts.find(id); script != ofScripts.end())
            verdicts.push_back(script->second);
        else if (!missing.empty() && familyOf(id) == operationsFamily)
            verdicts.push_back({id, Status::disabled, notJudged(missing)});
        else
            verdicts.push_back(verdictOf(id, vectors));
    }
    return verdicts;
}

} // namespace conformance
