#include "conformance/settings.h"

#include "conformance/router.h"

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace conformance {
namespace {

enum Column : std::size_t { id, dialectColumn, grants, application };

constexpr std::uint32_t seed = 20140924; // fixed: the ids of random settings must mean the same for ever
constexpr int randomCount = 16;

Environment every(const Variables& variables, const char* value) {
    Environment environment;
    for (const auto& variable : variables.all()) environment[variable.name] = value;
    return environment;
}

Settings with(Settings settings, const std::string& name, const char* value) {
    settings.environment[name] = value;
    return settings;
}

void addBothPosts(std::vector<Settings>& list, const Settings& base) {
    for (const char* post : {"0", "1"}) {
        Settings settings = with(base, "POST", post);
        settings.id += std::string(".post") + post;
        settings.about += std::string(", POST=") + post;
        list.push_back(std::move(settings));
    }
}

void addEachVariable(std::vector<Settings>& list, const Variables& variables) {
    for (const auto& variable : variables.all()) {
        if (variable.kind == VariableKind::method) continue;
        addBothPosts(list, with({"on." + variable.name, every(variables, "0"),
                                 "only " + variable.name + " granted", variable.name},
                                variable.name, "1"));
        addBothPosts(list, with({"off." + variable.name, every(variables, "1"),
                                 "all but " + variable.name + " granted", "but " + variable.name},
                                variable.name, "0"));
    }
}

void addActionCombinations(std::vector<Settings>& list, const Variables& variables) {
    const char* const actions[] = {"START", "STOP", "RESTARTS"};
    for (unsigned bits = 0; bits < 8; ++bits) {
        Settings settings{"allow", every(variables, "0"), "of the sections none, of ALLOW_ only", "actions"};
        for (unsigned i = 0; i < 3; ++i) {
            if ((bits >> i & 1U) == 0) continue;
            settings.environment[std::string("ALLOW_") + actions[i]] = "1";
            settings.id.append(".").append(actions[i]);
            settings.about.append(" ").append(actions[i]);
        }
        addBothPosts(list, settings);
    }
}

// Each variable is granted with probability 1/2, from raw generator bits: the same on every platform.
void addRandom(std::vector<Settings>& list, const Variables& variables) {
    std::mt19937 bits(seed);
    for (int i = 0; i < randomCount; ++i) {
        Settings settings{
            "random." + std::to_string(i), {}, "drawn with seed " + std::to_string(seed), "random"};
        for (const auto& variable : variables.all())
            settings.environment[variable.name] = (bits() >> 16U & 1U) != 0 ? "1" : "0";
        list.push_back(std::move(settings));
    }
}

// The first of several that grant the same stays and tells about the others.
std::vector<Settings> withoutEquals(std::vector<Settings> list, const Variables& variables) {
    std::vector<Settings> distinct;
    std::map<std::vector<bool>, std::size_t> seen;
    for (auto& settings : list) {
        const auto [first, isNew] = seen.emplace(grantsOf(variables, settings.environment), distinct.size());
        if (isNew)
            distinct.push_back(std::move(settings));
        else
            distinct[first->second].about += "; " + settings.about;
    }
    return distinct;
}

} // namespace

Table parseSettings(std::string_view text, std::string file) {
    return parseTable(text, std::move(file), {"id", "dialect", "grants", "application"});
}

std::vector<Settings> applicationSettings(const Table& table, Dialect dialect) {
    std::vector<Settings> list;
    std::set<std::string> seen;
    for (const auto& row : table.rows) {
        const auto of = dialectNamed(row.fields[dialectColumn]);
        if (!of) table.fail(row, "unknown dialect '" + row.fields[dialectColumn] + "'");
        if (!seen.insert(row.fields[id]).second) table.fail(row, "'" + row.fields[id] + "' is listed twice");
        Settings settings{"app." + row.fields[id], {}, row.fields[application], "applications"};
        for (const auto& grant : listOf(row.fields[grants], ' ')) {
            const auto equals = grant.find('=');
            const std::string variable = grant.substr(0, equals);
            const std::string value = equals == std::string::npos ? "1" : grant.substr(equals + 1);
            if (!Variables::builtin(*of).find(variable))
                table.fail(row, "unknown variable '" + variable + "'");
            if (!grantOf(value)) table.fail(row, "'" + grant + "' neither grants nor revokes");
            settings.environment[variable] = value;
        }
        if (of == dialect) list.push_back(std::move(settings));
    }
    return list;
}

std::vector<Settings> allSettings(Dialect dialect) {
    const Variables& variables = Variables::builtin(dialect);
    std::vector<Settings> list;
    list.push_back({"defaults", {}, "no variable set", "defaults"});
    addBothPosts(list, {"none", every(variables, "0"), "nothing granted", "none"});
    addBothPosts(list, {"all", every(variables, "1"), "all granted", "all"});
    addEachVariable(list, variables);
    addActionCombinations(list, variables);
    static const Table table =
        parseSettings(embeddedTable("settings.tsv"), embeddedTableFile("settings.tsv"));
    for (auto& settings : applicationSettings(table, dialect)) list.push_back(std::move(settings));
    addRandom(list, variables);

    return withoutEquals(std::move(list), variables);
}

// ---- By operations' names ----------------------------------------------------------------------------

Table parseLists(std::string_view text, std::string file) {
    return parseTable(text, std::move(file), {"id", "granted", "allowed", "denied", "about"});
}

std::vector<Settings> listedSettings(const Table& table, Dialect dialect) {
    enum Field : std::size_t { name, granted, allowed, denied, about };
    const Variables& variables = Variables::builtin(dialect);
    std::vector<Settings> list;
    std::set<std::string> seen;
    for (const auto& row : table.rows) {
        const auto& field = row.fields;
        if (!seen.insert(field[name]).second) table.fail(row, "'" + field[name] + "' is listed twice");
        const bool everything = field[granted] == "everything";
        Settings settings{"list." + field[name], every(variables, everything ? "1" : "0"), field[about],
                          "lists"};
        for (const auto& variable : listOf(everything ? "-" : field[granted], ' ')) {
            if (!variables.find(variable) && variable != "LEARN")
                table.fail(row, "unknown variable '" + variable + "'");
            settings.environment[variable] = "1";
        }
        for (const auto& [variable, column] :
             {std::pair("ALLOW_OPERATIONS", allowed), std::pair("DENY_OPERATIONS", denied)}) {
            if (field[column] == "-") continue;
            try {
                std::ignore = operationsNamed(field[column]);
            } catch (const std::invalid_argument& error) {
                table.fail(row, error.what());
            }
            settings.environment[variable] = field[column];
        }
        list.push_back(std::move(settings));
    }
    return list;
}

std::vector<Settings> namedSettings(Dialect dialect) {
    const Variables& variables = Variables::builtin(dialect);
    std::vector<Settings> list;
    for (const auto& operation : Catalogue::builtin().operations()) {
        if (!isNamed(operation)) continue;
        list.push_back(with({"only." + operation.id, every(variables, "0"),
                             "nothing granted but ALLOW_OPERATIONS=" + operation.id, "allowed by name"},
                            "ALLOW_OPERATIONS", operation.id.c_str()));
        list.push_back(with({"but." + operation.id, every(variables, "1"),
                             "all granted, and DENY_OPERATIONS=" + operation.id, "denied by name"},
                            "DENY_OPERATIONS", operation.id.c_str()));
    }
    static const Table table = parseLists(embeddedTable("by-name.tsv"), embeddedTableFile("by-name.tsv"));
    for (auto& settings : listedSettings(table, dialect)) list.push_back(std::move(settings));
    return list;
}

} // namespace conformance
