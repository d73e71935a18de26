#include "tests/conformance/mutants/guard_json.h"

#include "tests/conformance/mutants/mutation.h"

#include <algorithm>
#include <cctype>

namespace mutants {
namespace {

constexpr std::size_t deepest = 64;

void appendUtf8(std::string& text, std::uint32_t c) {
    const auto add = [&](std::uint32_t octet) { text += static_cast<char>(octet); };
    if (c < 0x80) return add(c);
    if (c < 0x800) return add(0xC0 | c >> 6U), add(0x80 | (c & 0x3FU));
    if (c < 0x10000) return add(0xE0 | c >> 12U), add(0x80 | (c >> 6U & 0x3FU)), add(0x80 | (c & 0x3FU));
    add(0xF0 | c >> 18U), add(0x80 | (c >> 12U & 0x3FU)), add(0x80 | (c >> 6U & 0x3FU)),
        add(0x80 | (c & 0x3FU));
}

// By recursive descent (RFC 8259). Every member returns false where nothing more is to be read.
class Reader {
public:
    explicit Reader(std::string_view text)
        : text_(text) {}

    bool whole(Json& json) {
        if (!value(json, 0)) return false;
        blanks();
        return at_ == text_.size() || is("guard-trailing-passes");
    }

private:
    char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
    bool takes(char c) {
        blanks();
        if (next() != c) return false;
        ++at_;
        return true;
    }

    bool value(Json& json, std::size_t depth) {
        blanks();
        if (depth > deepest) return false;
        if (takes('[')) return array(json, depth);
        if (takes('{')) return object(json, depth);
        if (takes('"')) {
            json.kind = Json::Kind::text;
            return string(json.text);
        }
        return word(json);
    }

    bool array(Json& json, std::size_t depth) {
        json.kind = Json::Kind::array;
        if (takes(']')) return true;
        do {
            if (!value(json.items.emplace_back(), depth + 1)) return false;
        } while (takes(','));
        return takes(']');
    }

    bool object(Json& json, std::size_t depth) {
        json.kind = Json::Kind::object;
        if (takes('}')) return true;
        do {
            std::pair<std::string, Json> member;
            if (is("guard-comma-passes") && takes('}')) return true;
            const std::size_t begin = at_;
            if (!takes('"') || !string(member.first)) return false;
            if (is("guard-keys-as-written")) member.first = text_.substr(begin + 1, at_ - begin - 2);
            if (!takes(':') || !value(member.second, depth + 1)) return false;
            if (!add(json, std::move(member), depth)) return false;
        } while (takes(','));
        return takes('}');
    }

    static bool add(Json& json, std::pair<std::string, Json> member, std::size_t depth) {
        const auto same = std::ranges::find(json.members, member.first, &std::pair<std::string, Json>::first);
        if (same == json.members.end())
            json.members.push_back(std::move(member));
        else if (is("guard-last-duplicate"))
            *same = std::move(member);
        else if (!is("guard-first-duplicate") && !(is("guard-deep-duplicates-pass") && depth > 0))
            return false;
        return true;
    }

    // Behind the quote, up to behind its partner.
    bool string(std::string& out) {
        while (next() != '"') {
            const auto c = static_cast<unsigned char>(next());
            if (at_ >= text_.size() || (c < 0x20 && !is("guard-control-passes"))) return false;
            if (c == '\\' ? !escape(out) : !octets(out)) return false;
        }
        ++at_;
        return true;
    }

    bool octets(std::string& out) {
        const auto first = static_cast<unsigned char>(next());
        const std::size_t size = first < 0x80 || is("guard-utf8-unchecked") ? 1
                                 : first >= 0xF0                            ? 4
                                 : first >= 0xE0                            ? 3
                                                                            : 2;
        if (size > 1 && (first < 0xC2 || first > 0xF4)) return false;
        for (std::size_t i = 1; i < size; ++i)
            if (at_ + i >= text_.size() || (static_cast<unsigned char>(text_[at_ + i]) & 0xC0U) != 0x80)
                return false;
        out += text_.substr(at_, size);
        at_ += size;
        return true;
    }

    bool escape(std::string& out) {
        static constexpr std::string_view names = "\"\\/bfnrt";
        static constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
        const char what = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        at_ += 2;
        if (what == 'u') return byNumber(out);
        const auto known = names.find(what);
        if (known == std::string_view::npos) return false;
        if (is("guard-values-as-written")) out += '\\';
        out += meant[known];
        return true;
    }

    bool byNumber(std::string& out) {
        std::uint32_t c = 0;
        if (!digits(c)) return false;
        if (c >= 0xDC00 && c < 0xE000 && !is("guard-surrogates-pass")) return false;
        if (c >= 0xD800 && c < 0xDC00) {
            std::uint32_t low = 0;
            const bool pair =
                text_.substr(at_, 2) == "\\u" && (at_ += 2, digits(low)) && low >= 0xDC00 && low < 0xE000;
            if (!pair) return is("guard-surrogates-pass");
            c = 0x10000 + ((c - 0xD800) << 10U) + (low - 0xDC00);
        }
        appendUtf8(out, c);
        return true;
    }

    bool digits(std::uint32_t& c) {
        const std::string four(text_.substr(std::min(at_, text_.size()), 4));
        at_ += 4;
        const bool hexadecimal = four.size() == 4 && std::ranges::all_of(four, [](unsigned char digit) {
                                     return std::isxdigit(digit) != 0;
                                 });
        if (hexadecimal) c = static_cast<std::uint32_t>(std::stoul(four, nullptr, 16));
        return hexadecimal;
    }

    bool word(Json& json) {
        const auto end = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
        json.text = text_.substr(at_, end - at_);
        at_ = end;
        if (json.text == "null") return true;
        json.kind = json.text == "true" || json.text == "false" ? Json::Kind::boolean : Json::Kind::number;
        return json.kind == Json::Kind::boolean ||
               (!json.text.empty() && json.text.find_first_not_of("-+.eE0123456789") == std::string::npos);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

const Json* Json::find(std::string_view key) const {
    for (const auto& [name, value] : members)
        if (name == key) return &value;
    return nullptr;
}

bool Json::isZero() const {
    if (kind == Kind::array && is("guard-empty-list-is-zero")) return items.empty();
    return kind == Kind::null || (kind == Kind::text && text.empty()) ||
           (kind == Kind::boolean && text == "false") || (kind == Kind::number && text == "0");
}

std::optional<Json> readJson(std::string_view text) {
    Json json;
    return Reader(text).whole(json) ? std::optional(std::move(json)) : std::nullopt;
}

} // namespace mutants
