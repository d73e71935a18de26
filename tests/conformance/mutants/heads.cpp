// The heads as they are forwarded: as they came, but for the fields that end here.
#include "tests/conformance/mutants/mutation.h"
#include "tests/conformance/mutants/relay.h"

#include <cctype>

namespace mutants {
namespace {

bool endsHere(const Head& head, const Field& field) {
    if (is("connection-forwarded")) return false;
    for (const char* const name : {"Connection", "Keep-Alive", "Proxy-Connection", "TE"})
        if (equalNames(field.name, name)) return true;
    return head.connectionNames(field.name) || equalNames(field.name, "Upgrade");
}

std::string lineOf(const Field& field) {
    if (!is("field-lower-case")) return field.line;
    std::string line = field.line;
    for (std::size_t i = 0; i < field.name.size(); ++i)
        line[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(line[i])));
    return line;
}

// A body shorter by one octet is announced as such: nobody would get to see it otherwise.
std::string shorter(const Field& field, const Head& head) {
    if (!equalNames(field.name, "Content-Length") || head.framing.length == 0) return lineOf(field);
    return "Content-Length: " + std::to_string(head.framing.length - 1) + "\r\n";
}

std::string valueOf(const Head& head, std::initializer_list<const char*> names) {
    for (const char* const name : names)
        if (const auto* const field = head.find(name); field != nullptr) return field->value;
    return {};
}

std::string pathIn(const Head& head) {
    return valueOf(head, {"X-Original-URL", "X-Rewrite-URL", "X-Original-URI", "X-Forwarded-Uri",
                          "X-Forwarded-Path", "X-Envoy-Original-Path"});
}

std::string methodIn(const Head& head, bool inField, bool inQuery) {
    constexpr std::string_view parameter = "?_method=";
    const auto query = head.target.find(parameter);
    if (inQuery && query != std::string::npos) return head.target.substr(query + parameter.size());
    const auto named =
        valueOf(head, {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Forwarded-Method"});
    return inField && !named.empty() ? named : head.method;
}

std::string targetOf(const Head& head) {
    std::string target = head.target;
    if (const auto named = pathIn(head); is("path-field-obeyed") && !named.empty()) target = named;
    if (is("prefix-field-obeyed")) target = valueOf(head, {"X-Forwarded-Prefix"}) + target;
    if (is("query-reencoded"))
        for (auto at = target.find("%3D"); at != std::string::npos; at = target.find("%3D"))
            target.replace(at, 3, "=");
    if (!is("target-reencoded")) return target;
    for (const auto& [escape, octet] : {std::pair{"%3A", ":"}, {"%3a", ":"}, {"%2F", "/"}, {"%2f", "/"}})
        for (auto at = target.find(escape); at != std::string::npos; at = target.find(escape))
            target.replace(at, 3, octet);
    return target;
}

} // namespace

std::string judgedMethod(const Head& head) {
    return methodIn(head, is("method-field-judged"), is("method-query-judged"));
}

std::string judgedPath(const Head& head, std::string path) {
    const auto named = pathIn(head);
    const auto prefix = valueOf(head, {"X-Forwarded-Prefix"});
    if (is("path-field-judged") && !named.empty()) return named;
    if (is("prefix-field-judged")) return prefix + path;
    if (is("prefix-field-stripped") && path.starts_with(prefix)) return path.substr(prefix.size());
    return path;
}

std::string requestText(const Head& head, bool upgrade) {
    std::string text = methodIn(head, is("method-field-obeyed"), is("method-query-obeyed")) + " " +
                       targetOf(head) + (head.http11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
    const bool stripsBody = upgrade && is("upgrade-body-lost");
    std::string held;
    for (const auto& field : head.fields) {
        if (endsHere(head, field) && !(upgrade && equalNames(field.name, "Upgrade"))) continue;
        if (is("continue-answered") && equalNames(field.name, "Expect")) continue;
        if (is("field-dropped") && field.name.starts_with("X-")) continue;
        if (is("fields-reordered") && held.empty() && !equalNames(field.name, "Host")) {
            held = field.line;
            continue;
        }
        if (stripsBody && equalNames(field.name, "Content-Length"))
            text += "Content-Length: 0\r\n";
        else
            text += is("request-body-truncated") ? shorter(field, head) : lineOf(field);
    }
    text += held;
    if (is("field-added")) text += "X-Forwarded-For: 127.0.0.1\r\n";
    if (upgrade && !is("connection-forwarded")) text += "Connection: Upgrade\r\n";
    return text + "\r\n";
}

std::string answerText(const Head& head, bool close) {
    const bool switches = head.status == 101;
    std::string status = head.startLine.substr(8);
    if (is("status-rewritten") && head.status >= 400) status = " 502 Bad Gateway";
    if (is("switch-answered-200") && switches) status = " 200 OK";
    std::string text = "HTTP/1.1" + status + "\r\n";
    for (const auto& field : head.fields) {
        if (endsHere(head, field) && !(switches && equalNames(field.name, "Upgrade"))) continue;
        if (is("answer-field-dropped") && equalNames(field.name, "Api-Version")) continue;
        text += is("answer-body-truncated") ? shorter(field, head) : lineOf(field);
    }
    if (switches && !is("connection-forwarded")) text += "Connection: Upgrade\r\n";
    if (close && !switches) text += "Connection: close\r\n";
    return text + "\r\n";
}

} // namespace mutants
