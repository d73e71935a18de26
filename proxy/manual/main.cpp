// proxy_manual page|completion|defaults: prints one of them. Run by the build; not installed.

#include "proxy/manual/manual.h"

#include <iostream>
#include <map>
#include <string_view>

int main(int argc, char** argv) {
    using Print = void (*)(std::ostream&);
    const std::map<std::string_view, Print> kinds{{"page", proxy::manual::printPage},
                                                  {"completion", proxy::manual::printCompletion},
                                                  {"defaults", proxy::manual::printDefaults}};
    const auto found = kinds.find(argc == 2 ? argv[1] : "");
    if (found == kinds.end()) {
        std::cerr << "proxy_manual: say one of: page, completion, defaults\n";
        return 64;
    }
    found->second(std::cout);
    return std::cout.flush() ? 0 : 1;
}
