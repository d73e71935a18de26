// From a log to settings: what clients asked for, by the operations' names, and the least that allows it.
//
// Every request in the log counts as wanted, also one that was denied: whoever reads the suggestion
// decides. What no variable grants, what the parser refused and what a `strict.*` or `operations.*` rule
// denied is told, and not covered. An action on a container (start, stop, restart, kill) is taken for one
// on a container's name, in API 1.24 or later. One that is not is denied by a rule that says so once the
// suggestion is in force. Podman's own operations have no names: they are counted, and --explain tells what
// each of them would take.
#pragma once

#include "proxy/suggest/line.h"
#include "proxy/suggest/narrowest.h"

#include <cstddef>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace proxy::suggest {

struct Count {
    std::size_t requests = 0;
    std::size_t firstLine = 0;
};

/// What the clients of one door asked for.
struct Door {
    struct Refusal {
        std::string rule;
        std::string operation; ///< as in the log
        bool operator<(const Refusal& other) const {
            return std::tie(rule, operation) < std::tie(other.rule, other.operation);
        }
    };
    policy::Dialect dialect{};               ///< by the rules that decided
    std::map<std::string_view, Count> asked; ///< by the operation's id: what a name can grant
    std::map<Refusal, Count> refused;        ///< what it cannot

    [[nodiscard]] Operations operations() const;
};

class Suggestion {
public:
    /// The log's next line, without its end.
    void read(std::string_view text);

    /// By name; that without a name is "".
    [[nodiscard]] const std::map<std::string, Door>& doors() const noexcept { return doors_; }
    /// The numbers of the lines that are cut or changed.
    [[nodiscard]] const std::vector<std::size_t>& broken() const noexcept { return broken_; }

    /// As lines of an env-file: what is for people stands behind "#".
    void print(std::ostream& out) const;

private:
    void count(const Line& line);

    std::size_t lines_ = 0;
    std::size_t foreign_ = 0;
    std::vector<std::size_t> broken_;
    std::map<std::string, Door> doors_;
};

} // namespace proxy::suggest
