// Path decoding: within its storage, never longer, nothing unescaped changed, no control octet out, and what
// is encoded anew decodes to the same.
#include "proxy/http/request.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <string>

namespace {

using namespace proxy::http;
using fuzz::require;

std::string encode(std::string_view decoded) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string path;
    for (const char c : decoded) {
        const auto octet = static_cast<unsigned char>(c);
        path.append({'%', hex[octet / 16], hex[octet % 16]});
    }
    return path;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Copy path(fuzz::text(data, size));
    std::string storage(size, '\0');
    std::string_view decoded;
    const Reject reason = decodePath(path.view(), storage, decoded);
    if (reason != Reject::none) {
        require(reason == Reject::requestPathEscape || reason == Reject::requestPathControl,
                "the reason is a path's");
        return 0;
    }
    require(decoded.data() == storage.data() && decoded.size() <= size, "the view is of the storage");
    require(
        std::none_of(decoded.begin(), decoded.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }),
        "no control octet comes out");
    if (path.view().find('%') == std::string_view::npos)
        require(decoded == path.view(), "without escapes nothing changes");
    const std::string encoded = encode(decoded);
    std::string again(encoded.size(), '\0');
    std::string_view decodedAgain;
    require(decodePath(encoded, again, decodedAgain) == Reject::none, "what is encoded is accepted");
    require(decodedAgain == decoded, "and decodes to the same");
    return 0;
}
