#include "proxy/json/fault.h"

#include <array>

namespace proxy::json {
namespace {

struct Row {
    Fault fault;
    FaultInfo info;
};

using enum Fault;

constexpr std::array table{
    Row{none, {"none", "Nothing is wrong"}},
    Row{syntax, {"json.syntax", "The body is not JSON"}},
    Row{utf8, {"json.utf8", "A string of the body is not UTF-8"}},
    Row{surrogate, {"json.surrogate", "An escape of the body is half a character: a lone surrogate"}},
    Row{control, {"json.control", "A control character, or \\u0000, is escaped where none belongs"}},
    Row{depth, {"json.depth", "The body nests deeper than 64 arrays and objects"}},
    Row{keys, {"json.keys", "The body has more keys at once than can be told apart"}},
    Row{duplicateKey, {"json.duplicate_key", "An object of the body has the same key twice"}},
    Row{root, {"json.root", "The body is not an object"}},
    Row{trailing, {"json.trailing", "Something follows the body's object"}},
    Row{incomplete, {"json.incomplete", "The body ends before its object does"}},
};

static_assert(table.size() == faultCount);
static_assert([]() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].fault != static_cast<Fault>(i)) return false;
    return true;
}());

} // namespace

const FaultInfo& describe(Fault fault) noexcept {
    return table[static_cast<std::size_t>(fault)].info;
}

} // namespace proxy::json
