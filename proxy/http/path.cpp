#include "proxy/http/characters.h"
#include "proxy/http/request.h"

#include <cassert>

namespace proxy::http {

Reject decodePath(std::string_view path, std::span<char> storage, std::string_view& decoded) noexcept {
    assert(storage.size() >= path.size());
    char* out = storage.data();
    const char* const end = path.data() + path.size();
    for (const char* at = path.data(); at != end; ++at) {
        char c = *at;
        if (c == '%') {
            if (end - at < 3 || !isA(CharClass::hexDigit, at[1]) || !isA(CharClass::hexDigit, at[2]))
                return Reject::requestPathEscape;
            c = static_cast<char>(hexValue(at[1]) << 4U | hexValue(at[2]));
            at += 2;
        }
        if (isControl(c)) return Reject::requestPathControl;
        *out++ = c;
    }
    decoded = {storage.data(), static_cast<std::size_t>(out - storage.data())};
    return Reject::none;
}

} // namespace proxy::http
