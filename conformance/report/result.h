// What came of a run: the one model that case families fill and every report is written from.
//
// A case has one Result. Families of hundreds of cases add() each, kept whole. A family of millions counts
// cases that went alike in a Cell (a variable x an operation) and keeps a few examples of each deviation.
// What is stored is what was seen; tallies are worked out from it when a report is written.
//
// Threads: one at a time. Times are wall clock.
#pragma once

#include "conformance/oracle.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace conformance {

/// In order: what consists of several has the greatest of them.
enum class Status : std::uint8_t {
    disabled, ///< the target does not offer it, and says so
    skip,     ///< could not be tried here; `got` says why
    pass,
    fail,  ///< the target's fault
    error, ///< the run's: a target that does not start or dies, a broken table
};

[[nodiscard]] std::string_view nameOf(Status status);
[[nodiscard]] std::optional<Status> statusNamed(std::string_view name);
[[nodiscard]] std::optional<Level> levelNamed(std::string_view name);

struct Result {
    std::string id; ///< FAMILY/…, unique, never changes
    Level level = Level::required;
    Status status = Status::pass;
    bool known = false;    ///< a failure that the target's baseline lists
    std::string sentence;  ///< "must not forward …": the proxy is the subject
    std::string variable;  ///< the matrix's column: what the case sets or varies; may be empty
    std::string operation; ///< the matrix's row, an id of the catalogue; may be empty
    std::string expected;  ///< in words
    std::string got;       ///< in words; of disabled, skip and error: why
    std::string before;    ///< in words: what went before it on the connection
    std::string sent;      ///< bytes: from the client …
    std::string answer;    ///< … back to it …
    std::string forwarded; ///< … to the daemon …
    std::string reply;     ///< … and back from it
    std::chrono::microseconds duration{0};
};

[[nodiscard]] std::string_view familyOf(std::string_view id); ///< what stands before the first slash

struct CellKey {
    std::string family;
    std::string variable;
    std::string operation;
    bool operator<(const CellKey& other) const {
        return std::tie(family, variable, operation) <
               std::tie(other.family, other.variable, other.operation);
    }
};

/// How a case went, without which case it was.
struct Outcome {
    Level level = Level::required;
    Status status = Status::pass;
    bool known = false;
    std::string expected;
    std::string got;
    bool operator<(const Outcome& other) const {
        return std::tie(level, status, known, expected, got) <
               std::tie(other.level, other.status, other.known, other.expected, other.got);
    }
};

struct Cell {
    std::map<Outcome, std::uint64_t> outcomes; ///< how many cases went so
    /// The sum of fingerprintOf(id) over failed cases: two runs in which other cases fail differ in it even
    /// where as many fail.
    std::uint64_t failing = 0;
    bool counted = false; ///< else its cases were added one by one; never both
};

[[nodiscard]] std::uint64_t fingerprintOf(std::string_view id);

struct Tally {
    std::uint64_t passed = 0;
    std::uint64_t failedRequired = 0; ///< failed ones are those no baseline lists
    std::uint64_t failedHardening = 0;
    std::uint64_t known = 0;
    std::uint64_t observed = 0; ///< went otherwise where no rule says how
    std::uint64_t skipped = 0;
    std::uint64_t disabled = 0;
    std::uint64_t errors = 0;

    [[nodiscard]] std::uint64_t total() const {
        return passed + failedRequired + failedHardening + known + observed + skipped + disabled + errors;
    }
    [[nodiscard]] std::uint64_t deviations() const { return failedRequired + failedHardening; }
    bool operator==(const Tally&) const = default;
    void add(const Outcome& outcome, std::uint64_t cases);
    void add(const Cell& cell);
    void add(const Tally& other);
};

class TargetResult {
public:
    std::string name;
    std::string about;
    std::string version;
    std::string began; ///< UTC, ISO 8601; where reports are put side by side each has its own
    Dialect dialect = Dialect::tecnativa;
    std::chrono::milliseconds elapsed{0};
    std::chrono::microseconds starts{0};       ///< the target's own start-up times, summed …
    std::uint64_t started = 0;                 ///< … over so many
    std::vector<std::string> outdated;         ///< baseline rows none of whose cases failed
    std::map<std::string, std::uint64_t> left; ///< programs that it left running at its end, and how often

    void add(Result result);
    void count(const CellKey& key, const Outcome& outcome, std::uint64_t cases);
    /// Names a counted case that failed; true: few like it are kept so far, so keep() it as an example.
    bool failed(const CellKey& key, const Outcome& outcome, std::string_view id);
    void keep(Result example) { examples_.push_back(std::move(example)); }

    [[nodiscard]] const std::map<CellKey, Cell>& cells() const { return cells_; }
    [[nodiscard]] const std::vector<Result>& results() const { return results_; } ///< added ones, in order
    [[nodiscard]] const std::vector<Result>& examples() const { return examples_; }
    [[nodiscard]] Tally tally() const;

    /// For reading a report back: of cases that were counted but not named.
    void restore(const CellKey& key, std::uint64_t failing) { cells_[key].failing = failing; }

private:
    std::map<CellKey, Cell> cells_;
    std::map<std::pair<CellKey, Outcome>, unsigned> kept_;
    std::vector<Result> results_;
    std::vector<Result> examples_;
};

struct RunResult {
    std::string began;     ///< UTC, ISO 8601
    std::string selection; ///< what was asked for, as on the command line
    Level judged = Level::required;
    std::vector<TargetResult> targets;
};

/// 0 conforms, 1 deviates, 2 could not be judged.
[[nodiscard]] int exitStatus(const TargetResult& target, Level judged);

} // namespace conformance
