#include "proxy/relay/refusal.h"

namespace proxy::relay {

namespace {

// Of either text: a place can be 64 keys long, of the client's choice.
constexpr std::size_t mostShown = 256;

std::string clipped(const std::string& text) {
    return text.size() <= mostShown ? text : text.substr(0, mostShown) + "...";
}

std::string found(const guard::Judgement& judgement, bool withValue) {
    std::string text = clipped(judgement.place);
    if (!withValue || judgement.found.empty()) return text;
    return text.append(text.empty() ? "" : " = ").append(clipped(judgement.found));
}

} // namespace

std::string refusalOf(const guard::Judgement& judgement, std::string_view operation) {
    const guard::RuleFacts& rule = describe(judgement.rule);
    std::string text(operation.empty() ? "the request" : operation);
    text.append(" is refused: ");
    const std::string what = found(judgement, true);
    if (!what.empty()) text.append(what).append(": ");
    text.append(rule.sentence);
    if (!rule.variable.empty()) text.append("; it would be allowed with ").append(rule.variable);
    return text.append(" [").append(rule.name).append("]");
}

std::string noteOf(const guard::Judgement& judgement) {
    return found(judgement, !describe(judgement.rule).secret);
}

} // namespace proxy::relay
