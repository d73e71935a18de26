// What the tests of this folder share: tables whose rows are named.
#pragma once

#include "proxy/policy/policy.h"

#include <ostream>
#include <string>
#include <string_view>

namespace proxy::policy {

inline std::ostream& operator<<(std::ostream& out, Grants grants) {
    std::string_view separator;
    for (const Variable variable : grants) {
        out << separator << facts(variable).name;
        separator = "+";
    }
    return grants.empty() ? out << "(none)" : out;
}

inline std::ostream& operator<<(std::ostream& out, Rule rule) {
    return out << facts(rule).name;
}

inline std::string_view idOf(const Operation* operation) {
    return operation == nullptr ? "" : operation->id;
}

inline Grants allGrants(Dialect dialect = Dialect::tecnativa) {
    Grants grants;
    for (std::size_t i = 0; i < variablesOf(dialect).size(); ++i) grants.set(static_cast<Variable>(i));
    return grants;
}

} // namespace proxy::policy
