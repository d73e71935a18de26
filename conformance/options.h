// The command line: what may stand there is two tables, of commands and of options.
#pragma once

#include "conformance/access/plan.h"
#include "conformance/oracle.h"
#include "conformance/report/files.h"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

/// A mistake on the command line; its text says what to type instead.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct Options {
    std::string command; ///< run, compare, render, list, explain, help, version
    std::vector<std::string> targets;
    std::vector<std::string> images; ///< targets without an adapter
    int imagePort = 0;
    std::string baseline; ///< instead of the adapter's
    std::string program;  ///< instead of the first word of the adapter's command
    std::vector<std::string> families;
    std::vector<std::string> ids; ///< of cases: beginnings
    Prefixes prefixes = Prefixes::common;
    Level level = Level::required;
    Dialect dialect = Dialect::tecnativa; ///< for list and explain
    int jobs = 2;
    ReportFiles reports;
    std::vector<std::string> inputs; ///< reports to compare or render; of help the command, if any
};

/// Every option is one of those that the command takes. One that is a list adds up when it is given again;
/// any other may be given once.
[[nodiscard]] Options parseOptions(const std::vector<std::string>& arguments);

/// What a command does and takes; of the empty name all of them.
[[nodiscard]] std::string usageOf(std::string_view command);

} // namespace conformance
