#include "proxy/manual/chapters.h"
#include "proxy/manual/manual.h"

#include <ostream>
#include <string_view>

namespace proxy::manual {

namespace {

using settings::Row;

// On a host, unlike in a container, a port of every address is everybody's: the package begins with a socket
// for a group.
constexpr std::string_view door = "\"/run/docker-socket-proxy/docker.sock mode 660\"";

constexpr std::string_view head =
    R"(# Settings of docker-socket-proxy.service; docker-socket-proxy(8) explains them. Then, as root:
#   systemctl restart docker-socket-proxy
# Lines are NAME=VALUE, as systemd's EnvironmentFile= reads them: a value with blanks stands in double quotes, and
# nothing may stand behind it. What is wrong stops the start, with a sentence in the journal.

# Where clients come in: a socket for the members of group docker-socket-proxy. A port of this machine instead, for all
# of its users: BIND_CONFIG=127.0.0.1:2375
# A socket in another folder needs ReadWritePaths=/that/folder in the unit: systemctl edit docker-socket-proxy
)";

void printSentence(std::ostream& out, std::string_view sentence) {
    out << "# ";
    for (const char c : sentence)
        if (c != '`') out << c;
}

void printRow(std::ostream& out, const Row& row) {
    printSentence(out, row.sentence);
    const bool quoted = row.standard.find(' ') != std::string_view::npos;
    const std::string_view quote = quoted ? "\"" : "";
    out << "\n#" << row.name << '=' << quote << row.standard << quote << "\n";
}

} // namespace

void printDefaults(std::ostream& out) {
    out << head << "BIND_CONFIG=" << door << '\n';
    for (const Chapter& chapter : chapters) {
        out << "\n# ---- " << chapter.title << '\n';
        for (const Row& row : settings::table())
            if (chapter.has(row) && row.name != "BIND_CONFIG") printRow(out, row);
    }
}

} // namespace proxy::manual
