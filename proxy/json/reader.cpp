#include "proxy/json/reader.h"

#include "proxy/json/run.h"

namespace proxy::json {
namespace {

constexpr bool isOfNumber(State state) noexcept {
    return state >= State::minus && state <= State::exponentDigits;
}

constexpr bool isBlank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// A character's first octet, what its second must be between, and how many octets it has (RFC 3629, section 4).
struct Lead {
    unsigned char first;
    unsigned char last;
    unsigned char least;
    unsigned char most;
    std::size_t size;
};

constexpr std::array leads{
    Lead{0xC2, 0xDF, 0x80, 0xBF, 2}, Lead{0xE0, 0xE0, 0xA0, 0xBF, 3}, Lead{0xE1, 0xEC, 0x80, 0xBF, 3},
    Lead{0xED, 0xED, 0x80, 0x9F, 3}, Lead{0xEE, 0xEF, 0x80, 0xBF, 3}, Lead{0xF0, 0xF0, 0x90, 0xBF, 4},
    Lead{0xF1, 0xF3, 0x80, 0xBF, 4}, Lead{0xF4, 0xF4, 0x80, 0x8F, 4},
};

} // namespace

Reader::Reader(std::string_view text, Keys& keys) noexcept
    : at_(text.data())
    , end_(text.data() + text.size())
    , keys_(keys) {
    keys_.start(text.data());
}

Token Reader::fail(Fault fault) noexcept {
    fault_ = fault;
    return {Kind::fault};
}

Token Reader::next() noexcept {
    if (fault_ != Fault::none) return {Kind::fault};
    for (; at_ != end_; ++at_) {
        if (depth_ == 0) {
            if (isBlank(*at_)) continue;
            if (state_ == State::behind) return fail(Fault::trailing);
            return *at_ == '{' ? open(true) : fail(Fault::root);
        }
        const Step step = stepOf(state_, *at_);
        if (step.act == Act::comma) {
            state_ = objects_[depth_ - 1] ? State::key : State::value;
        } else if (step.act == Act::step && !isOfNumber(step.next)) {
            state_ = step.next;
        } else {
            return act(isOfNumber(step.next) ? Act::digit : step.act);
        }
    }
    return depth_ == 0 && state_ == State::behind ? Token{Kind::end} : fail(Fault::incomplete);
}

Token Reader::act(Act act) noexcept {
    switch (act) {
    case Act::openObject:
    case Act::openArray:
        return open(act == Act::openObject);
    case Act::closeObject:
    case Act::closeArray:
        return close(act == Act::closeObject);
    case Act::key:
    case Act::text:
        return string(act == Act::key);
    case Act::digit:
        return number();
    case Act::literal:
        return literal();
    case Act::fail:
    case Act::step:
    case Act::comma:
        break;
    }
    return fail(Fault::syntax);
}

Token Reader::open(bool object) noexcept {
    if (depth_ == maxDepth) return fail(Fault::depth);
    objects_[depth_] = object;
    firstKeys_[depth_++] = keys_.size();
    state_ = object ? State::firstKey : State::firstElement;
    return {object ? Kind::openObject : Kind::openArray, {at_++, 1}};
}

Token Reader::close(bool object) noexcept {
    if (objects_[depth_ - 1] != object) return fail(Fault::syntax);
    keys_.forget(firstKeys_[--depth_]);
    state_ = State::behind;
    return {object ? Kind::closeObject : Kind::closeArray, {at_++, 1}};
}

Token Reader::number() noexcept {
    const char* const begin = at_;
    for (; at_ != end_; ++at_) {
        const Step step = stepOf(state_, *at_);
        if (!isOfNumber(step.next)) break;
        state_ = step.next;
    }
    if (!mayEnd(state_)) return fail(at_ == end_ ? Fault::incomplete : Fault::syntax);
    state_ = State::behind;
    return {Kind::number, {begin, static_cast<std::size_t>(at_ - begin)}};
}

Token Reader::literal() noexcept {
    const std::string_view word = *at_ == 't' ? "true" : *at_ == 'f' ? "false" : "null";
    const std::string_view rest(at_, left());
    if (!rest.starts_with(word)) return fail(word.starts_with(rest) ? Fault::incomplete : Fault::syntax);
    const Token token{word == "null" ? Kind::null : Kind::boolean, rest.substr(0, word.size())};
    at_ += word.size();
    state_ = State::behind;
    return token;
}

// string = quotation-mark *char quotation-mark
Token Reader::string(bool key) noexcept {
    const char* const begin = ++at_;
    bool escaped = false;
    while ((at_ = passRun(at_, end_)) != end_ && *at_ != '"') {
        const auto octet = static_cast<unsigned char>(*at_);
        if (octet < 0x20) return fail(Fault::syntax);
        if (octet == '\\') escaped = true;
        if (const Fault fault = octet == '\\' ? escape(key) : utf8(); fault != Fault::none)
            return fail(fault);
    }
    if (at_ == end_) return fail(Fault::incomplete);
    const std::string_view raw(begin, static_cast<std::size_t>(at_++ - begin));
    state_ = key ? State::colon : State::behind;
    if (!key) return {Kind::text, raw};
    fault_ = keys_.add(raw, escaped, firstKeys_[depth_ - 1]);
    return {fault_ == Fault::none ? Kind::key : Kind::fault, raw};
}

// char = unescaped / escape ( %x22 / %x5C / %x2F / %x62 / %x66 / %x6E / %x72 / %x74 / %x75 4HEXDIG )
Fault Reader::escape(bool key) noexcept {
    if (left() < 2) return Fault::incomplete;
    const char which = at_[1];
    at_ += 2;
    if (which == '"' || which == '\\' || which == '/') return Fault::none;
    if (std::string_view("bfnrt").find(which) != std::string_view::npos)
        return key ? Fault::control : Fault::none;
    if (which != 'u') return Fault::syntax;
    std::uint32_t high = 0;
    if (!unit(high)) return Fault::syntax;
    if (high == 0 || (high < 0x20 && key)) return Fault::control;
    if (high < 0xD800 || high > 0xDFFF) return Fault::none;
    // A surrogate pair is two escapes, the high half first.
    std::uint32_t low = 0;
    if (high > 0xDBFF || left() < 2 || at_[0] != '\\' || at_[1] != 'u') return Fault::surrogate;
    at_ += 2;
    if (!unit(low)) return Fault::syntax;
    return low >= 0xDC00 && low <= 0xDFFF ? Fault::none : Fault::surrogate;
}

bool Reader::unit(std::uint32_t& value) noexcept {
    if (left() < 4) return false;
    for (int i = 0; i < 4; ++i) {
        const char c = *at_++;
        const auto letter = static_cast<char>(c | 0x20);
        if (c >= '0' && c <= '9')
            value = value << 4U | static_cast<std::uint32_t>(c - '0');
        else if (letter >= 'a' && letter <= 'f')
            value = value << 4U | static_cast<std::uint32_t>(letter - 'a' + 10);
        else
            return false;
    }
    return true;
}

Fault Reader::utf8() noexcept {
    const auto octet = [this](std::size_t i) { return static_cast<unsigned char>(at_[i]); };
    for (const Lead& lead : leads) {
        if (octet(0) < lead.first || octet(0) > lead.last) continue;
        if (left() < lead.size || octet(1) < lead.least || octet(1) > lead.most) return Fault::utf8;
        for (std::size_t i = 2; i < lead.size; ++i)
            if ((octet(i) & 0xC0U) != 0x80) return Fault::utf8;
        at_ += lead.size;
        return Fault::none;
    }
    return Fault::utf8;
}

} // namespace proxy::json
