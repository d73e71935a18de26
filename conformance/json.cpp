#include "conformance/json.h"

#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace conformance {
namespace {

// Goes through the text for what POCO's parser does not tell: on which line it is no JSON, and where keys
// stand. What follows a backslash, and which characters there are, it leaves to the parser.
class Scanner {
public:
    explicit Scanner(std::string_view text)
        : text_(text) {}

    std::map<std::string, std::size_t> keys() {
        value(0);
        if (next() != '\0') fail("something follows its end");
        return std::move(keys_);
    }

private:
    static constexpr unsigned deepest = 100;

    [[noreturn]] void fail(const std::string& what) const { throw JsonError(line(), "not JSON: " + what); }

    std::size_t line() const {
        const auto before = text_.substr(0, std::min(at_, text_.empty() ? 0 : text_.size() - 1));
        return static_cast<std::size_t>(1 + std::count(before.begin(), before.end(), '\n'));
    }

    // The next character that is no blank; NUL at the end.
    char next() {
        at_ = std::min(text_.size(), text_.find_first_not_of(" \t\r\n", at_));
        return at_ == text_.size() ? '\0' : text_[at_];
    }

    void expect(char wanted, const std::string& where) {
        if (next() != wanted) fail(std::string("'") + wanted + "' is missing " + where);
        ++at_;
    }

    std::string string() {
        const auto begin = ++at_;
        for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\n') fail("a string does not end on its line");
            if (text_[at_] == '\\') ++at_;
        }
        if (at_ >= text_.size()) fail("a string does not end");
        return std::string(text_.substr(begin, at_++ - begin));
    }

    void value(unsigned depth) {
        if (depth == deepest) fail("it is nested too deeply");
        const char first = next();
        if (first == '{')
            members(depth);
        else if (first == '[')
            elements(depth);
        else if (first == '"')
            string();
        else
            word();
    }

    void word() {
        const auto end = std::min(text_.size(), text_.find_first_of(" \t\r\n,:]}[{\"", at_));
        const auto text = text_.substr(at_, end - at_);
        const bool isNumber =
            !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
        if (text.empty()) fail("a value is missing");
        if (!isNumber && text != "true" && text != "false" && text != "null")
            fail("'" + std::string(text.substr(0, 40)) + "' is no value");
        at_ = end;
    }

    void members(unsigned depth) {
        std::set<std::string> seen;
        ++at_;
        if (next() == '}') {
            ++at_;
            return;
        }
        for (;;) {
            if (next() != '"') fail("a key in quotes is missing");
            const auto begun = depth == 0 ? line() : 0; // it counts from the text's beginning
            const std::string key = string();
            if (!seen.insert(key).second) fail("the key \"" + key + "\" stands there twice");
            if (depth == 0) keys_.emplace(key, begun);
            expect(':', "behind the key \"" + key + "\"");
            value(depth + 1);
            if (next() != ',') break;
            ++at_;
        }
        expect('}', "or ','");
    }

    void elements(unsigned depth) {
        ++at_;
        if (next() == ']') {
            ++at_;
            return;
        }
        for (value(depth + 1); next() == ','; value(depth + 1)) ++at_;
        expect(']', "or ','");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::map<std::string, std::size_t> keys_;
};

} // namespace

JsonFile parseJson(const std::string& text) {
    auto lines = Scanner(text).keys();
    try {
        return {Poco::JSON::Parser().parse(text), std::move(lines)};
    } catch (const Poco::Exception& error) {
        throw JsonError(1, "not JSON: " + error.message());
    }
}

} // namespace conformance
