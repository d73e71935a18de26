#include "proxy/relay/dechunked.h"

#include "proxy/http/chunked.h"

#include <algorithm>
#include <cstring>

namespace proxy::relay {

namespace {

// Tells `content` and `framing` of every run of either. What is behind the octet that is looked at may not change.
template <class Content, class Framing>
void walk(std::string_view body, Content content, Framing framing) {
    http::ChunkedScanner scanner;
    for (std::size_t at = 0; at < body.size();) {
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(scanner.dataRemaining(), body.size() - at));
        if (size != 0) {
            scanner.skip(size);
            content(body.substr(at, size));
            at += size;
        } else {
            (void)scanner.scan(body.substr(at, 1));
            framing(body[at++]);
        }
    }
}

} // namespace

Dechunked::Dechunked(std::span<char> body)
    : body_(body) {
    const std::string_view text(body.data(), body.size());
    std::size_t framingSize = 0;
    walk(
        text, [](std::string_view) {}, [&](char) { ++framingSize; });
    if (framingSize > mostFraming) return;
    framing_.reserve(framingSize);
    apart_ = true;
    char* to = body.data();
    walk(
        text,
        [&](std::string_view run) {
            std::memmove(to, run.data(), run.size());
            to += run.size();
        },
        [&](char c) { framing_ += c; });
}

// The content goes to the body's end, and from there, piece by piece, in between the framing: what is still to be
// moved is never overtaken, for there is as much room in front of it as framing is left.
Dechunked::~Dechunked() {
    if (!apart_) return;
    const std::size_t size = body_.size() - framing_.size();
    char* to = body_.data();
    const char* from = body_.data() + framing_.size();
    std::memmove(body_.data() + framing_.size(), body_.data(), size);
    http::ChunkedScanner scanner;
    for (const char c : framing_) {
        *to++ = c;
        (void)scanner.scan({&c, 1});
        const auto run = static_cast<std::size_t>(scanner.dataRemaining());
        std::memmove(to, from, run);
        scanner.skip(run);
        to += run;
        from += run;
    }
}

std::optional<std::string_view> Dechunked::content() const noexcept {
    if (!apart_) return std::nullopt;
    return std::string_view(body_.data(), body_.size() - framing_.size());
}

} // namespace proxy::relay
