#include "tests/conformance/mutants/mutation.h"

namespace mutants {
namespace {

std::size_t chosen = names.size();
bool buffering = false;

} // namespace

bool mutate(std::string_view name) {
    chosen = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    return chosen < names.size();
}

void buffer() {
    buffering = true;
}

bool buffers() {
    return buffering;
}

bool is(Mutant mutant) {
    return mutant.index() == chosen;
}

} // namespace mutants
