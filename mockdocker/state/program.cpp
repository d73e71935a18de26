#include "mockdocker/state/program.h"

#include "mockdocker/wire/answer.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>

namespace mockdocker {
namespace {

using Words = std::vector<std::string>;

struct Shell {
    const Program& program;
    Stdio& stdio;
    int last = 0;
    bool exited = false;
    int out = 1; ///< where standard output of the current command goes: 1, 2, or 0 for /dev/null
    std::map<std::string, std::string> variables{};

    void print(std::string_view text) const {
        if (out != 0) stdio.print(out, text);
    }
    [[nodiscard]] bool over() const { return exited || stdio.killedBy() != 0; }
};

int runWords(Shell& shell, const Words& words);
void runScript(Shell& shell, std::string_view script);

std::string joined(const Words& words, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < words.size(); ++i) text.append(i > from ? " " : "").append(words[i]);
    return text;
}

std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            plain.push_back(text[i]);
            continue;
        }
        const char c = text[++i];
        plain.push_back(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == '0' ? '\0' : c);
    }
    return plain;
}

int echo(Shell& shell, const Words& words) {
    const bool bare = words.size() > 1 && words[1] == "-n";
    const bool escapes = words.size() > 1 && words[1] == "-e";
    const std::string text = joined(words, bare || escapes ? 2 : 1);
    shell.print((escapes ? unescaped(text) : text) + (bare ? "" : "\n"));
    return 0;
}

int print(Shell& shell, const Words& words) {
    shell.print(unescaped(words.size() > 1 ? words[1] : ""));
    return 0;
}

int cat(Shell& shell, const Words& words) {
    if (words.size() > 1 && words[1] != "-") {
        if (words[1] == "/etc/hostname") {
            shell.print(shell.program.hostname + "\n");
            return 0;
        }
        shell.stdio.print(2, "cat: can't open '" + words[1] + "': No such file or directory\n");
        return 1;
    }
    while (const auto bytes = shell.stdio.readSome()) shell.print(*bytes);
    return 0;
}

int countOctets(Shell& shell, const Words&) {
    std::size_t count = 0;
    while (const auto bytes = shell.stdio.readSome()) count += bytes->size();
    shell.print(std::to_string(count) + "\n");
    return 0;
}

int sleep(Shell& shell, const Words& words) {
    const double seconds =
        words.size() > 1 && words[1] != "infinity" ? std::strtod(words[1].c_str(), nullptr) : 1e8;
    shell.stdio.sleep(std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e8)));
    return 0;
}

int environment(Shell& shell, const Words&) {
    std::string text;
    for (const auto& line : shell.program.environment) text.append(line).append("\n");
    shell.print(text);
    return 0;
}

int sequence(Shell& shell, const Words& words) {
    const int last =
        words.size() > 1 ? std::atoi(words.back().c_str()) : 0; // NOLINT(cert-err34-c): 0 is fine
    std::string text;
    for (int i = 1; i <= last; ++i) text += std::to_string(i) + "\n";
    shell.print(text);
    return 0;
}

int testPattern(Shell& shell, const Words& words) {
    std::uint64_t size = words.size() > 1 ? std::strtoull(words[1].c_str(), nullptr, 10) : 0;
    for (std::uint64_t at = 0; at < size && shell.stdio.killedBy() == 0;) {
        const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(size - at, 32768));
        shell.print(pattern(at, piece));
        at += piece;
    }
    return 0;
}

int leave(Shell& shell, const Words& words) {
    shell.exited = true;
    return words.size() > 1 ? std::atoi(words[1].c_str()) : shell.last; // NOLINT(cert-err34-c)
}

int readVariable(Shell& shell, const Words& words) {
    auto line = shell.stdio.readLine();
    if (!line) return 1;
    while (line->ends_with('\n') || line->ends_with('\r')) line->pop_back();
    if (words.size() > 1) shell.variables[words[1]] = *line;
    return 0;
}

int shellCommand(Shell& shell, const Words& words) {
    Shell inner{shell.program, shell.stdio};
    inner.out = shell.out;
    const auto option = std::ranges::find_if(
        words, [](const auto& word) { return word.starts_with('-') && word.ends_with('c'); });
    if (option != words.end() && option + 1 != words.end()) {
        runScript(inner, *(option + 1));
        return inner.last;
    }
    while (!inner.over()) { // a shell that reads its script from standard input, line by line
        const auto line = shell.stdio.readLine();
        if (!line) break;
        runScript(inner, *line);
    }
    return inner.last;
}

template <const char* Text>
int say(Shell& shell, const Words&) {
    shell.print(Text);
    return 0;
}
constexpr char root[] = "/\n";
constexpr char rootId[] = "uid=0(root) gid=0(root)\n";
constexpr char listing[] = "bin\ndev\netc\nhome\nproc\nroot\nsys\ntmp\nusr\nvar\n";

using Command = int (*)(Shell&, const Words&);
const std::map<std::string, Command, std::less<>>& commands() {
    static const std::map<std::string, Command, std::less<>> table = {
        {"echo", &echo},
        {"printf", &print},
        {"cat", &cat},
        {"wc", &countOctets},
        {"sleep", &sleep},
        {"true", [](Shell&, const Words&) { return 0; }},
        {":", [](Shell&, const Words&) { return 0; }},
        {"false", [](Shell&, const Words&) { return 1; }},
        {"env", &environment},
        {"printenv", &environment},
        {"seq", &sequence},
        {"test-pattern", &testPattern},
        {"exit", &leave},
        {"read", &readVariable},
        {"sh", &shellCommand},
        {"ash", &shellCommand},
        {"bash", &shellCommand},
        {"pwd", &say<root>},
        {"id", &say<rootId>},
        {"ls", &say<listing>},
        {"hostname",
         [](Shell& shell, const Words&) {
             shell.print(shell.program.hostname + "\n");
             return 0;
         }},
        {"tty",
         [](Shell& shell, const Words&) {
             shell.print(shell.stdio.terminal() ? "/dev/pts/0\n" : "not a tty\n");
             return shell.stdio.terminal() ? 0 : 1;
         }},
    };
    return table;
}

