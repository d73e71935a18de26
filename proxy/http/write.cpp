// The writers copy from the head as it was received, in as few runs as the left-out fields allow: a request
// without any is one memcpy, whitespace and case included.
#include "proxy/http/request.h"
#include "proxy/http/response.h"

#include <cassert>
#include <cstring>

namespace proxy::http {
namespace {

class Writer {
public:
    explicit Writer(std::span<char> out) noexcept
        : begin_(out.data())
        , at_(out.data()) {}

    void write(std::string_view text) noexcept { write(text.data(), text.data() + text.size()); }
    void write(const char* begin, const char* end) noexcept {
        const auto size = static_cast<std::size_t>(end - begin);
        std::memcpy(at_, begin, size);
        at_ += size;
    }

    [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

private:
    char* begin_;
    char* at_;
};

constexpr std::string_view crlf = "\r\n";
constexpr std::string_view connectionUpgrade = "Connection: Upgrade\r\n";
constexpr std::string_view connectionClose = "Connection: close\r\n";
constexpr std::size_t mostAdded = 64; // what the headers promise to add at most
static_assert(connectionUpgrade.size() + crlf.size() <= mostAdded);

// Field lines from `run`, where the first one or something before it begins, to the empty line, which is left
// out. A line reaches to the next one's name.
void writeFields(Writer& writer, const Fields& fields, const char* run, const char* emptyLine) noexcept {
    if (!fields.anyHopByHop()) return writer.write(run, emptyLine);
    const auto all = fields.all();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!fields.isHopByHop(i)) continue;
        writer.write(run, all[i].name.data());
        run = i + 1 < all.size() ? all[i + 1].name.data() : emptyLine;
    }
    writer.write(run, emptyLine);
}

} // namespace

std::size_t writeRequest(const RequestHead& head, std::span<char> out) noexcept {
    assert(out.size() >= head.size + mostAdded);
    Writer writer(out);
    writeFields(writer, head.fields, head.text.data(), head.text.data() + head.text.size() - crlf.size());
    if (head.upgrade) writer.write(connectionUpgrade);
    writer.write(crlf);
    return writer.size();
}

std::size_t writeResponse(const ResponseHead& head, bool close, std::span<char> out) noexcept {
    assert(out.size() >= head.size + mostAdded);
    constexpr std::string_view version = "HTTP/1.1";
    constexpr std::size_t statusSize = 4; // SP 3DIGIT
    Writer writer(out);
    writer.write(version);
    writer.write(head.text.substr(version.size(), statusSize));
    writer.write(" ");
    writer.write(head.reason);
    writer.write(crlf);
    const char* const emptyLine = head.text.data() + head.text.size() - crlf.size();
    const auto fields = head.fields.all();
    writeFields(writer, head.fields, fields.empty() ? emptyLine : fields.front().name.data(), emptyLine);
    if (head.upgrade)
        writer.write(connectionUpgrade);
    else if (close)
        writer.write(connectionClose);
    writer.write(crlf);
    return writer.size();
}

} // namespace proxy::http
