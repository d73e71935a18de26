// Chunked bodies: the same verdict and size in one piece, octet by octet, cut as the input's first octet
// says, and with chunk data skipped instead of shown.
#include "proxy/http/chunked.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

namespace {

using namespace proxy::http;
using fuzz::require;

struct Verdict {
    Outcome outcome;
    Reject reason;
    std::size_t size;
    bool operator==(const Verdict&) const = default;
};

Verdict scan(std::string_view body, std::size_t pieceSize) {
    ChunkedScanner scanner;
    std::size_t size = 0;
    while (size < body.size()) {
        const fuzz::Copy piece(body.substr(size, pieceSize));
        const auto result = scanner.scan(piece.view());
        require(result.size <= piece.view().size(), "no more is taken than was given");
        size += result.size;
        if (result.outcome != Outcome::needMore) return {result.outcome, result.reason, size};
        require(result.size == piece.view().size(), "all is taken when more is needed");
    }
    return {Outcome::needMore, Reject::none, size};
}

Verdict scanSkippingData(std::string_view body) {
    ChunkedScanner scanner;
    std::size_t size = 0;
    while (size < body.size()) {
        if (const auto data = std::min<std::uint64_t>(scanner.dataRemaining(), body.size() - size);
            data != 0) {
            scanner.skip(data);
            size += data;
            continue;
        }
        const auto result = scanner.scan(body.substr(size, 1));
        size += result.size;
        if (result.outcome != Outcome::needMore) return {result.outcome, result.reason, size};
    }
    return {Outcome::needMore, Reject::none, size};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view body = fuzz::text(data + 1, size - 1);
    const Verdict whole = scan(body, std::max<std::size_t>(body.size(), 1));
    require(scan(body, 1) == whole, "octet by octet is the same");
    require(scan(body, data[0] + std::size_t{1}) == whole, "however it is cut is the same");
    require(scanSkippingData(body) == whole, "data skipped is the same");
    if (whole.outcome == Outcome::complete) {
        require(body.substr(0, whole.size).ends_with("\r\n"), "a body ends in CRLF");
        require(scan(body.substr(0, whole.size), 1) == whole, "a complete body needs nothing behind it");
    }
    return 0;
}
