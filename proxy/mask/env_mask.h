// Hides the values of environments in a JSON document (RFC 8259) while it passes, octet for octet and in
// place: no length changes, nothing is kept back, and what comes out is as valid as what went in.
//
// What becomes of a value:
//
//   under a key `Env`   Of a string, what stands behind its first `=` is hidden; of an array, that of each
//                       string in it.
//   in an Env's array   An object (a plugin's {"Name":"A","Value":"b"}) keeps Name, Description and Settable,
//                       which are treated as if they stood under `Env`; every other string in it is hidden
//                       whole.
//   anywhere deeper     Every string is hidden whole; keys stay. So, too, in an object under `Env`.
//
// Hidden is each octet of the *encoded* string, escapes included: it becomes `*`. Where a string would be
// hidden whole or in part, each digit of a number becomes 1. true, false and null stay: clients rely on
// "Env":null, and two values are no secret.
//
// `Env` is known in any ASCII case and however it is escaped: readers written in Go take `env` for it,
// OCI's documents write it so. The price is paid by Docker's maps whose keys are a user's: a container's
// networks, by name, hide what belongs to one that is called `env`. Labels and options are strings, and
// lose nothing but what stands behind a `=`: hence a string right under `Env` is not hidden whole.
//
// `CreateCommand`, in which Podman repeats the command line that made a container or pod, is treated as an `Env`: of
// whatever spelling of -e and --env there is, and of every other argument, nothing is shown behind its first `=`.
// So are `created_by` and `CreatedBy`, the commands that made an image, `ENV A=b` among them, which Podman's
// inspections hold, and an image's `OnBuild`, the commands that are to come.
//
// Fails closed: what is not one JSON document, or several where they may be, is a fault, and the answer must be
// broken off.
#pragma once

#include "proxy/json/grammar.h"
#include "proxy/mask/fault.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace proxy::mask {

using json::Act;
using json::State;

/// Arrays and objects within each other. No answer of the daemon nests deeper than a dozen.
inline constexpr std::size_t maxDepth = 512;

/// What becomes of a value, as the head of this file tells.
enum class Care : std::uint8_t {
    none,
    env,   ///< it is the value of a key `Env`, or of one treated so
    entry, ///< it is an element of an Env's array
    whole, ///< it is anywhere deeper
};

/// How many of them an answer holds. Many: any number, one behind the other, as streams of statistics do; there is a
/// blank behind a number.
enum class Documents : std::uint8_t { one, many };

/// One mask an answer. Not thread-safe; allocates nothing, costs O(octets).
class EnvMask {
public:
    explicit EnvMask(Documents documents = Documents::one) noexcept
        : many_(documents == Documents::many) {}

    /// Goes on behind the earlier pieces, however the document is cut. False: there is a fault, now and
    /// ever after, and nothing of this piece may be passed on.
    [[nodiscard]] bool feed(std::span<char> piece) noexcept;

    /// To be called at the body's end. False: there is a fault, if only that the document did not end.
    [[nodiscard]] bool finish() noexcept;

    [[nodiscard]] Fault fault() const noexcept { return fault_; }

private:
    // What becomes of the octets of the string being read.
    enum class Text : std::uint8_t {
        passed,
        compared, // it is a key that may be one that matters
        name,     // passed up to its first `=`, hidden behind it
        hidden,
    };

    struct Key {
        std::string_view text;
        Care under;           // what becomes of its value
        bool anyCase = false; // then the text is of small letters
    };

    static std::span<const Key> keysIn(Care object) noexcept;
    static Care careIn(Care array) noexcept;
    static Care careUnder(const Key* key, Care object) noexcept;

    // Each goes on at `at` and returns how far it came; all of it, when there is a fault.
    char* structure(char* at, char* end) noexcept;
    char* literal(char* at, char* end) noexcept;
    char* text(char* at, char* end) noexcept;
    char* passText(char* at, char* end) const noexcept;
    char* escape(char* at, char* end) noexcept;
    char* hex(char* at, char* end) noexcept;
    char* utf8(char* at, char* end) noexcept;
    char* fail(char* end, Fault fault) noexcept;

    bool act(Act act, char& octet) noexcept;
    bool open(bool object) noexcept;
    bool close(bool object) noexcept;
    bool comma() noexcept;
    void quote(bool key) noexcept;
    void unquote() noexcept;
    bool leadUtf8(unsigned char octet) noexcept;
    void decoded(unsigned unit) noexcept;
    void compare(unsigned unit) noexcept;
    void hide(char& octet) const noexcept {
        if (text_ == Text::hidden) octet = '*';
    }

    struct Container {
        bool object : 1;
        Care care : 7;
    };

    bool many_;
    State state_ = State::value;
    Fault fault_ = Fault::none;
    Care care_ = Care::none; // of the value that is read or comes next

    // The string being read.
    Text text_ = Text::passed;
    bool isKey_ = false;
    std::uint8_t compared_ = 0; // units of the key so far that are those of key_
    const Key* key_ = nullptr;
    std::uint16_t unit_ = 0;  // of an escape: what its digits give
    std::uint8_t digits_ = 0; // of them, how many are to come
    std::uint8_t octets_ = 0; // of a character: how many are to come
    unsigned char least_ = 0; // and between what the next must be
    unsigned char most_ = 0;

    std::string_view literal_; // what is to come of it
    std::uint16_t depth_ = 0;
    std::array<Container, maxDepth> containers_;
};

static_assert(sizeof(EnvMask) <= 576);

} // namespace proxy::mask
