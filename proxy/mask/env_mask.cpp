#include "proxy/mask/env_mask.h"

#include "proxy/mask/run.h"

#include <algorithm>

namespace proxy::mask {

using json::mayEnd;
using json::Step;
using json::stepOf;

// ---- What becomes of a value -------------------------------------------------------------------------

std::span<const EnvMask::Key> EnvMask::keysIn(Care object) noexcept {
    static constexpr std::array<Key, 5> anywhere{{
        {"env", Care::env, true},
        {"createcommand", Care::env, true},
        {"created_by", Care::env, true},
        {"createdby", Care::env, true},
        {"onbuild", Care::env, true},
    }};
    // As the daemon writes them: in any other spelling they are hidden.
    static constexpr std::array<Key, 3> ofEntry{{
        {"Name", Care::env},
        {"Description", Care::env},
        {"Settable", Care::env},
    }};
    switch (object) {
    case Care::none:
        return anywhere;
    case Care::entry:
        return ofEntry;
    default:
        return {};
    }
}

Care EnvMask::careIn(Care array) noexcept {
    switch (array) {
    case Care::none:
        return Care::none;
    case Care::env:
        return Care::entry;
    default:
        return Care::whole;
    }
}

Care EnvMask::careUnder(const Key* key, Care object) noexcept {
    if (key != nullptr) return key->under;
    return object == Care::none ? Care::none : Care::whole;
}

// ---- The document ------------------------------------------------------------------------------------

bool EnvMask::feed(std::span<char> piece) noexcept {
    char* at = piece.data();
    char* const end = at + piece.size();
    while (at != end && fault_ == Fault::none) {
        switch (state_) {
        case State::text:
            at = text(at, end);
            break;
        case State::escape:
            at = escape(at, end);
            break;
        case State::hex:
            at = hex(at, end);
            break;
        case State::utf8:
            at = utf8(at, end);
            break;
        case State::literal:
            at = literal(at, end);
            break;
        default:
            at = structure(at, end);
        }
    }
    return fault_ == Fault::none;
}

bool EnvMask::finish() noexcept {
    // In nothing, a value is awaited only before the first one.
    const bool isEmpty = many_ && state_ == State::value;
    if (fault_ == Fault::none && (depth_ != 0 || !(mayEnd(state_) || isEmpty))) fault_ = Fault::incomplete;
    return fault_ == Fault::none;
}

char* EnvMask::fail(char* end, Fault fault) noexcept {
    fault_ = fault;
    return end;
}

// ---- Outside of strings ------------------------------------------------------------------------------

char* EnvMask::structure(char* at, char* end) noexcept {
    do {
        Step step = stepOf(state_, *at);
        const bool isBehindAll = state_ == State::behind && depth_ == 0;
        if (isBehindAll && many_ && step.act == Act::fail) {
            care_ = Care::none;
            step = stepOf(State::value, *at);
        }
        state_ = step.next;
        if (step.act != Act::step && !act(step.act, *at)) {
            if (fault_ == Fault::none) fault_ = isBehindAll ? Fault::trailing : Fault::syntax;
            return end;
        }
        ++at;
    } while (at != end && state_ < State::literal);
    return at;
}

bool EnvMask::act(Act act, char& octet) noexcept {
    switch (act) {
    case Act::fail:
        return false;
    case Act::step:
        return true;
    case Act::openObject:
    case Act::openArray:
        return open(act == Act::openObject);
    case Act::closeObject:
    case Act::closeArray:
        return close(act == Act::closeObject);
    case Act::comma:
        return comma();
    case Act::key:
    case Act::text:
        quote(act == Act::key);
        return true;
    case Act::digit:
        if (care_ != Care::none) octet = '1';
        return true;
    case Act::literal:
        literal_ = octet == 't' ? "rue" : octet == 'f' ? "alse" : "ull";
        return true;
    }
    return false;
}

bool EnvMask::open(bool object) noexcept {
    if (depth_ == maxDepth) {
        fault_ = Fault::depth;
        return false;
    }
    Container& in = containers_[depth_++];
    in.object = object;
    in.care = care_;
    if (!object) care_ = careIn(care_);
    return true;
}

bool EnvMask::close(bool object) noexcept {
    if (depth_ == 0 || containers_[depth_ - 1].object != object) return false;
    --depth_;
    return true;
}

bool EnvMask::comma() noexcept {
    if (depth_ == 0) return false;
    const Container in = containers_[depth_ - 1];
    if (in.object)
        state_ = State::key;
    else
        care_ = careIn(in.care);
    return true;
}

char* EnvMask::literal(char* at, char* end) noexcept {
    if (*at != literal_.front()) return fail(end, Fault::syntax);
    literal_.remove_prefix(1);
    if (literal_.empty()) state_ = State::behind;
    return at + 1;
}

// ---- Strings -----------------------------------------------------------------------------------------

void EnvMask::quote(bool key) noexcept {
    isKey_ = key;
    if (key) {
        text_ = keysIn(containers_[depth_ - 1].care).empty() ? Text::passed : Text::compared;
        key_ = nullptr;
        compared_ = 0;
    } else if (care_ == Care::none) {
        text_ = Text::passed;
    } else {
        text_ = care_ == Care::whole ? Text::hidden : Text::name;
    }
}

void EnvMask::unquote() noexcept {
    state_ = isKey_ ? State::colon : State::behind;
    if (!isKey_) return;
    const bool matters = text_ == Text::compared && key_ != nullptr && key_->text.size() == compared_;
    care_ = careUnder(matters ? key_ : nullptr, containers_[depth_ - 1].care);
}

char* EnvMask::text(char* at, char* end) noexcept {
    do {
        at = passText(at, end);
        if (at == end) return end;
        const auto octet = static_cast<unsigned char>(*at);
        if (octet == '"') {
            unquote();
            return at + 1;
        }
        if (octet < 0x20) return fail(end, Fault::syntax);
        hide(*at++);
        if (octet == '\\')
            state_ = State::escape;
        else if (octet < 0x80)
            decoded(octet);
        else if (!leadUtf8(octet))
            return fail(end, Fault::utf8);
    } while (state_ == State::text);
    return at;
}

char* EnvMask::passText(char* at, char* end) const noexcept {
    switch (text_) {
    case Text::passed:
        return passRun(at, end);
    case Text::name:
        return passRun<true>(at, end);
    case Text::hidden:
        return hideRun(at, end);
    case Text::compared:
        break;
    }
    return at;
}

// escape = %x5C ( %x22 / %x5C / %x2F / %x62 / %x66 / %x6E / %x72 / %x74 / %x75 4HEXDIG )
char* EnvMask::escape(char* at, char* end) noexcept {
    const char c = *at;
    if (c == 'u') {
        state_ = State::hex;
        unit_ = 0;
        digits_ = 4;
    } else if (std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos) {
        state_ = State::text;
        decoded(0); // whichever it is: neither `=` nor in a key that matters
    } else {
        return fail(end, Fault::syntax);
    }
    hide(*at);
    return at + 1;
}

// Units that are halves of a pair are not matched up: the grammar asks for nothing, and readers take them.
char* EnvMask::hex(char* at, char* end) noexcept {
    const auto octet = static_cast<unsigned char>(*at);
    const auto letter = static_cast<unsigned char>(octet | 0x20U);
    unsigned value = 0;
    if (octet >= '0' && octet <= '9')
        value = octet - unsigned{'0'};
    else if (letter >= 'a' && letter <= 'f')
        value = letter - unsigned{'a'} + 10;
    else
        return fail(end, Fault::syntax);
    hide(*at);
    unit_ = static_cast<std::uint16_t>(unsigned{unit_} << 4U | value);
    if (--digits_ == 0) {
        state_ = State::text;
        decoded(unit_);
    }
    return at + 1;
}

// RFC 3629 section 4: what may stand behind a first octet depends on it, so that no character has two
// forms, none is half of a pair and none is above U+10FFFF.
bool EnvMask::leadUtf8(unsigned char octet) noexcept {
    if (octet < 0xC2 || octet > 0xF4) return false;
    octets_ = octet < 0xE0 ? 1 : octet < 0xF0 ? 2 : 3;
    least_ = octet == 0xE0 ? 0xA0 : octet == 0xF0 ? 0x90 : 0x80;
    most_ = octet == 0xED ? 0x9F : octet == 0xF4 ? 0x8F : 0xBF;
    state_ = State::utf8;
    decoded(octet);
    return true;
}

char* EnvMask::utf8(char* at, char* end) noexcept {
    const auto octet = static_cast<unsigned char>(*at);
    if (octet < least_ || octet > most_) return fail(end, Fault::utf8);
    hide(*at);
    least_ = 0x80;
    most_ = 0xBF;
    if (--octets_ == 0) state_ = State::text;
    return at + 1;
}

// A character of the string, or the first octet of one that is not ASCII, which is as different from all
// that matter.
void EnvMask::decoded(unsigned unit) noexcept {
    if (text_ == Text::compared)
        compare(unit);
    else if (text_ == Text::name && unit == '=')
        text_ = Text::hidden;
}

void EnvMask::compare(unsigned unit) noexcept {
    const unsigned small = unit >= 'A' && unit <= 'Z' ? unit | 0x20U : unit;
    const auto goesOn = [&](const Key& key) {
        const unsigned folded = key.anyCase ? small : unit;
        return compared_ < key.text.size() && static_cast<unsigned char>(key.text[compared_]) == folded &&
               (key_ == nullptr || key.text.starts_with(key_->text.substr(0, compared_)));
    };
    const auto keys = keysIn(containers_[depth_ - 1].care);
    const auto found = std::ranges::find_if(keys, goesOn);
    if (found == keys.end()) {
        text_ = Text::passed;
        return;
    }
    key_ = &*found;
    ++compared_;
}

} // namespace proxy::mask
