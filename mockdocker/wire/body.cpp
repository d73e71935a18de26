#include "mockdocker/wire/body.h"

#include <algorithm>
#include <charconv>

namespace mockdocker {
namespace {

constexpr std::size_t longestLine = 4096; // net/http/internal maxLineLength

// net/http/internal/chunked.go: trailing white space and extensions are dropped, the size is hexadecimal.
bool parseChunkSize(std::string_view line, std::uint64_t& size) {
    while (!line.empty() && std::string_view(" \t\r\n").find(line.back()) != std::string_view::npos) {
        line.remove_suffix(1);
    }
    line = line.substr(0, line.find(';'));
    const auto [at, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    return error == std::errc{} && at == line.data() + line.size() && line.size() <= 16;
}

} // namespace

BodyReader::BodyReader(Connection& connection, const Request& request, BodySink sink)
    : connection_(connection)
    , sink_(std::move(sink))
    , state_(request.chunked ? State::chunkSize : State::data)
    , chunked_(request.chunked)
    , left_(request.length) {
    if (!chunked_ && left_ == 0) state_ = State::done;
}

bool BodyReader::read(std::uint64_t limit) {
    started_ = true;
    while (state_ != State::done && limit > 0) {
        if (!step(limit)) {
            state_ = State::broken;
            return false;
        }
    }
    return true;
}

bool BodyReader::step(std::uint64_t& limit) {
    switch (state_) {
    case State::data:
        return readData(limit);
    case State::chunkSize:
        return readChunkSize();
    case State::chunkEnd:
        return readChunkEnd();
    case State::trailers:
        return readTrailer();
    case State::done:
        return true;
    case State::broken:
        return false;
    }
    return false;
}

void BodyReader::take(std::size_t bytes, std::string_view data) {
    sink_(connection_.buffered().substr(0, bytes), data);
    connection_.consume(bytes);
}

bool BodyReader::readData(std::uint64_t& limit) {
    if (connection_.buffered().empty() && !connection_.fill()) return false;
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>({left_, limit, connection_.buffered().size()}));
    take(size, connection_.buffered().substr(0, size));
    left_ -= size;
    limit -= size;
    if (left_ == 0) state_ = chunked_ ? State::chunkEnd : State::done;
    return true;
}

std::string_view BodyReader::line() {
    while (true) {
        const auto end = connection_.buffered().find('\n');
        if (end != std::string_view::npos) return connection_.buffered().substr(0, end + 1);
        if (connection_.buffered().size() > longestLine || !connection_.fill()) return {};
    }
}

bool BodyReader::readChunkSize() {
    const auto text = line();
    if (text.empty() || !parseChunkSize(text, left_)) return false;
    state_ = left_ == 0 ? State::trailers : State::data;
    take(text.size());
    return true;
}

bool BodyReader::readChunkEnd() {
    while (connection_.buffered().size() < 2) {
        if (!connection_.fill()) return false;
    }
    if (!connection_.buffered().starts_with("\r\n")) return false;
    take(2);
    state_ = State::chunkSize;
    return true;
}

bool BodyReader::readTrailer() {
    const auto text = line();
    if (text.empty()) return false;
    if (text == "\r\n" || text == "\n") {
        state_ = State::done;
    } else {
        trailer_.append(text);
    }
    take(text.size());
    return true;
}

} // namespace mockdocker
