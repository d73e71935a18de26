#include "proxy/suggest/suggest.h"

#include "proxy/policy/policy.h"
#include "proxy/policy/rule.h"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <utility>

namespace proxy::suggest {
namespace {

using policy::Dialect;
using policy::Grants;
using policy::Operation;
using policy::Variable;

const Operation* operationNamed(std::string_view id) noexcept {
    const auto all = policy::operations();
    const auto found = std::ranges::find(all, id, &Operation::id);
    return found == all.end() ? nullptr : &*found;
}

// strict.attach_ws is the one of its kind that a variable lifts.
bool refusesByItself(const Line& line) {
    if (line.verdict == "reject") return true;
    if (line.verdict == "allow" || line.rule == policy::facts(policy::Rule::attachWs).name) return false;
    return line.rule.starts_with("strict.") || line.rule.starts_with("operations.");
}

// What a strict rule refused because of a name or a version, the whole section may allow all the same: of
// the actions' variables none opens one on such a name.
bool isOpenedAllTheSame(Dialect dialect, const Door::Refusal& refusal, Grants granted) {
    using policy::Rule;
    const bool isOfSection = refusal.rule == policy::facts(Rule::startConfig).name ||
                             refusal.rule == policy::facts(Rule::lastSegment).name;
    const Operation* const operation = operationNamed(refusal.operation);
    return isOfSection && operation != nullptr &&
           policy::Policy(policy::Access{.dialect = dialect, .grants = granted})
               .decide(operation->method, policy::samplePath(*operation, "x/x"))
               .allowed;
}

std::string why(const Door::Refusal& refusal) {
    const bool isNamed = refusal.operation != "-";
    if (isNamed && operationNamed(refusal.operation) == nullptr)
        return refusal.operation + ": an operation that this version does not know";
    const auto* const rule = std::ranges::find(policy::rules, refusal.rule, &policy::RuleFacts::name);
    if (rule == policy::rules.end()) return refusal.rule + ": whatever is granted";
    if (!isNamed && refusal.rule.starts_with(nameOf(Dialect::linuxserver)))
        return refusal.rule +
               ": operations of Podman's own, or none at all; --explain tells what each would take";
    if (!isNamed && !refusal.rule.starts_with("strict."))
        return refusal.rule + ": the daemon has no such operation";
    return refusal.rule + ": " + std::string(rule->sentence);
}

std::string requests(const Count& count) {
    return std::to_string(count.requests) + (count.requests == 1 ? " request" : " requests") +
           ", first in line " + std::to_string(count.firstLine);
}

void add(Count& count, std::size_t line) {
    if (count.requests++ == 0) count.firstLine = line;
}

// ---- Printing ----------------------------------------------------------------------------------------

class Printer {
public:
    Printer(std::ostream& out, const std::string& name, const Door& door)
        : out_(out)
        , door_(door)
        , prefix_(name.empty() ? "" : name + "__")
        , asked_(door.operations())
        , grants_(narrowest(door.dialect, asked_))
        , effective_(Grants::defaults(door.dialect) | grants_) {
        out_ << "#\n# "
             << (name.empty() ? "What clients asked for:" : "What clients of door " + name + " asked for:")
             << '\n';
    }

    void operations() {
        for (const Operation* const each : asked_)
            out_ << "#   " << std::left << std::setw(26) << each->id << ' '
                 << requests(door_.asked.at(each->id)) << '\n';
        if (asked_.empty()) out_ << "#   nothing that has a name\n";
    }

    void variables() {
        const auto isOpen = [&](const Operation* each) { return opens(door_.dialect, effective_, *each); };
        if (asked_.empty()) return;
        out_ << "#\n# These variables allow " << std::ranges::count_if(asked_, isOpen) << " of these "
             << asked_.size() << " operations, and with what is granted by default "
             << countOpened(door_.dialect, effective_) << " in all:\n";
        dialect();
        for (const Variable each : grants_) set(each, "1");
        std::string_view heading = "# Granted by default, and not asked for: to be closed with\n";
        for (const Variable each : Grants::defaults(door_.dialect)) {
            if (isNeeded(each)) continue;
            out_ << std::exchange(heading, "") << '#';
            set(each, "0");
        }
    }

