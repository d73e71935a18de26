// Bytes as they are written in tables of cases.
//
//   "text"        these characters; \r \n \t \0 \\ \" and \xHH (two hexadecimal digits) stand for one byte
//   "a"*15360     the same, so many times
//   | text        a line: the characters up to the line's end (the same escapes), then CR LF
//
// Several, separated by blanks, stand one after another.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace conformance {

class BytesError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One line of a table. Throws BytesError.
[[nodiscard]] std::string readBytes(std::string_view line);

/// The characters, with escapes replaced, not between quotes. Throws BytesError.
[[nodiscard]] std::string fromEscapes(std::string_view text);

/// For people: printable, at most `most` bytes of it, with quotes.
[[nodiscard]] std::string quoted(std::string_view bytes, std::size_t most = 400);

} // namespace conformance
