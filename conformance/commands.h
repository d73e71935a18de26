// What the program can do, one function a command. Each returns the exit status: 0 conforms, 1 deviates,
// 2 could not be judged.
#pragma once

#include "conformance/options.h"

#include <iosfwd>

namespace conformance {

[[nodiscard]] int run(const Options& options, std::ostream& out);
[[nodiscard]] int compare(const Options& options, std::ostream& out);
[[nodiscard]] int render(const Options& options, std::ostream& out);
[[nodiscard]] int list(const Options& options, std::ostream& out);
[[nodiscard]] int explain(const Options& options, std::ostream& out);

/// Parses, dispatches, and turns every exception into a message on `err` and status 2.
[[nodiscard]] int commandLineMain(const std::vector<std::string>& arguments, std::ostream& out,
                                  std::ostream& err);

} // namespace conformance
