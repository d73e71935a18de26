// The requests of the families access and operations, the same for every settings vector. Of access: every path of
// the catalogue x every method x every prefix; of operations: every operation in every way of writing it that the daemon
// routes to it. Immutable once made; threads share one.
//
// They go out in an order that is always the same, so many to a connection: what went before a case on its
// connection is known from the plan, and goes before it again when that case is asked for alone. A proxy that
// judges only the first request of a connection deviates either way.
#pragma once

#include "conformance/catalogue.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

enum class Prefixes {
    common, ///< none, the oldest and the newest version
    all,    ///< none and every version
};

struct AccessCase {
    std::string id; ///< "ContainerList/GET/v1.44": what follows "FAMILY/SETTINGS/"
    const Operation* operation = nullptr;
    std::string_view method;
    std::string target;
    std::string request;     ///< all its bytes; the case's number in the plan is in a header field
    std::uint32_t first = 0; ///< on its connection: this one and those up to the case go before it
    bool judged = true;      ///< else it only goes before one that is
};

class AccessPlan {
public:
    static constexpr std::uint32_t onOneConnection = 128;

    /// Only cases whose id, or whose id's beginning, is `idPrefix`, and what goes before them.
    explicit AccessPlan(const std::vector<AccessCase>& all, std::string_view idPrefix = {});

    [[nodiscard]] const std::vector<AccessCase>& cases() const { return cases_; }
    [[nodiscard]] std::size_t judged() const { return judged_; }

    /// What went before the case on its connection, which began with `first`: "2 requests, from
    /// GET /a to GET /b". Empty: nothing.
    [[nodiscard]] std::string before(std::uint32_t number, std::uint32_t first) const;

private:
    std::vector<AccessCase> cases_;
    std::size_t judged_ = 0;
};

/// The families whose cases are counted, not named one by one.
inline constexpr std::string_view accessFamily = "access";
inline constexpr std::string_view operationsFamily = "operations";

/// All cases of one of the two, without their requests. What `prefixes` says is of access.
[[nodiscard]] std::vector<AccessCase> allCases(std::string_view family, Prefixes prefixes);

/// A path template with names filled in: "/containers/{id}/json" becomes "/containers/conformance-1/json".
[[nodiscard]] std::string filledIn(std::string_view path);

/// Whether a case named `id` is meant by `wanted`: the whole id, or a beginning of it that ends at a slash or
/// at a name's middle, as a user types it.
[[nodiscard]] bool idMatches(std::string_view id, std::string_view wanted);

} // namespace conformance
