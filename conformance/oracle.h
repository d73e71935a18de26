// The oracle: what a socket proxy must do with a request, from nothing but docs/rules.md.
//
// Written to be read beside the rules, not to be fast, and sharing no line with any proxy. Immutable: any
// number of threads may ask one oracle.
#pragma once

#include "conformance/router.h"
#include "conformance/variables.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// How much a deviation counts.
enum class Level {
    required,  ///< the documented contract
    hardening, ///< the deliberate exceptions to it, each stricter than what the field does
    observed,  ///< no rule: reported, never judged
};

[[nodiscard]] std::string_view nameOf(Level level);

enum class Answer {
    allow,  ///< forwarded
    deny,   ///< 403, and nothing reaches the daemon
    reject, ///< 400, and nothing reaches the daemon
    refuse, ///< 403 or 400, and nothing reaches the daemon: the rules leave it open which
};

[[nodiscard]] std::string_view nameOf(Answer answer);

struct Expectation {
    Answer answer = Answer::deny;
    Level level = Level::required;
    std::string_view rule; ///< which rule decided, in a few words; lives as long as the program
};

class Oracle {
public:
    /// Throws std::invalid_argument for a value that must stop the start.
    Oracle(Dialect dialect, const Environment& environment);

    /// `target` is the request target as sent, origin-form or "*".
    [[nodiscard]] Expectation judge(std::string_view method, std::string_view target) const;

    [[nodiscard]] bool granted(std::string_view variable) const;

private:
    struct Decision {
        bool allow = false;
        std::string_view rule;
    };
    struct Request;

    [[nodiscard]] Expectation judgePath(const Request& request, bool looselyAllowed) const;
    [[nodiscard]] Expectation judgeLearning(const Request& request, const Operation* operation) const;
    [[nodiscard]] bool inAnySection(std::string_view path, bool strict) const;
    [[nodiscard]] Decision decide(const Request& request, bool strict) const;
    [[nodiscard]] Decision tecnativa(const Request& request, bool strict) const;
    [[nodiscard]] Decision linuxserver(const Request& request, bool strict) const;
    [[nodiscard]] bool anyGranted(VariableKind kind, const Request& request, bool strict) const;
    [[nodiscard]] bool closedGate(const Request& request, bool strict) const;

    Dialect dialect_;
    const Variables& variables_;
    std::vector<bool> grants_;
    bool post_;
    OperationSet allowed_; ///< by name
    OperationSet denied_;
    bool learn_;
};

/// One "%XX" decoding of a path. Nothing when an escape is broken.
[[nodiscard]] std::optional<std::string> decodedOnce(std::string_view path);

} // namespace conformance
