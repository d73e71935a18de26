// Texts that are generated from the tables of options (program/command_line.h) and of settings
// (settings/table.h), so that what is installed beside the program tells what the program knows.
#pragma once

#include <iosfwd>

namespace proxy::manual {

/// docker-socket-proxy(8), in the macros of man(7).
void printPage(std::ostream& out);

/// For bash.
void printCompletion(std::ostream& out);

/// /etc/default/docker-socket-proxy, as systemd's EnvironmentFile= reads it.
void printDefaults(std::ostream& out);

} // namespace proxy::manual
