// Reads documents for a test in another language. Standard input holds records, "<octets>\n" and the document;
// standard output has for each a line: the fault's name and what was read, as JSON without blanks, and without
// escapes where none are needed.
#include "proxy/json/reader.h"
#include "proxy/json/text.h"

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

namespace {

using proxy::json::Kind;

void write(std::string& out, std::string_view raw) {
    out += '"';
    proxy::json::Octets octets(raw);
    for (int octet = octets.next(); octet >= 0; octet = octets.next()) {
        char escape[8];
        if (octet < 0x20 || octet == '"' || octet == '\\')
            out.append(escape,
                       static_cast<std::size_t>(std::snprintf(escape, sizeof escape, "\\u%04x", octet)));
        else
            out += static_cast<char>(octet);
    }
    out += '"';
}

std::string read(std::string_view document) {
    const auto keys = std::make_unique<proxy::json::Keys>();
    proxy::json::Reader reader(document, *keys);
    std::string out;
    for (auto token = reader.next(); token.kind != Kind::end && token.kind != Kind::fault;
         token = reader.next()) {
        const bool closes = token.kind == Kind::closeObject || token.kind == Kind::closeArray;
        if (!out.empty() && !closes && out.back() != '{' && out.back() != '[' && out.back() != ':')
            out += ',';
        if (token.kind == Kind::key || token.kind == Kind::text)
            write(out, token.raw);
        else
            out += token.raw;
        if (token.kind == Kind::key) out += ':';
    }
    return std::string(describe(reader.fault()).name) + ' ' +
           (reader.fault() == proxy::json::Fault::none ? out : "");
}

} // namespace

int main() {
    std::ios::sync_with_stdio(false);
    std::size_t size = 0;
    while (std::cin >> size && std::cin.get() == '\n') {
        std::string document(size, '\0');
        if (!std::cin.read(document.data(), static_cast<std::streamsize>(size))) return 1;
        std::cout << read(document) << '\n';
    }
    return std::cin.eof() ? 0 : 1;
}
