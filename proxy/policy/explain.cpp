#include "proxy/policy/explain.h"

#include <algorithm>
#include <array>

namespace proxy::policy {
namespace {

// What a client chose is cut, so that the message always fits.
constexpr std::size_t shownOfMethod = 24;
constexpr std::size_t shownOfTarget = 256;

// Text into a fixed span: what does not fit is dropped.
class Writer {
public:
    explicit Writer(std::span<char> out) noexcept
        : out_(out) {}

    void put(std::string_view text) noexcept {
        const auto size = std::min(text.size(), out_.size() - size_);
        std::copy_n(text.data(), size, out_.data() + size_);
        size_ += size;
    }
    [[nodiscard]] std::string_view written() const noexcept { return {out_.data(), size_}; }

private:
    std::span<char> out_;
    std::size_t size_ = 0;
};

// Inside a JSON string: printable ASCII, '"' and '\' escaped, the rest percent-encoded as in a URI.
void putForeign(Writer& writer, std::string_view text, std::size_t limit) noexcept {
    static constexpr std::string_view hex = "0123456789ABCDEF";
    const auto isPlain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
    if (text.size() <= limit && std::ranges::all_of(text, isPlain)) return writer.put(text);
    std::size_t shown = 0;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        const std::array<char, 3> encoded{'%', hex[octet >> 4U], hex[octet & 0xFU]};
        const std::array<char, 2> escaped{'\\', c};
        std::string_view piece(&c, 1);
        if (octet < 0x20 || octet >= 0x7f) {
            piece = {encoded.data(), encoded.size()};
        } else if (c == '"' || c == '\\') {
            piece = {escaped.data(), escaped.size()};
        }
        if (shown + piece.size() > limit) return writer.put("...");
        writer.put(piece);
        shown += piece.size();
    }
}

void putAll(Writer& writer, Grants all, std::string_view between) noexcept {
    std::string_view separator;
    for (const Variable variable : all) {
        writer.put(separator);
        writer.put(facts(variable).name);
        writer.put("=1");
        separator = between;
    }
}

// "CONTAINERS=1 and POST=1", "one of CONTAINERS=1, ALLOW_START=1", "POST=1 and one of …"; where a way takes
// more than one besides what all take, "one of ALLOW_START=1, CONTAINERS=1 with POST=1".
void putVariables(Writer& writer, const Alternatives& missing) noexcept {
    if (missing.size() == 1) return putAll(writer, missing.begin()->all, " and ");
    Grants common = missing.begin()->all;
    Grants any;
    for (const Alternative& way : missing) {
        common = common & way.all;
        any = any | way.all;
    }
    putAll(writer, common, " and ");
    writer.put(common.empty() ? "one of " : " and one of ");
    const auto isOne = [&](const Alternative& way) { return (way.all - common).size() == 1; };
    if (std::ranges::all_of(missing, isOne)) return putAll(writer, any - common, ", ");
    std::string_view separator;
    for (const Alternative& way : missing) {
        writer.put(separator);
        putAll(writer, way.all - common, " with ");
        separator = ", ";
    }
}

// Variables, or the operation's name: all ways there are. Nothing where there is none.
void putAlternatives(Writer& writer, const Verdict& verdict) noexcept {
    const bool several = verdict.missing.size() > 1;
    if (!verdict.missing.empty()) putVariables(writer, verdict.missing);
    if (!verdict.byName) return;
    if (!verdict.missing.empty()) writer.put(several ? ", or with " : " or ");
    writer.put("ALLOW_OPERATIONS=");
    writer.put(verdict.operation->id);
}

bool canBeAllowed(const Verdict& verdict) noexcept {
    return !verdict.missing.empty() || verdict.byName;
}

} // namespace

std::string_view writeDenial(const Verdict& verdict, std::string_view method, std::string_view target,
                             std::span<char, maxDenialSize> out) noexcept {
    Writer writer(out);
    writer.put(R"({"message":"docker-socket-proxy: )");
    if (verdict.operation != nullptr) {
        writer.put(verdict.operation->id);
        writer.put(" (");
    }
    putForeign(writer, method, shownOfMethod);
    writer.put(" ");
    putForeign(writer, target, shownOfTarget);
    writer.put(verdict.operation != nullptr ? ") is not granted" : " is not granted");
    const RuleFacts& rule = facts(verdict.rule);
    if (canBeAllowed(verdict)) {
        writer.put("; it would be with ");
        putAlternatives(writer, verdict);
    } else if (isStrict(verdict.rule) || verdict.rule == Rule::operationsDenied) {
        writer.put(": ");
        writer.put(rule.sentence);
    } else {
        writer.put(", and no variable grants it");
    }
    writer.put(" [");
    writer.put(rule.name);
    writer.put("]\"}");
    return writer.written();
}

std::string alternatives(const Verdict& verdict) {
    std::array<char, maxDenialSize> text{};
    Writer writer(text);
    if (!verdict.allowed || verdict.learned) putAlternatives(writer, verdict);
    return std::string(writer.written());
}

std::string explain(const Verdict& verdict, std::string_view method, std::string_view target) {
    std::string text(verdict.learned ? "learned: " : verdict.allowed ? "allowed: " : "denied: ");
    text.append(method).append(" ").append(target).append("\noperation: ");
    text.append(verdict.operation != nullptr ? verdict.operation->id : "none that the daemon knows");
    text.append("\nrule: ")
        .append(facts(verdict.rule).name)
        .append(", ")
        .append(facts(verdict.rule).sentence);
    if (verdict.learned) text.append("\npasses while LEARN=1 only, which is logged");
    if (!verdict.allowed || verdict.learned) {
        const std::string ways = alternatives(verdict);
        text.append("\nallowed with: ").append(ways.empty() ? "nothing" : ways);
    }
    return text.append("\n");
}

} // namespace proxy::policy
