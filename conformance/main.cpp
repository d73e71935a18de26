#include "conformance/commands.h"
#include "conformance/workspace.h"

#include <iostream>

int main(int count, char** words) {
    conformance::removeWorkspacesOnSignals();
    return conformance::commandLineMain({words + 1, words + count}, std::cout, std::cerr);
}
