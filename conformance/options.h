// The command line.
#pragma once

#include "conformance/access/plan.h"
#include "conformance/oracle.h"
#include "conformance/report/files.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace conformance {

// A mistake on the command line; its text says what to type instead.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct Options {
    std::string command; // run, compare, render, list, explain, help
    std::vector<std::string> targets;
    std::string program; // instead of the first word of the adapter's command
    std::string family;
    std::string id; // of cases: a beginning
    Prefixes prefixes = Prefixes::common;
    Level level = Level::required;
    Dialect dialect = Dialect::tecnativa; // for list and explain
    int jobs = 2;
    ReportFiles reports;
    std::vector<std::string> inputs; // reports to compare or render
};

Options parseOptions(const std::vector<std::string>& arguments);

extern const char* const usage;

} // namespace conformance
