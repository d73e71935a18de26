#include "conformance/selection.h"

#include "conformance/options.h"

#include <algorithm>

namespace conformance {
namespace {

bool isMeant(const std::string& family, const std::vector<std::string>& families, const std::string& id) {
    if (!families.empty()) return std::find(families.begin(), families.end(), family) != families.end();
    return family != "long" || id.starts_with(family);
}

// "access/on.IMAGES.post0/ImageList" is one settings vector and a beginning of its cases' ids.
void addAccess(Selection& selection, std::string_view family, const std::string& id, Dialect dialect,
               Prefixes prefixes) {
    const std::string head = std::string(family) + "/";
    if (!id.starts_with(head) && !head.starts_with(id)) return;
    auto settings = settingsOf(family, dialect);
    const std::string rest = id.size() > head.size() ? id.substr(head.size()) : "";
    const auto slash = rest.find('/');
    const auto wanted = rest.substr(0, slash);
    std::erase_if(settings, [&](const Settings& one) {
        return slash == std::string::npos ? !idMatches(one.id, wanted) : one.id != wanted;
    });
    AccessPlan plan(allCases(family, prefixes), slash == std::string::npos ? "" : rest.substr(slash + 1));
    if (!settings.empty() && !plan.cases().empty())
        selection.access.push_back({family, std::move(settings), std::move(plan)});
}

void add(Selection& selection, const std::vector<std::string>& families, const std::string& id,
         Dialect dialect, Prefixes prefixes) {
    const auto before = selection.scripted.size() + selection.access.size();
    for (const auto family : {accessFamily, operationsFamily})
        if (isMeant(std::string(family), families, id)) addAccess(selection, family, id, dialect, prefixes);
    for (const auto& family : scriptedFamilies())
        if (isMeant(family, families, id))
            for (auto& one : builtinCases(family, dialect))
                if (one.id.starts_with(id)) selection.scripted.push_back(std::move(one));
    if (selection.scripted.size() + selection.access.size() == before)
        throw UsageError("there is no case '" + id + "', nor one whose id begins so" +
                         (families.empty() ? "" : ", in the families named") + "; list prints them");
}

} // namespace

std::vector<Settings> settingsOf(std::string_view family, Dialect dialect) {
    return family == accessFamily ? allSettings(dialect) : namedSettings(dialect);
}

Selection select(const std::vector<std::string>& families, const std::vector<std::string>& ids,
                 Dialect dialect, Prefixes prefixes) {
    auto beginnings = ids;
    if (beginnings.empty()) beginnings.emplace_back();
    // Sorted, what begins with another one follows it: that one has its cases already.
    std::sort(beginnings.begin(), beginnings.end());
    Selection selection;
    const std::string* last = nullptr;
    for (const auto& id : beginnings) {
        if (last != nullptr && id.starts_with(*last)) continue;
        add(selection, families, id, dialect, prefixes);
        last = &id;
    }
    return selection;
}

} // namespace conformance
