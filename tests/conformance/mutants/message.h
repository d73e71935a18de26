// HTTP/1 heads and bodies as mutant-proxy reads them: strictly, and slowly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mutants {

struct Field {
    std::string name;
    std::string value;
    std::string line; // as sent, with its end
};

struct Framing {
    enum class Kind : std::uint8_t { none, length, chunked, untilClose };
    Kind kind = Kind::none;
    std::uint64_t length = 0;
};

struct Head {
    std::string method; // of requests
    std::string target;
    int status = 0; // of responses
    std::string startLine;
    bool http11 = true;
    std::vector<Field> fields;
    Framing framing;
    bool keepAlive = true;
    std::size_t size = 0; // octets

    const Field* find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    bool connectionNames(std::string_view token) const;
};

// What came of reading a head: not all there yet, complete, or a status to refuse it with and why.
struct Reading {
    bool complete = false;
    int status = 0;
    std::string why;
};

Reading readRequest(std::string_view bytes, Head& head);
Reading readResponse(std::string_view bytes, bool toHead, Head& head);

bool equalNames(std::string_view a, std::string_view b); // in any case

// Follows a body to its end.
class Body {
public:
    explicit Body(Framing framing)
        : framing_(framing) {}

    // Appends to `out` what of `bytes` belongs to the body; returns how many of them did.
    std::size_t take(std::string_view bytes, std::string& out);
    bool complete() const;
    bool untilClose() const { return framing_.kind == Framing::Kind::untilClose; }
    bool broken() const { return state_ == State::broken; }
    // Where, in what was appended to `out` since, data stands, and not framing.
    struct Range {
        std::size_t begin;
        std::size_t size;
    };
    void keepTrack() { tracks_ = true; }
    const std::vector<Range>& data() const { return data_; }
    void becomeRaw() { framing_ = {Framing::Kind::untilClose, 0}; }

private:
    enum class State : std::uint8_t { size, data, dataEnd, trailer, complete, broken };

    void append(std::string_view data, std::string& out);
    std::size_t takeChunked(std::string_view bytes, std::string& out);
    void endLine(std::string& out);
    void readSize(std::string_view line);
    void breakOff() { state_ = State::broken; }

    Framing framing_;
    State state_ = State::size;
    std::string line_;
    std::uint64_t left_ = 0; // of the chunk
    bool tracks_ = false;
    std::size_t appended_ = 0;
    std::vector<Range> data_;
};

} // namespace mutants
