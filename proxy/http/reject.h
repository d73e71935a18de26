// Why a message was refused. One value a reason: the name is what logs, tests and answers print.
//
// The parsers in this folder are pure functions from bytes to views; they never throw, allocate or keep state beyond
// what their header says. A rejection is an outcome, not an error of ours: broken peers are normal.
#pragma once

#include <cstdint>
#include <string_view>

namespace proxy::http {

enum class Reject : std::uint8_t {
    none,
    // (the list is written with its table in reject.cpp)
};

/// What a parser found in the bytes given so far.
enum class Outcome : std::uint8_t {
    complete,  ///< a whole element; its size is reported
    needMore,  ///< a valid beginning; call again with more bytes
    rejected,  ///< can never become valid; the reason is reported
};

struct RejectInfo {
    std::string_view name;      ///< stable, dotted, lower case: "request.field.obs_fold"
    int status;                 ///< what a client is answered: 400, 431, 501 or 505; a response reject is always 502
    std::string_view sentence;  ///< for people, without trailing period
};

[[nodiscard]] const RejectInfo& describe(Reject reason) noexcept;

} // namespace proxy::http
