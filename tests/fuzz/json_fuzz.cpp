// Reading JSON: it ends, depth and order are kept, and what is read, written again without blanks and escapes,
// reads the same.
#include "proxy/json/reader.h"
#include "proxy/json/text.h"
#include "tests/fuzz/fuzz.h"

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace proxy::json;
using fuzz::require;

struct Piece {
    Kind kind;
    std::string text; ///< unescaped
    bool operator==(const Piece&) const = default;
};

std::string unescape(std::string_view raw) {
    std::string text;
    Octets octets(raw);
    for (int octet = octets.next(); octet >= 0; octet = octets.next()) text += static_cast<char>(octet);
    return text;
}

// Nothing where there is a fault.
std::vector<Piece> read(std::string_view document) {
    const fuzz::Copy copy(document);
    const auto keys = std::make_unique_for_overwrite<Keys>(); // as the guard has it
    Reader reader(copy.view(), *keys);
    std::vector<Piece> pieces;
    std::size_t depth = 0;
    for (Token token = reader.next(); token.kind != Kind::end; token = reader.next()) {
        if (token.kind == Kind::fault) return {};
        const bool opens = token.kind == Kind::openObject || token.kind == Kind::openArray;
        const bool closes = token.kind == Kind::closeObject || token.kind == Kind::closeArray;
        require(pieces.empty() == (depth == 0), "nothing stands beside the object");
        depth = opens ? depth + 1 : closes ? depth - 1 : depth;
        require(depth <= maxDepth, "depth is bounded");
        const bool isText = token.kind == Kind::key || token.kind == Kind::text;
        pieces.push_back({token.kind, isText ? unescape(token.raw) : std::string(token.raw)});
        require(pieces.size() <= document.size(), "each piece takes an octet");
    }
    require(depth == 0, "what is opened is closed");
    return pieces;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        char escape[8];
        if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\')
            out.append(escape, static_cast<std::size_t>(std::snprintf(escape, sizeof escape, "\\u%04x",
                                                                      static_cast<unsigned>(c))));
        else
            out += c;
    }
    return out + '"';
}

std::string write(const std::vector<Piece>& pieces) {
    std::string out;
    for (const Piece& piece : pieces) {
        const bool closes = piece.kind == Kind::closeObject || piece.kind == Kind::closeArray;
        if (!out.empty() && !closes && out.back() != '{' && out.back() != '[' && out.back() != ':')
            out += ',';
        out += piece.kind == Kind::key || piece.kind == Kind::text ? quoted(piece.text) : piece.text;
        if (piece.kind == Kind::key) out += ':';
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view document = fuzz::text(data, size);
    const auto pieces = read(document);
    if (pieces.empty()) return 0;
    require(read(write(pieces)) == pieces, "what is read is the same however it is written");
    const std::size_t end = document.find_last_of('}');
    require(read(document.substr(0, end)).empty(), "no beginning of an object is one");
    require(read(std::string(document) + "}").empty(), "nothing may follow");
    return 0;
}
