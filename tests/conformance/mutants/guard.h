// GUARD as mutant-proxy has it: a third plain reading of what reaches for the host, apart from the reference
// proxy's. It is as strict as the cases ask for, and no stricter.
#pragma once

#include "tests/conformance/mutants/message.h"

#include <cstddef>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mutants {

// A setting nobody can mean; the text names it.
class SettingsError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// What is judged of a request.
struct Asked {
    std::string_view method;
    std::string_view operation; // empty: none
    std::string version;        // of the path, "1.41"; empty: none
    std::string name;           // the path's second segment
    std::string query;
    const Head* head = nullptr;
    std::string body; // where Guard::reads
};

struct GuardSettings {
    bool on = false;
    bool restricted = false;
    std::vector<std::pair<std::string, bool>> binds; // read-only
    std::set<std::string> host;
    std::set<std::string> caps;
    std::set<std::string> devices;
    std::set<std::string> networks;
    bool exec = false;
    bool cp = false;
    bool build = false;
    std::size_t limit = std::size_t{4} << 20U;
};

class Guard {
public:
    // Throws SettingsError.
    explicit Guard(const std::map<std::string, std::string>& environment);

    bool on() const { return settings_.on; }
    std::size_t limit() const { return settings_.limit; }

    // Whether the whole body is needed before anything goes on.
    bool reads(std::string_view operation) const;
    bool refuses(const Asked& asked) const;

private:
    bool isOpen(std::string_view operation) const;
    bool refusesBody(const Asked& asked) const;
    bool refusesQuery(const Asked& asked) const;

    GuardSettings settings_;
};

bool isGuardVariable(std::string_view name);

} // namespace mutants
