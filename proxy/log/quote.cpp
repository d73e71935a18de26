#include "proxy/log/quote.h"

namespace proxy::log {

namespace {

constexpr std::string_view hex = "0123456789abcdef";

// Almost every octet is safe: they are appended in runs.
template <class Safe>
void append(std::string& out, std::string_view text, std::string_view escape, Safe safe) {
    std::size_t run = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        if (safe(octet)) continue;
        out.append(text, run, i - run);
        out += escape;
        out += hex[octet >> 4];
        out += hex[octet & 15];
        run = i + 1;
    }
    out.append(text, run, text.size() - run);
}

} // namespace

std::string printable(std::string_view text) {
    std::string safe;
    appendPrintable(safe, text);
    return safe;
}

void appendPrintable(std::string& out, std::string_view text) {
    append(out, text, "\\x", [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
}

void appendJson(std::string& out, std::string_view text) {
    out += '"';
    append(out, text, "\\u00",
           [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
    out += '"';
}

} // namespace proxy::log
