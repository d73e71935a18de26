// What mutant-proxy lets through: a third plain reading of the access rules, of dialect tecnativa, apart from
// the reference proxy's and from the oracle's.
#pragma once

#include "tests/conformance/mutants/guard.h"
#include "tests/conformance/mutants/operations.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace mutants {

enum class Verdict : std::uint8_t { allow, deny, reject };

class Rules {
public:
    // Reads the variables from `environment`. Throws SettingsError.
    explicit Rules(const std::map<std::string, std::string>& environment);

    // `path`: of the target as sent, with its query.
    Verdict judge(std::string_view method, std::string_view path) const;

    // Whether what the grants would deny passes.
    bool learns() const;

    const Guard& guard() const { return guard_; }
    // What the guard is to judge of a request, but for its body.
    Asked asked(const Head& head, std::string_view target) const;

    // Whether environments are hidden in the answer.
    bool masks(std::string_view method, std::string_view path) const;

private:
    struct Place { // that a target leads to
        std::string path;
        bool old = false;
        std::string_view operation;
    };
    Place placeOf(std::string_view method, std::string_view target, std::string whole) const;
    Verdict judgeNamed(std::string_view method, const Place& place) const;
    bool learns(std::string_view method, const Place& place) const;
    bool granted(const std::string& variable) const;
    bool actionGranted(std::string_view path, bool old) const;
    bool sectionGranted(std::string_view path) const;
    bool reads(std::string_view method) const;
    Verdict judgePath(std::string_view method, const std::string& path, bool old) const;

    std::map<std::string, bool> grants_;
    Names allowed_;
    Names denied_;
    Guard guard_;
};

// Whether a door may have a variable of this name.
bool isAccessVariable(std::string_view name);

// Whether the daemon may take the connection over on this path: attach, exec start, BuildKit's.
bool mayHijack(std::string_view method, std::string_view path);

} // namespace mutants
