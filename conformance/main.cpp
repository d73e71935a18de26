#include "conformance/commands.h"

#include <iostream>

int main(int count, char** words) {
    return conformance::commandLineMain({words + 1, words + count}, std::cout, std::cerr);
}
