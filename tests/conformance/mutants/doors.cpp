#include "tests/conformance/mutants/doors.h"

#include "tests/conformance/mutants/mutation.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace mutants {
namespace {

using Environment = std::map<std::string, std::string>;

const std::set<std::string, std::less<>> processWide{"SOCKET_PATH",  "LOG_LEVEL",      "LOG_FORMAT",
                                                     "DISABLE_IPV6", "SHUTDOWN_GRACE", "MAX_CONNECTIONS"};

bool isName(std::string_view name) {
    if (is("door-name-any")) return !name.empty();
    const auto taken = [](unsigned char c) {
        return std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '_';
    };
    return !name.empty() && std::isupper(static_cast<unsigned char>(name.front())) != 0 &&
           std::ranges::all_of(name, taken) && name.find("__") == std::string_view::npos &&
           !name.ends_with('_');
}

std::vector<std::string> addressesOf(const std::string& bind) {
    std::vector<std::string> all;
    for (std::size_t begin = 0; begin < bind.size();) {
        const auto end = std::min(bind.find(',', begin), bind.size());
        all.push_back(bind.substr(begin, end - begin));
        begin = end + 1;
    }
    return all;
}

// By door; "" is the unnamed one. What nobody knows is a door's where there is that door.
std::map<std::string, Environment> byDoor(const Environment& environment) {
    std::map<std::string, Environment> doors{{"", {}}};
    for (const auto& [name, value] : environment) {
        const auto end = name.rfind("__");
        const std::string door = name.substr(0, end);
        const std::string of = end == std::string::npos ? name : name.substr(end + 2);
        const bool known = isAccessVariable(of) || processWide.contains(of);
        if (end == std::string::npos || (!known && !environment.contains(door + "__BIND_CONFIG"))) {
            doors[""][name] = value;
            continue;
        }
        if (!isName(door)) throw SettingsError(name + ": a door's name is like TRAEFIK or TEAM_2");
        if (processWide.contains(of) && !is("door-process-wide"))
            throw SettingsError(name + ": this is of the whole process, not of a door");
        if (!known && !is("door-unknown-taken")) throw SettingsError(name + ": no door has such a variable");
        doors[door][of] = value;
    }
    return doors;
}

void check(const std::map<std::string, Environment>& doors) {
    for (const auto& [door, variables] : doors) {
        const auto bind = variables.find("BIND_CONFIG");
        const bool isNamed = !door.empty();
        if (isNamed && bind == variables.end() && !is("door-without-address"))
            throw SettingsError(door + "__" + variables.begin()->first + " needs " + door + "__BIND_CONFIG");
        if (isNamed && bind != variables.end() && (bind->second.empty() || bind->second == "none"))
            throw SettingsError(door + "__BIND_CONFIG=" + bind->second + ": it takes an address");
        const bool closed = !isNamed && bind != variables.end() && bind->second == "none";
        if (closed && doors.size() == 1 && !is("door-none-ignored"))
            throw SettingsError("BIND_CONFIG=none: there is no other door");
    }
}

std::string pathOrPort(std::string address) {
    if (address.starts_with("unix@")) address.erase(0, 5);
    return address.substr(0, address.find(' '));
}

Environment inherited(const Environment& own, const Environment& unnamed) {
    Environment all = own;
    if (is("door-inherits")) all.insert(unnamed.begin(), unnamed.end());
    if (const auto post = unnamed.find("POST"); is("door-post-inherited") && post != unnamed.end())
        all.insert(*post);
    if (is("guard-door-off")) all.erase("GUARD");
    if (const auto guard = unnamed.find("GUARD"); is("guard-door-inherits") && guard != unnamed.end())
        all.insert(*guard);
    if (is("door-defaults-lost"))
        for (const char* name : {"EVENTS", "PING", "VERSION"}) all.emplace(name, "0");
    return all;
}

} // namespace

std::vector<Door> doorsOf(const Environment& environment) {
    auto doors = byDoor(environment);
    check(doors);
    std::vector<Door> all;
    std::set<std::string> seen;
    const Environment unnamed = doors[""];
    for (auto& [door, variables] : doors) {
        if (door.empty() && is("door-leaks"))
            for (const auto& [other, granted] : doors)
                for (const auto& [name, value] : granted)
                    if (!other.empty() && name != "BIND_CONFIG") variables[name] = value;
        const Environment own = door.empty() ? variables : inherited(variables, unnamed);
        const auto bind = own.find("BIND_CONFIG");
        std::string where = bind == own.end() ? ":2375" : bind->second;
        if (where == "none" && doors.size() == 1) where = "127.0.0.1:" + unnamed.at("PORT");
        if (where == "none" || (!door.empty() && bind == own.end())) continue;
        try {
            all.push_back({Rules(own), addressesOf(where)});
        } catch (const SettingsError& error) {
            throw SettingsError(door.empty() ? error.what() : door + "__" + error.what());
        }
        for (const auto& address : all.back().addresses) {
            if (address.find_first_of(":/") == std::string::npos)
                throw SettingsError((door.empty() ? "" : door + "__") + "BIND_CONFIG=" + address +
                                    " is no address");
            if (!seen.insert(pathOrPort(address)).second && !is("door-same-address"))
                throw SettingsError("two doors are on " + address);
        }
    }
    return all;
}

} // namespace mutants
