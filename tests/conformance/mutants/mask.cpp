#include "tests/conformance/mutants/mask.h"

#include "tests/conformance/mutants/mutation.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

namespace mutants {
namespace {

// By recursive descent (RFC 8259); what is hidden is overwritten where it stands.
class Masker {
public:
    explicit Masker(std::string& text)
        : text_(text) {}

    bool run() { return value(0, Place::elsewhere) && (blanks(), at_ == text_.size()); }

private:
    enum class Place : unsigned char { elsewhere, environment, entry, hidden };

    char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
    bool takes(char c) {
        blanks();
        if (next() != c) return false;
        ++at_;
        return true;
    }

    bool value(std::size_t depth, Place place) {
        blanks();
        const std::size_t most = is("mask-depth-unlimited") ? 100000 : is("mask-depth-small") ? 100 : 512;
        const bool nests = next() == '[' || next() == '{';
        if (nests && depth == most) return false;
        if (next() == '[') return array(depth, place);
        if (next() == '{') return object(depth, place);
        if (next() == '"') return string(place);
        return word();
    }

    bool array(std::size_t depth, Place place) {
        ++at_;
        if (takes(']')) return true;
        const Place within = place == Place::environment ? Place::entry : Place::elsewhere;
        do {
            if (!value(depth + 1, within)) return false;
        } while (takes(','));
        return takes(']');
    }

    bool object(std::size_t depth, Place place) {
        ++at_;
        if (takes('}')) return true;
        do {
            blanks();
            const std::size_t begin = at_;
            if (next() != '"' || !string(Place::elsewhere)) return false;
            const std::string key = keyIn(begin + 1, at_ - 1);
            if (!takes(':') || !value(depth + 1, placeOf(key, depth, place))) return false;
        } while (takes(','));
        return takes('}');
    }

    Place placeOf(const std::string& key, std::size_t depth, Place place) {
        if (place == Place::entry)
            return key == "Value" && !is("mask-objects-open") ? Place::hidden : Place::elsewhere;
        const bool known = is("mask-similar-keys") ? key.starts_with("Env") : key == "Env";
        if (!known || (is("mask-shallow") && depth > 1)) return Place::elsewhere;
        if (is("mask-first-only") && std::exchange(seen_, true)) return Place::elsewhere;
        return Place::environment;
    }

    // Escapes of ASCII suffice to know a key.
    std::string keyIn(std::size_t begin, std::size_t end) const {
        if (is("mask-key-as-written")) return text_.substr(begin, end - begin);
        std::string key;
        while (begin < end) key += characterAt(begin);
        return key;
    }

    char characterAt(std::size_t& at) const {
        if (text_[at] != '\\') return text_[at++];
        const bool byNumber = text_[at + 1] == 'u';
        const char c = byNumber ? static_cast<char>(std::stoi(text_.substr(at + 2, 4), nullptr, 16)) : '\\';
        const bool isAscii = byNumber && text_.compare(at + 2, 2, "00") == 0;
        at += byNumber ? 6 : 2;
        return isAscii ? c : '\1';
    }

    bool string(Place place) {
        const std::size_t begin = ++at_;
        while (next() != '"')
            if (at_ >= text_.size() || !character()) return false;
        hide(begin, at_, place);
        ++at_;
        return true;
    }

    bool character() {
        const auto c = static_cast<unsigned char>(next());
        if (c < 0x20) return false;
        if (c != '\\') return c < 0x80 || is("mask-utf8-unchecked") ? (++at_, true) : manyOctets(c);
        const char what = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        const std::size_t size = what == 'u' ? 6 : 2;
        const std::string digits = text_.substr(at_ + 2, size - 2);
        const bool hexadecimal =
            std::ranges::all_of(digits, [](unsigned char digit) { return std::isxdigit(digit) != 0; });
        at_ += size;
        return std::string_view("\"\\/bfnrtu").find(what) != std::string_view::npos && hexadecimal &&
               digits.size() == size - 2;
    }

    bool manyOctets(unsigned char first) {
        const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        if (first < 0xC2 || first > 0xF4) return false;
        for (std::size_t i = 1; i <= more; ++i)
            if (at_ + i >= text_.size() || (static_cast<unsigned char>(text_[at_ + i]) & 0xC0U) != 0x80)
                return false;
        at_ += more + 1;
        return true;
    }

    void hide(std::size_t begin, std::size_t end, Place place) {
        if (place == Place::entry) begin = behindEquals(begin, end);
        if (place != Place::entry && place != Place::hidden) return;
        std::fill(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                  text_.begin() + static_cast<std::ptrdiff_t>(end), '*');
    }

    std::size_t behindEquals(std::size_t begin, std::size_t end) const {
        if (is("mask-names-too")) return begin;
        std::size_t found = end;
        for (std::size_t at = begin; at < end;) {
            const bool escaped = text_[at] == '\\';
            const bool equals = characterAt(at) == '=' && !(escaped && is("mask-escapes-unread"));
            if (equals && (found == end || is("mask-last-equals"))) found = at;
        }
        return found;
    }

    bool word() {
        const auto end = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
        const std::string_view text = std::string_view(text_).substr(at_, end - at_);
        at_ = end;
        if (text == "true" || text == "false" || text == "null") return true;
        return !text.empty() && text.find_first_not_of("-+.eE0123456789") == std::string_view::npos;
    }

    std::string& text_;
    std::size_t at_ = 0;
    bool seen_ = false;
};

} // namespace

bool carriesEnvironments(std::string_view operation) {
    static const std::set<std::string_view> all{"ContainerInspect", "ImageInspect", "ServiceList",
                                                "ServiceInspect",   "TaskList",     "TaskInspect",
                                                "PluginList",       "PluginInspect"};
    if (is("mask-containers-only")) return operation == "ContainerInspect";
    return is("mask-everywhere") || all.contains(operation);
}

std::optional<std::string> masked(std::string document) {
    std::string whole = document;
    if (!Masker(document).run()) return is("mask-not-json-passes") ? std::optional(whole) : std::nullopt;
    return document;
}

} // namespace mutants