    void exactly() {
        if (asked_.empty()) return;
        out_ << "# Or these instead, which allow what was asked for and nothing else:\n";
        dialect("#");
        out_ << '#' << prefix_ << "ALLOW_OPERATIONS=";
        for (const Operation* const each : asked_) out_ << (each == asked_.front() ? "" : " ") << each->id;
        out_ << '\n';
        for (const Variable each : Grants::defaults(door_.dialect)) {
            out_ << '#';
            set(each, "0");
        }
    }

    void refused() {
        std::vector<std::string> lines;
        for (const Operation* const each : asked_)
            if (!opens(door_.dialect, effective_, *each))
                lines.push_back(std::string(each->id) + ": no variable grants it (" +
                                requests(door_.asked.at(each->id)) + ")");
        for (const auto& [refusal, count] : door_.refused)
            if (!isOpenedAllTheSame(door_.dialect, refusal, effective_))
                lines.push_back(why(refusal) + " (" + requests(count) + ")");
        if (!lines.empty()) out_ << "#\n# With these variables there is still denied:\n";
        for (const auto& line : lines) out_ << "#   " << line << '\n';
    }

private:
    // The other is what holds when nothing is said.
    void dialect(std::string_view before = "") {
        if (door_.dialect != Dialect{})
            out_ << before << prefix_ << "DIALECT=" << nameOf(door_.dialect) << '\n';
    }

    void set(Variable variable, std::string_view value) {
        out_ << prefix_ << policy::facts(variable).name << '=' << value << '\n';
    }

    // Is something denied without it?
    [[nodiscard]] bool isNeeded(Variable variable) const {
        Grants without = effective_;
        without.set(variable, false);
        return std::ranges::any_of(asked_, [&](const Operation* each) {
            return opens(door_.dialect, effective_, *each) && !opens(door_.dialect, without, *each);
        });
    }

    std::ostream& out_;
    const Door& door_;
    std::string prefix_;
    Operations asked_;
    Grants grants_;    // what is to be set
    Grants effective_; // with what is granted by default
};

} // namespace

Operations Door::operations() const {
    Operations all;
    for (const auto& [id, count] : asked) all.push_back(operationNamed(id));
    return all;
}

void Suggestion::read(std::string_view text) {
    ++lines_;
    const Line line = readLine(text);
    if (line.kind == Line::Kind::foreign) ++foreign_;
    if (line.kind == Line::Kind::broken) broken_.push_back(lines_);
    if (line.kind == Line::Kind::request) count(line);
}

void Suggestion::count(const Line& line) {
    Door& door = doors_[line.door];
    if (line.rule.starts_with(nameOf(Dialect::linuxserver))) door.dialect = Dialect::linuxserver;
    const Operation* const operation = operationNamed(line.operation);
    const bool isAsked = operation != nullptr && !refusesByItself(line);
    add(isAsked ? door.asked[operation->id] : door.refused[{line.rule, line.operation}], lines_);
}

void Suggestion::print(std::ostream& out) const {
    out << "# Lines read: " << lines_ << ", of another program: " << foreign_ << '\n';
    constexpr std::size_t most = 10;
    for (std::size_t i = 0; i < std::min(broken_.size(), most); ++i)
        out << "# Line " << broken_[i] << " is cut or changed: it was left out.\n";
    if (broken_.size() > most) out << "# So were " << broken_.size() - most << " more.\n";
    if (doors_.empty()) out << "# There is no request in it: is it this proxy's log, with LOG_LEVEL=info?\n";
    for (const auto& [name, door] : doors_) {
        Printer printer(out, name, door);
        printer.operations();
        printer.variables();
        printer.exactly();
        printer.refused();
    }
}

} // namespace proxy::suggest
