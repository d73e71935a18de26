#include "proxy/http/names.h"

#include "proxy/http/characters.h"

#include <array>

namespace proxy::http {
namespace {

struct Known {
    std::string_view name;
    FieldName is;
};

// Ordered by length: classify() looks only at the names as long as its argument.
constexpr std::array known{
    Known{"te", FieldName::hopByHop},
    Known{"host", FieldName::host},
    Known{"range", FieldName::restricted},
    Known{"cookie", FieldName::restricted},
    Known{"expect", FieldName::expect},
    Known{"pragma", FieldName::restricted},
    Known{"trailer", FieldName::restricted},
    Known{"upgrade", FieldName::upgrade},
    Known{"location", FieldName::restricted},
    Known{"connection", FieldName::connection},
    Known{"keep-alive", FieldName::hopByHop},
    Known{"set-cookie", FieldName::restricted},
    Known{"content-type", FieldName::contentType},
    Known{"max-forwards", FieldName::restricted},
    Known{"authorization", FieldName::restricted},
    Known{"cache-control", FieldName::restricted},
    Known{"content-range", FieldName::restricted},
    Known{"content-length", FieldName::contentLength},
    Known{"http2-settings", FieldName::hopByHop},
    Known{"x-registry-auth", FieldName::restricted},
    Known{"content-encoding", FieldName::restricted},
    Known{"proxy-connection", FieldName::hopByHop},
    Known{"transfer-encoding", FieldName::transferEncoding},
    Known{"x-registry-config", FieldName::restricted},
    Known{"proxy-authorization", FieldName::restricted},
};

// firstOfLength[n] is the first of `known` with at least n octets.
constexpr auto firstOfLength = []() {
    std::array<std::size_t, longestKnownName + 2> first{};
    for (std::size_t length = 0; length < first.size(); ++length) {
        while (first[length] < known.size() && known[first[length]].name.size() < length) ++first[length];
    }
    return first;
}();

static_assert(known.back().name.size() == longestKnownName);
static_assert([]() {
    for (std::size_t i = 1; i < known.size(); ++i) {
        if (known[i - 1].name.size() > known[i].name.size()) return false;
    }
    return true;
}());

constexpr std::string_view length = "content-length";
constexpr std::string_view coding = "transfer-encoding";

// Gateways that speak CGI or WSGI map "-" and "_" to one name, and some map every odd octet: what one
// of them in front of us or behind takes for framing, and we for nothing, is a smuggled body. No
// client has a use for such names.
bool looksLike(std::string_view name, std::string_view framing) noexcept {
    for (std::size_t i = 0; i < framing.size(); ++i) {
        const char folded = static_cast<char>(name[i] | 0x20);
        const bool letterOrDigit = (folded >= 'a' && folded <= 'z') || isA(CharClass::digit, name[i]);
        if (framing[i] == '-' ? letterOrDigit : folded != framing[i]) return false;
    }
    return true;
}

} // namespace

FieldName classify(std::string_view name) noexcept {
    if (name.size() > longestKnownName) return FieldName::other;
    for (std::size_t i = firstOfLength[name.size()]; i < firstOfLength[name.size() + 1]; ++i) {
        if (equalsIgnoringCase(name, known[i].name)) return known[i].is;
    }
    if (name.size() == length.size() && looksLike(name, length)) return FieldName::lookalike;
    if (name.size() == coding.size() && looksLike(name, coding)) return FieldName::lookalike;
    return FieldName::other;
}

} // namespace proxy::http
