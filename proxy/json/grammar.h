// JSON's grammar outside of strings (RFC 8259), as a table: state and octet give the next state and what is
// to be done.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace proxy::json {

/// What the next octet belongs to. Those behind `literal` are not in the table: they take an octet's
/// neighbours to judge.
enum class State : std::uint8_t {
    value,
    firstElement, ///< of an array: a value or "]"
    firstKey,     ///< of an object: a key or "}"
    key,
    colon,
    behind, ///< a value: "," or what closes the array or object it is in; nothing when it is in none
    minus,
    zero,
    integer,
    point,
    fraction,
    exponent,
    exponentSign,
    exponentDigits,
    literal, ///< true, false or null
    text,    ///< of a string
    escape,
    hex,
    utf8,
};

/// Whoever walks the table keeps account of what is nested in what, which it knows nothing of.
enum class Act : std::uint8_t {
    fail,
    step,
    openObject,
    openArray,
    closeObject,
    closeArray,
    comma,
    key,
    text,
    literal,
    digit,
};

struct Step {
    State next = State::value;
    Act act = Act::fail;
};

namespace detail {

enum class Octet : std::uint8_t {
    other, ///< nothing that may stand outside of a string
    space,
    openObject,
    closeObject,
    openArray,
    closeArray,
    comma,
    colon,
    quote,
    plus,
    minus,
    point,
    zero,
    oneToNine,
    e, ///< begins an exponent, and is in no literal but at a place where the table is not asked
    literal,
    count
};

using Row = std::array<Step, static_cast<std::size_t>(Octet::count)>;

inline constexpr auto octets = []() {
    std::array<Octet, 256> table{};
    const auto set = [&](std::string_view which, Octet octet) {
        for (const char c : which) table[static_cast<unsigned char>(c)] = octet;
    };
    // ws = *( %x20 / %x09 / %x0A / %x0D )
    set(" \t\n\r", Octet::space);
    set("{", Octet::openObject);
    set("}", Octet::closeObject);
    set("[", Octet::openArray);
    set("]", Octet::closeArray);
    set(",", Octet::comma);
    set(":", Octet::colon);
    set("\"", Octet::quote);
    set("+", Octet::plus);
    set("-", Octet::minus);
    set(".", Octet::point);
    set("0", Octet::zero);
    set("123456789", Octet::oneToNine);
    set("eE", Octet::e);
    set("tfn", Octet::literal);
    return table;
}();

inline constexpr auto grammar = []() {
    using enum State;
    std::array<Row, static_cast<std::size_t>(literal)> table{};
    const auto set = [&](std::initializer_list<State> states, std::initializer_list<Octet> which, State next,
                         Act act) {
        for (const State state : states)
            for (const Octet octet : which)
                table[static_cast<std::size_t>(state)][static_cast<std::size_t>(octet)] = {next, act};
    };
    for (const State state : {value, firstElement, firstKey, key, colon, behind})
        set({state}, {Octet::space}, state, Act::step);

    // value = false / null / true / object / array / number / string
    set({value, firstElement}, {Octet::openObject}, firstKey, Act::openObject);
    set({value, firstElement}, {Octet::openArray}, firstElement, Act::openArray);
    set({value, firstElement}, {Octet::quote}, text, Act::text);
    set({value, firstElement}, {Octet::literal}, literal, Act::literal);
    // object = "{" [ member *( "," member ) ] "}"       member = string ":" value
    // array  = "[" [ value *( "," value ) ] "]"
    set({firstKey, key}, {Octet::quote}, text, Act::key);
    set({firstKey}, {Octet::closeObject}, behind, Act::closeObject);
    set({firstElement}, {Octet::closeArray}, behind, Act::closeArray);
    set({colon}, {Octet::colon}, value, Act::step);

    // number = [ "-" ] int [ frac ] [ exp ]             int  = "0" / ( %x31-39 *DIGIT )
    // frac   = "." 1*DIGIT                              exp  = ( "e" / "E" ) [ "-" / "+" ] 1*DIGIT
    set({value, firstElement}, {Octet::minus}, minus, Act::step);
    set({value, firstElement, minus}, {Octet::zero}, zero, Act::digit);
    set({value, firstElement, minus}, {Octet::oneToNine}, integer, Act::digit);
    set({integer}, {Octet::zero, Octet::oneToNine}, integer, Act::digit);
    set({zero, integer}, {Octet::point}, point, Act::step);
    set({point, fraction}, {Octet::zero, Octet::oneToNine}, fraction, Act::digit);
    set({zero, integer, fraction}, {Octet::e}, exponent, Act::step);
    set({exponent}, {Octet::plus, Octet::minus}, exponentSign, Act::step);
    set({exponent, exponentSign, exponentDigits}, {Octet::zero, Octet::oneToNine}, exponentDigits,
        Act::digit);

    // The next state after a comma depends on what it stands in.
    for (const State end : {behind, zero, integer, fraction, exponentDigits}) {
        set({end}, {Octet::space}, behind, Act::step);
        set({end}, {Octet::comma}, value, Act::comma);
        set({end}, {Octet::closeObject}, behind, Act::closeObject);
        set({end}, {Octet::closeArray}, behind, Act::closeArray);
    }
    return table;
}();

} // namespace detail

/// `state` is one before `literal`.
[[nodiscard]] constexpr Step stepOf(State state, char c) noexcept {
    const auto octet = static_cast<std::size_t>(detail::octets[static_cast<unsigned char>(c)]);
    return detail::grammar[static_cast<std::size_t>(state)][octet];
}

/// May a document that is in nothing end here?
[[nodiscard]] constexpr bool mayEnd(State state) noexcept {
    return state < State::literal && stepOf(state, ',').act == Act::comma;
}

} // namespace proxy::json
