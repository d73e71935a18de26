// The requests of the access family, the same for every settings vector: every path of the catalogue x every
// method x every prefix. Immutable once made; threads share one.
#pragma once

#include "conformance/catalogue.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

enum class Prefixes {
    common, // none, the oldest and the newest version
    all,    // none and every version
};

struct AccessCase {
    std::string id; // "ContainerList/GET/v1.44": what follows "access/SETTINGS/"
    const Operation* operation = nullptr;
    std::string_view method;
    std::string target;
    std::string request; // all its bytes; the case's number in the plan is in a header field
};

class AccessPlan {
public:
    // Only cases whose id, or whose id's beginning, is `idPrefix`.
    AccessPlan(const Catalogue& catalogue, Prefixes prefixes, std::string_view idPrefix = {});

    const std::vector<AccessCase>& cases() const { return cases_; }

private:
    std::vector<AccessCase> cases_;
};

// A path template with names filled in: "/containers/{id}/json" becomes "/containers/conformance-1/json".
std::string filledIn(std::string_view path);

// Whether a case named `id` is meant by `wanted`: the whole id, or a beginning of it that ends at a slash or
// at a name's middle, as a user types it.
bool idMatches(std::string_view id, std::string_view wanted);

} // namespace conformance
