// A target's known deviations: cases that fail and are expected to, each with its reason.
//
// A table with the columns id and reason. An id is a case's id, in which '*' stands for any
// run of characters. A row none of whose cases fails any more is outdated, and reported: a
// baseline never grows stale in silence.
#pragma once

#include "conformance/oracle.h"
#include "conformance/table.h"

#include <string>
#include <string_view>
#include <vector>

namespace conformance {

class Baseline {
public:
    Baseline() = default;
    /// Throws TableError; the empty name is the empty baseline.
    [[nodiscard]] static Baseline read(const std::string& file);
    [[nodiscard]] static Baseline parse(std::string_view text, std::string file);

    [[nodiscard]] bool knows(const std::string& id) const; ///< whether a failure of this case is expected
    void ran(const std::string& id, bool pass);

    /// Rows that cases ran for, none of which failed, as "file:line: id".
    [[nodiscard]] std::vector<std::string> outdated() const;
    [[nodiscard]] bool empty() const { return entries_.empty(); }

    /// Throws TableError for a row that names none of the cases there are, whether they are run or not.
    void checkRows(Dialect dialect) const;

private:
    struct Entry {
        std::string pattern;
        std::size_t line = 0;
        bool ran = false;
        bool failed = false;
    };

    std::string file_;
    std::vector<Entry> entries_;
};

/// Whether `text` matches `pattern`, in which '*' stands for any run of characters, also none.
[[nodiscard]] bool matchesPattern(std::string_view text, std::string_view pattern);

} // namespace conformance
