#include "proxy/program/guarded.h"

#include "proxy/log/quote.h"
#include "proxy/policy/explain.h"
#include "proxy/settings/advice.h"

#include <map>
#include <ostream>
#include <string>

namespace proxy::program {

namespace {

using guard::Profile;
using guard::Rule;

// A column as that of `set` and `default`.
constexpr std::string_view lead = "guard    ";

// Of rules that go by the operation alone.
constexpr std::string_view outright = "guard.operation.";

// Why, and what is to be done. The judgement has made its texts safe to show.
void printRefusal(std::ostream& out, const guard::Judgement& judgement) {
    const guard::RuleFacts& rule = guard::describe(judgement.rule);
    out << "rule: " << rule.name << ", " << rule.sentence << '\n';
    if (!judgement.place.empty() || !judgement.found.empty())
        out << "at: " << (judgement.place.empty() ? "the request" : judgement.place)
            << (judgement.found.empty() ? "" : ", which is " + judgement.found) << '\n';
    out << "allowed with: ";
    if (judgement.rule == Rule::bodyMissing)
        out << "a body, which is what is judged: give it with --body FILE\n";
    else
        out << (rule.variable.empty() ? "nothing" : rule.variable) << '\n';
}

} // namespace

void printGuard(std::ostream& out, const settings::Door& door) {
    if (door.guard.profile == Profile::off) return;
    const std::string prefix = settings::prefixOf(door);
    out << lead << prefix << "GUARD=" << nameOf(door.guard.profile)
        << ": what clients create stays a container"
        << (door.guard.profile == Profile::restricted ? ", and its processes are not root's\n" : "\n");
    const policy::Policy policy(door.access);
    const guard::Guard guard(door.guard);
    std::map<std::string_view, std::string> refused; // by what would allow them
    for (const policy::Operation& operation : policy::operations()) {
        if (!policy.decide(operation.method, policy::samplePath(operation)).allowed) continue;
        const guard::RuleFacts& rule =
            guard::describe(guard.judge({.method = operation.method, .operation = operation.id}).rule);
        if (rule.name.starts_with(outright)) refused[rule.variable].append(" ").append(operation.id);
    }
    for (const auto& [variable, operations] : refused)
        out << lead
            << (variable.empty() ? "refused, whatever is set:"
                                 : "refused without " + prefix + std::string(variable) + ":")
            << operations << '\n';
    if (door.access.dialect == policy::Dialect::linuxserver)
        out << lead << "refused, whatever is set: what writes behind /libpod\n";
}

int printJudgement(std::ostream& out, const guard::Guard& guard, const guard::Request& request,
                   const policy::Verdict& verdict, std::string_view target) {
    const guard::Judgement judgement = guard.judge(request);
    if (!judgement.allowed()) {
        out << "refused: " << log::printable(request.method) << ' ' << log::printable(target)
            << "\noperation: "
            << (verdict.operation != nullptr ? verdict.operation->id : "none that the daemon knows") << '\n';
        printRefusal(out, judgement);
        return 1;
    }
    out << policy::explain(verdict, request.method, target) << "guard: " << nameOf(guard.settings().profile)
        << ", which refuses nothing of it";
    if (!guard.needsBody(request.operation))
        out << (request.body.empty() ? "" : "; the body is not looked at");
    else if (request.body.empty())
        out << " without a body; if there is one, give it with --body FILE";
    out << '\n';
    return 0;
}

} // namespace proxy::program
