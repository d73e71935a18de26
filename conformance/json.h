// JSON files that people write or keep: read whole, and every mistake has its line.
#pragma once

#include <Poco/Dynamic/Var.h>

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>

namespace conformance {

class JsonError : public std::runtime_error {
public:
    JsonError(std::size_t line, const std::string& what)
        : std::runtime_error(what)
        , line_(line) {}
    [[nodiscard]] std::size_t line() const { return line_; }

private:
    std::size_t line_;
};

struct JsonFile {
    Poco::Dynamic::Var value;
    std::map<std::string, std::size_t> lines; ///< of the outermost object's keys
};

/// Throws JsonError for what is not JSON (RFC 8259), and for a key that stands in one object twice.
[[nodiscard]] JsonFile parseJson(const std::string& text);

} // namespace conformance
