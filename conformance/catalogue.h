// The catalogue: every operation of the Docker Engine API from 1.24 to the newest, read from
// tables/operations.tsv. Immutable once loaded, so any number of threads may read it.
//
// A row is one method on one path template. Its id is Docker's operation name, or a name of ours where Docker
// has none; ids are unique and never change: reports, baselines and the mock daemon refer to them.
#pragma once

#include "conformance/table.h"

#include <compare>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

struct ApiVersion {
    int major = 1;
    int minor = 0;

    bool operator==(const ApiVersion&) const = default;
    std::strong_ordering operator<=>(const ApiVersion& other) const {
        const auto byMajor = major <=> other.major;
        return byMajor != std::strong_ordering::equal ? byMajor : minor <=> other.minor;
    }
    [[nodiscard]] std::string text() const { return std::to_string(major) + "." + std::to_string(minor); }
};

/// What is out of the ordinary about an operation.
enum class Trait : unsigned {
    bodyJson = 1U << 0U,       ///< the request carries JSON
    upload = 1U << 1U,         ///< the request carries a body of any length
    streamResponse = 1U << 2U, ///< the answer may last for minutes to hours
    hijack = 1U << 3U,         ///< the connection becomes a tunnel
    h2c = 1U << 4U,            ///< HTTP/2 is spoken, inside a tunnel or from the first byte
    websocket = 1U << 5U,
    experimental = 1U << 6U,
    deprecated = 1U << 7U,
    slashes = 1U << 8U, ///< its name may hold slashes, and be nothing at all
};

struct Operation {
    std::string id;       ///< "ContainerList"
    std::string method;   ///< "GET"
    std::string path;     ///< "/containers/{id}/json"; {…} is a name: one segment, but for Trait::slashes
    std::string section;  ///< "containers": the first segment
    std::string variable; ///< "CONTAINERS"; empty: no variable governs the section
    ApiVersion since;     ///< 1.24 also stands for everything older
    std::optional<ApiVersion> until; ///< nothing: still current
    bool documented = false;         ///< in Docker's published specification
    unsigned traits = 0;
    std::vector<int> success; ///< statuses of success, the usual one first; empty: it never succeeds
    std::string note;

    [[nodiscard]] bool has(Trait trait) const { return (traits & static_cast<unsigned>(trait)) != 0; }
    [[nodiscard]] bool existsIn(ApiVersion version) const {
        return since <= version && (!until || version <= *until);
    }
};

class Catalogue {
public:
    /// The table built in. Throws TableError on first use if it is broken.
    [[nodiscard]] static const Catalogue& builtin();

    /// `ungoverned` lists the sections that no variable governs. Throws TableError naming file and line.
    [[nodiscard]] static Catalogue load(const Table& operations, const Table& ungoverned);
    [[nodiscard]] static Table parseOperations(std::string_view text, std::string file);
    [[nodiscard]] static Table parseUngoverned(std::string_view text, std::string file);

    [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
    [[nodiscard]] const Operation* find(std::string_view id) const; ///< nullptr: none
    [[nodiscard]] const std::set<std::string, std::less<>>& ungoverned() const { return ungoverned_; }

    static constexpr ApiVersion oldest{1, 24};
    /// Engine 29.10. Its list of routes is taken to be 1.56's: the changelog names no new one.
    static constexpr ApiVersion newest{1, 57};
    [[nodiscard]] static std::vector<ApiVersion> versions(); ///< oldest to newest

private:
    std::vector<Operation> operations_;
    std::set<std::string, std::less<>> ungoverned_;
};

} // namespace conformance
