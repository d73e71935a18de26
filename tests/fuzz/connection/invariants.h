// What must hold of what both sides of a proxy have seen, by a second reading of it. Words that the peers leave in
// what they say tell whose it is; the letter Z is in nothing else:
//
//   Zm<client>.   a client's, in targets, bodies and streams
//   Zd<request>.  the daemon's, in an answer: it is to its so-many-th request
//   Zx.           the daemon's, unasked: nobody's
//   Zs.           an environment's value in an inspection
#pragma once

#include "tests/fuzz/connection/strict.h"
#include "tests/fuzz/connection/world.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// A request that has reached the daemon.
struct Seen {
    std::size_t daemon = 0; ///< which connection of it
    strict::Message message;
    std::optional<std::size_t> client{}; ///< whose it is
    bool answered = false;
};

/// What a connection to the daemon has come to.
struct Progress {
    std::size_t at = 0;                ///< octets that belong to complete requests
    std::optional<std::size_t> last{}; ///< its last request, in Ledger::seen()
    bool raw = false;                  ///< hijacked: no requests come any more
    bool whole = false;                ///< the last request has been answered, to the answer's end
    bool unclear = false;              ///< where the answer to the last request ends is not known here
};

/// The daemon's book: what it has been asked.
class Ledger {
public:
    /// Reads what is new.
    void update(const World& world);
    [[nodiscard]] std::vector<Seen>& seen() noexcept { return seen_; }
    [[nodiscard]] const std::vector<Seen>& seen() const noexcept { return seen_; }
    [[nodiscard]] Progress& of(std::size_t daemon) { return progress_[daemon]; }
    /// Behind its last request there is something that is none yet.
    [[nodiscard]] bool begunAnother(const World& world, std::size_t daemon);

private:
    void update(const End& end, std::size_t daemon);

    std::vector<Seen> seen_;
    std::map<std::size_t, Progress> progress_;
};

/// Attach, exec start: where the daemon may take the connection over.
[[nodiscard]] bool mayBecomeRaw(const strict::Message& request);
/// GET …/containers/{name}/json: what is masked where that is on.
[[nodiscard]] bool isInspection(const strict::Message& request);

/// Ends the program where something does not hold.
void requireAll(const World& world, Ledger& ledger);

} // namespace fuzz