Command commandNamed(std::string_view name) {
    const auto slash = name.rfind('/');
    if (slash != std::string_view::npos) name = name.substr(slash + 1);
    const auto at = commands().find(name);
    return at == commands().end() ? nullptr : at->second;
}

int runWords(Shell& shell, const Words& words) {
    if (words.empty()) return shell.last;
    if (const Command command = commandNamed(words[0])) return command(shell, words);
    shell.stdio.print(2, "sh: " + words[0] + ": not found\n");
    return 127;
}

std::string expanded(const Shell& shell, std::string_view name) {
    if (name == "?") return std::to_string(shell.last);
    const auto at = shell.variables.find(std::string(name));
    if (at != shell.variables.end()) return at->second;
    for (const auto& line : shell.program.environment) {
        if (line.starts_with(std::string(name) + "=")) return line.substr(name.size() + 1);
    }
    return {};
}

// One simple command: words with quotes, $NAME and redirections taken off.
Words splitWords(Shell& shell, std::string_view text) {
    Words words;
    std::string word;
    bool inWord = false;
    char quote = 0;
    const auto isName = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0 ? c == quote : (c == '"' || c == '\'')) {
            quote = quote != 0 ? 0 : c;
            inWord = true;
        } else if (c == '$' && quote != '\'' && i + 1 < text.size()) {
            std::size_t end = i + 1;
            if (text[end] == '?')
                ++end;
            else
                while (end < text.size() && isName(text[end])) ++end;
            word += expanded(shell, text.substr(i + 1, end - i - 1));
            inWord = true;
            i = end - 1;
        } else if (quote == 0 && (c == ' ' || c == '\t')) {
            if (inWord) words.push_back(std::exchange(word, {}));
            inWord = false;
        } else {
            word.push_back(c);
            inWord = true;
        }
    }
    if (inWord) words.push_back(word);
    return words;
}

int runSimple(Shell& shell, std::string_view text) {
    Words words = splitWords(shell, text);
    const int before = shell.out;
    for (auto word = words.begin(); word != words.end();) {
        const bool known = *word == ">&2" || *word == "1>&2" || *word == "2>&1" || *word == ">/dev/null";
        if (*word == ">&2" || *word == "1>&2") shell.out = 2;
        if (*word == ">/dev/null") shell.out = 0;
        word = known ? words.erase(word) : word + 1;
    }
    if (words.size() == 1 && words[0].find('=') != std::string::npos && words[0].front() != '=') {
        const auto equals = words[0].find('=');
        shell.variables[words[0].substr(0, equals)] = words[0].substr(equals + 1);
        return 0;
    }
    if (!words.empty() && words[0] == "exec") words.erase(words.begin());
    const int code = runWords(shell, words);
    shell.out = before;
    return code;
}

// Splits at the first operator outside quotes; `rest` is what follows it.
std::string_view takeCommand(std::string_view& rest, std::string& operatorBehind) {
    char quote = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const char c = rest[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
            continue;
        }
        if (c == '"' || c == '\'') quote = c;
        const bool pair = (c == '&' || c == '|') && i + 1 < rest.size() && rest[i + 1] == c;
        const bool redirection = c == '&' && i > 0 && rest[i - 1] == '>';
        if (c != ';' && c != '\n' && !pair && (c != '&' || redirection)) continue;
        const auto command = rest.substr(0, i);
        operatorBehind = pair ? std::string(2, c) : ";";
        rest = rest.substr(i + (pair ? 2 : 1));
        return command;
    }
    operatorBehind.clear();
    return std::exchange(rest, {});
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// "while true; do BODY; done" repeats until the process is killed.
bool runLoop(Shell& shell, std::string_view& rest) {
    constexpr std::string_view head = "while true; do ";
    const auto text = trimmed(rest);
    const auto end = text.rfind("done");
    if (!text.starts_with(head) || end == std::string_view::npos) return false;
    const auto body = text.substr(head.size(), end - head.size());
    while (!shell.over()) runScript(shell, body);
    rest = {};
    return true;
}

void runScript(Shell& shell, std::string_view script) {
    std::string operatorBefore;
    while (!script.empty() && !shell.over()) {
        if (runLoop(shell, script)) return;
        std::string operatorBehind;
        const auto command = trimmed(takeCommand(script, operatorBehind));
        const bool skip =
            (operatorBefore == "&&" && shell.last != 0) || (operatorBefore == "||" && shell.last == 0);
        if (!command.empty() && !skip) shell.last = runSimple(shell, command);
        operatorBefore = operatorBehind;
    }
}

} // namespace

bool isCommand(const std::string& name) {
    return commandNamed(name) != nullptr;
}

int run(const Program& program, Stdio& stdio) {
    Shell shell{program, stdio};
    const int code = runWords(shell, program.arguments);
    return stdio.killedBy() != 0 ? 128 + stdio.killedBy() : code;
}

} // namespace mockdocker
