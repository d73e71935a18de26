// A case of the families that play both ends: a script of what the client and the daemon send, and what each
// of them must get. Cases are data, in tables/FAMILY.cases; tables/README.md documents the format in full.
#pragma once

#include "conformance/oracle.h"
#include "conformance/table.h"
#include "conformance/variables.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

enum class Who : std::uint8_t { client, daemon, target, all };

enum class Act : std::uint8_t {
    // both ends
    sends,
    sendsBytewise, ///< every byte in a segment of its own
    ends,          ///< its direction; it goes on reading
    closes,
    getsField,  ///< of the message last got
    lacksField, ///< likewise
    getsFields, ///< likewise: these names, in this order and case
    getsBody,   ///< likewise, chunks put together
    getsBodyWith,
    getsBytes,  ///< the next ones, whatever they are
    lacksBytes, ///< anywhere in what came so far
    getsEnd,    ///< the other side's end of its direction
    isClosed,   ///< an end or a reset
    staysOpen,
    floods, ///< from now on, as fast as it is taken; what it gets meanwhile nobody looks at
    stopsReading,
    readsOn,
    closesWhenSent,
    isNotLookedAt, ///< whatever it gets
    // the client
    connects,
    resets,
    getsReason, ///< of the response last got
    getsStatus, ///< a whole response
    getsHead,   ///< of a response, and leaves what follows
    isGivenUp,  ///< closed or answered, as it does not go on
    // the daemon
    getsRequest,     ///< a whole one
    getsRequestHead, ///< and leaves what follows
    getsNothing,
    getsNothingWhole, ///< nothing, or a part of a request whose connection is closed
    getsOneReading,   ///< nothing but requests that have one reading, none of them for /smuggled
    answers,
    answersEarly, ///< from now on, every head at once; and reads no further
    continues,    ///< from now on it says 100 to whoever expects it
    goes,
    comes,
    refuses,
    // the target
    failsToStart,
    saysText,
    saysNot,
    saysLines,
    isTold,
    exits,
    exitsWith,
    startsAgain,
    isReadyWithin,
    usesAtMost,
    hasNoTimer,
    hasFile,
    // neither
    settles,
    quiet,
    crowd,
    crowdLeaves,
};

/// What a response may be: "403", "400 or closed", "4xx", "502 or cut".
struct Statuses {
    std::vector<std::pair<int, int>> ranges;
    bool closed = false; ///< or no response at all, the connection closed
    bool cut = false;    ///< or one that was begun, the connection closed before its end
    [[nodiscard]] bool has(int status) const;
};

struct Step {
    std::size_t line = 0;
    Who who = Who::all;
    unsigned number = 1; ///< which client, which daemon connection
    Act act = Act::quiet;
    bool wanted = false; ///< it says what must happen, not what happens
    std::string text;    ///< as written, with escapes replaced where it is not bytes
    std::string bytes;   ///< where it takes bytes
    Statuses statuses;
    std::uint64_t count = 0; ///< milliseconds, lines, a status, …
    std::string written;     ///< for reports
};

enum class Need : std::uint8_t { nothing, ipv6, root };
enum class Without : std::uint8_t { nothing, ipv6 };

struct Case {
    std::string id; ///< FAMILY/NAME
    Level level = Level::required;
    std::string sentence; ///< "must not forward …": the proxy is the subject
    std::string orElse;   ///< what a proxy risks that does otherwise; every case that is required says so
    std::string operation;
    std::string settings;    ///< as written: cases with the same share a target
    Environment environment; ///< values may hold {port}, {port2} and {folder}
    Need need = Need::nothing;
    Without without = Without::nothing;    ///< what the target is not given
    unsigned openFiles = 0;                ///< the target's limit; 0: inherited
    unsigned times = 1;                    ///< it is played so often, or until it fails
    bool ownTarget = false;                ///< not to be shared with other cases
    std::vector<std::string> capabilities; ///< that a target must have to be judged by it
    std::string file;
    std::size_t line = 0;
    std::vector<Step> steps;

    [[nodiscard]] const Step* stepOf(Act act) const; ///< the first one; null: it has none
};

/// Throws TableError: an unknown key, a value that cannot be read, a case
/// without sentence or steps, an id twice.
[[nodiscard]] std::vector<Case> parseCases(std::string_view text, const std::string& file,
                                           const std::string& family, Dialect dialect);

/// The families that are tables of cases, in the order in which they are reported.
[[nodiscard]] const std::vector<std::string>& scriptedFamilies();

/// Of the tables built into the program. Throws std::out_of_range when there is no such family.
[[nodiscard]] std::vector<Case> builtinCases(const std::string& family, Dialect dialect);

/// What must happen, for reports.
[[nodiscard]] std::string expectedInWords(const Case& one);

} // namespace conformance
