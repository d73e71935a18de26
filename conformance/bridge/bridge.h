// The suite as other test frameworks see it: named groups of cases, and a verdict on each. GoogleTest and
// pytest go through this; no case is written twice.
//
// A group's id is the suite's: a case of the scripted families is a group; of the millions of access and operations a
// settings vector is one ("access/on.EXEC.post0"), and in access each operation is besides where the vector is about it
// ("access/on.EXEC.post0/ExecStart"). As --id, it selects the same cases.
//
// A family's cases are judged together, and a settings vector at once: ask for many ids in one call.
#pragma once

#include "conformance/oracle.h"
#include "conformance/report/result.h"
#include "conformance/target/adapter.h"

#include <string>
#include <vector>

namespace conformance {

struct CaseGroup {
    std::string id;
    std::string family;
    std::string variable; ///< what the settings vary; empty where a family does not go through variables
    Level level = Level::required;
    std::string sentence; ///< the proxy is the subject
};

[[nodiscard]] std::vector<CaseGroup> caseGroups(Dialect dialect);

struct GroupVerdict {
    std::string id;
    Status status = Status::error;
    std::string why; ///< of everything but a pass
};

/// In the order of `ids`. Deviations up to `judged` fail; what the adapter has no capability for is disabled.
/// Throws std::invalid_argument at an unknown id.
[[nodiscard]] std::vector<GroupVerdict> judgeGroups(const Adapter& adapter,
                                                    const std::vector<std::string>& ids, Level judged);

} // namespace conformance
