#include "proxy/manual/manual.h"
#include "proxy/program/command_line.h"

#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace proxy::manual {

namespace {

using program::Option;

struct Word {
    std::string_view stands; ///< for this, in an option's arguments
    std::string_view offers; ///< as bash's compgen takes it
};

// Of whatever else there is (a target, a door's name) nothing is offered.
constexpr auto words = std::to_array<Word>({
    {"METHOD", "-W 'GET HEAD POST PUT DELETE'"},
    {"PATTERN", "-W \"$(\"$1\" --operations 2>/dev/null | cut -d ' ' -f 1)\""},
    {"FILE", "-f"},
});

std::string_view offersFor(std::string_view stands) {
    for (const Word& word : words)
        if (word.stands == stands) return word.offers;
    return "";
}

/// "[--door NAME] METHOD TARGET" in words, without brackets.
std::vector<std::string> wordsOf(std::string_view arguments) {
    std::string bare;
    for (const char c : arguments)
        if (c != '[' && c != ']') bare.push_back(c);
    std::istringstream stream(bare);
    std::vector<std::string> all;
    for (std::string word; stream >> word;) all.push_back(std::move(word));
    return all;
}

/// What may stand behind an option: its own options anywhere, and what its arguments stand for.
void printCase(std::ostream& out, const Option& option) {
    const std::vector<std::string> all = wordsOf(option.arguments);
    std::string flags;
    std::string_view offers;
    out << "        " << option.name << ")\n            case ${COMP_WORDS[COMP_CWORD - 1]} in\n";
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!all[i].starts_with("--")) {
            if (offers.empty()) offers = offersFor(all[i]);
            continue;
        }
        flags.append(" ").append(all[i]);
        if (i + 1 == all.size()) break;
        const std::string_view value = offersFor(all[++i]);
        out << "                " << all[i - 1] << ')';
        if (!value.empty()) out << " mapfile -t COMPREPLY < <(compgen " << value << " -- \"$word\")";
        out << " ;;\n";
    }
    out << "                *)";
    if (!offers.empty()) out << " mapfile -t COMPREPLY < <(compgen " << offers << " -- \"$word\")";
    if (!flags.empty())
        out << "\n                    mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -W '"
            << flags.substr(1) << "' -- \"$word\")";
    out << " ;;\n            esac ;;\n";
}

} // namespace

void printCompletion(std::ostream& out) {
    out << "# bash completion for docker-socket-proxy; generated from its table of options\n"
           "_docker_socket_proxy() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]}\n"
           "    COMPREPLY=()\n"
           "    if ((COMP_CWORD == 1)); then\n"
           "        mapfile -t COMPREPLY < <(compgen -W '";
    for (const Option& option : program::options())
        out << (&option == program::options().data() ? "" : " ") << option.name;
    out << "' -- \"$word\")\n"
           "        return\n"
           "    fi\n"
           "    case ${COMP_WORDS[1]} in\n";
    for (const Option& option : program::options())
        if (!option.arguments.empty()) printCase(out, option);
    out << "    esac\n"
           "}\n"
           "complete -F _docker_socket_proxy docker-socket-proxy\n";
}

} // namespace proxy::manual
