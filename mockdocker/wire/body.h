// A request body, read as net/http reads it: a length, or chunks with a trailer section.
#pragma once

#include "mockdocker/wire/connection.h"
#include "mockdocker/wire/request.h"

#include <functional>
#include <string>
#include <string_view>

namespace mockdocker {

/// Told of every piece: `raw` as received (framing included), `data` the octets
/// of the body in it (may be empty).
using BodySink = std::function<void(std::string_view raw, std::string_view data)>;

class BodyReader {
public:
    BodyReader(Connection& connection, const Request& request, BodySink sink);

    /// Reads to the end, or until `limit` octets of data more have been read. False:
    /// the body broke off or is malformed.
    bool read(std::uint64_t limit = ~std::uint64_t{0});
    [[nodiscard]] bool done() const { return state_ == State::done; }
    [[nodiscard]] bool broken() const { return state_ == State::broken; }
    [[nodiscard]] bool started() const { return started_; }
    /// The trailer section as received, without the empty line.
    [[nodiscard]] const std::string& trailer() const { return trailer_; }

private:
    enum class State { data, chunkSize, chunkEnd, trailers, done, broken };

    bool step(std::uint64_t& limit);
    bool readData(std::uint64_t& limit);
    bool readChunkSize();
    bool readChunkEnd();
    bool readTrailer();
    /// A line with its LF in the connection's buffer; empty when the peer ended before it.
    std::string_view line();
    void take(std::size_t bytes, std::string_view data = {});

    Connection& connection_;
    BodySink sink_;
    State state_;
    bool chunked_;
    bool started_ = false;
    std::uint64_t left_; ///< of the length or of the chunk
    std::string trailer_;
};

} // namespace mockdocker
