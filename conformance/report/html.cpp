#include "conformance/report/html.h"

#include "conformance/catalogue.h"
#include "conformance/report/json.h"

#include <Poco/JSON/Object.h>

#include <ostream>
#include <sstream>
#include <stdexcept>

namespace conformance {

std::string_view embeddedPage(std::string_view name); // made by embed.cmake

namespace {

// Inside <script> nothing may look like its end, or like a comment's beginning (HTML, 4.12.1.3).
std::string forScript(std::string json) {
    for (std::size_t at = 0; (at = json.find('<', at)) != std::string::npos; at += 6)
        json.replace(at, 1, "\\u003c");
    return json;
}

std::string operationsJson() {
    Poco::JSON::Array list;
    for (const auto& operation : Catalogue::builtin().operations()) {
        Poco::JSON::Object one(Poco::JSON_PRESERVE_KEY_ORDER);
        one.set("id", operation.id);
        one.set("method", operation.method);
        one.set("path", operation.path);
        one.set("variable", operation.variable);
        one.set("section", operation.section);
        list.add(one);
    }
    std::ostringstream text;
    list.stringify(text);
    return text.str();
}

// Writes the page up to `mark`, and returns what follows it.
std::string_view writeUpTo(std::ostream& out, std::string_view page, std::string_view mark) {
    const auto at = page.find(mark);
    if (at == std::string_view::npos) throw std::logic_error("matrix.html lacks " + std::string(mark));
    out << page.substr(0, at);
    return page.substr(at + mark.size());
}

} // namespace

void writeHtml(std::ostream& out, const RunResult& run) {
    std::ostringstream json;
    writeJson(json, run);
    auto rest = writeUpTo(out, embeddedPage("matrix.html"), "@OPERATIONS@");
    out << forScript(operationsJson());
    rest = writeUpTo(out, rest, "@RUN@");
    out << forScript(json.str()) << rest;
}

} // namespace conformance
