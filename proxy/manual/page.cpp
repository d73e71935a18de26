#include "proxy/manual/chapters.h"
#include "proxy/manual/manual.h"
#include "proxy/program/command_line.h"

#include <ostream>
#include <string>

namespace proxy::manual {

namespace {

using program::ExitStatus;
using program::Option;
using settings::Row;

/// Text in roff: `so` is bold, and neither a minus nor the beginning of a line means anything.
std::string roff(std::string_view text) {
    std::string written;
    bool bold = false;
    for (const char c : text) {
        switch (c) {
        case '`':
            written += (bold = !bold) ? "\\fB" : "\\fR";
            break;
        case '\\':
            written += "\\e";
            break;
        case '-':
            written += "\\-";
            break;
        case '\n':
            written += ' ';
            break;
        case '\'':
            written += "\\(aq";
            break;
        case '.':
            if (written.empty()) written += "\\&";
            written += c;
            break;
        default:
            written += c;
        }
    }
    return written;
}

constexpr std::string_view description =
    R"(Whoever reaches the Docker socket is root on the host.
This proxy stands between the socket and the programs that want a part of it, and lets through what its environment
variables grant, and nothing else.
A request is forwarded byte for byte, or answered with a sentence that names what would allow it.
.PP
Started as root it becomes an ordinary user in the socket's group, without capabilities, before it accepts.
.PP
The Debian package runs it as
.BR docker\-socket\-proxy.service ,
with the settings in
.IR /etc/default/docker\-socket\-proxy .
Out of the box it listens on
.IR /run/docker\-socket\-proxy/docker.sock ,
for members of the group
.BR docker\-socket\-proxy ,
and grants no more than what is listed as granted by default.
)";

constexpr std::string_view variables =
    R"(.B 1 true yes on
grant,
.B 0 false no off
and empty revoke, in any case.
Anything else stops the start, with all mistakes named at once.
A name close to a known one is warned of.
)";

constexpr std::string_view listening = R"(.B BIND_CONFIG
is a list, separated by commas, of
.TP
\fB:\fIport\fR, \fIaddress\fB:\fIport\fR, \fB[\fIaddress\fB]:\fIport\fR
with
.B v4v6
or
.B v6only
behind it, if wanted
.TP
\fI/path\fR, \fBunix@\fI/path\fR
with
.BI mode \ 660\fR,
.BR user " or " uid ,
and
.BR group " or " gid ,
if wanted
.TP
.B none
which closes the door without a name.
)";

constexpr std::string_view doors =
    R"(Every variable but those of the whole process may have a door's name and
.B __
in front.
A door is there when it has a
.BR BIND_CONFIG ,
and inherits nothing but the defaults:
.PP
.nf
.RS
BIND_CONFIG=none
TRAEFIK__BIND_CONFIG="/run/traefik/docker.sock mode 660 gid 1000"
TRAEFIK__ALLOW_OPERATIONS="ContainerList ContainerInspect"
.RE
.fi
)";

constexpr std::string_view files = R"(.TP
.I /etc/default/docker\-socket\-proxy
The variables of the service.
.TP
.I /var/run/docker.sock
The daemon's socket.
.TP
.I /run/docker\-socket\-proxy/docker.sock
The service's own.
)";

constexpr std::string_view examples = R"(What would a dashboard need?
.PP
.nf
.RS
docker\-socket\-proxy \-\-explain GET /v1.41/containers/json
docker\-socket\-proxy \-\-operations \(aqContainer*\(aq
.RE
.fi
.PP
What did a client ask for, with
.B LEARN=1
in the settings?
.PP
.nf
.RS
journalctl \-u docker\-socket\-proxy \-o cat | docker\-socket\-proxy \-\-suggest
.RE
.fi
.PP
A client's way to it:
.PP
.nf
.RS
adduser traefik docker\-socket\-proxy
DOCKER_HOST=unix:///run/docker\-socket\-proxy/docker.sock docker version
.RE
.fi
)";

void printSynopsis(std::ostream& out) {
    out << ".SH SYNOPSIS\n.B docker\\-socket\\-proxy\n";
    for (const Option& option : program::options()) {
        if (option.help.empty()) continue;
        out << ".br\n.B docker\\-socket\\-proxy " << roff(option.name) << '\n';
        if (!option.arguments.empty()) out << ".I " << roff(option.arguments) << '\n';
    }
}

void printOptions(std::ostream& out) {
    out << ".SH OPTIONS\nWithout any: " << roff(program::whileServing) << ".\n";
    for (const Option& option : program::options()) {
        if (option.help.empty()) continue;
        out << ".TP\n\\fB" << roff(option.name) << "\\fR";
        for (const Option& other : program::options())
            if (other.help.empty() && other.kind == option.kind)
                out << ", \\fB" << roff(other.name) << "\\fR";
        if (!option.arguments.empty()) out << " \\fI" << roff(option.arguments) << "\\fR";
        out << '\n' << roff(option.help) << ".\n";
    }
}

void printVariables(std::ostream& out) {
    out << ".SH ENVIRONMENT\n" << variables;
    for (const Chapter& chapter : chapters) {
        out << ".SS " << chapter.title << '\n';
        for (const Row& row : settings::table()) {
            if (!chapter.has(row)) continue;
            out << ".TP\n.B " << row.name << '\n' << roff(row.sentence);
            if (!isGrant(row) && !row.standard.empty()) out << " (default: " << roff(row.standard) << ')';
            out << ".\n";
        }
    }
    out << ".SS How BIND_CONFIG is written\n" << listening << ".SS Doors\n" << doors;
}

} // namespace

void printPage(std::ostream& out) {
    out << ".\\\" Generated from the tables of options and settings.\n"
           ".TH DOCKER\\-SOCKET\\-PROXY 8 \"" DSP_DATE "\" \"docker\\-socket\\-proxy " DSP_VERSION "\"\n"
           ".SH NAME\ndocker\\-socket\\-proxy \\- "
        << roff(program::purpose) << '\n';
    printSynopsis(out);
    out << ".SH DESCRIPTION\n" << description;
    printOptions(out);
    printVariables(out);
    out << ".SH FILES\n" << files << ".SH EXIT STATUS\n";
    for (const ExitStatus& status : program::exitStatuses())
        out << ".TP\n.B " << status.status << '\n' << roff(status.means) << '\n';
    out << ".SH EXAMPLES\n"
        << examples << ".SH SEE ALSO\n.BR socket\\-proxy\\-conformance (1),\n.BR systemctl (1)\n";
}

} // namespace proxy::manual
