#include "proxy/mask/fault.h"

#include <array>

namespace proxy::mask {
namespace {

struct Row {
    Fault fault;
    FaultInfo info;
};

using enum Fault;

constexpr std::array table{
    Row{none, {"none", "Nothing is wrong"}},
    Row{syntax, {"mask.json.syntax", "The answer to be masked is not JSON"}},
    Row{utf8, {"mask.json.utf8", "A string of the answer to be masked is not UTF-8"}},
    Row{depth, {"mask.json.depth", "The answer to be masked nests deeper than 512 arrays and objects"}},
    Row{trailing, {"mask.json.trailing", "Something follows the JSON document that was to be masked"}},
    Row{incomplete, {"mask.json.incomplete", "The answer ended before its JSON document did"}},
    Row{encoding, {"mask.encoding", "The answer to be masked is compressed: ask without Accept-Encoding"}},
    Row{content, {"mask.content", "The answer may hold environments in a form that cannot be masked"}},
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

} // namespace proxy::mask
