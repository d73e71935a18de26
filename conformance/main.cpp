#include "conformance/commands.h"
#include "conformance/target/target.h"
#include "conformance/workspace.h"

#include <iostream>

int main(int count, char** words) {
    conformance::removeWorkspacesOnSignals(conformance::endTargets);
    return conformance::commandLineMain({words + 1, words + count}, std::cout, std::cerr);
}
