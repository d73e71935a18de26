#include "proxy/log/quote.h"

namespace proxy::log {

namespace {

constexpr std::string_view hex = "0123456789abcdef";

template <class Safe> void append(std::string& out, std::string_view text, std::string_view escape, Safe safe) {
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (safe(octet)) {
            out += c;
            continue;
        }
        out += escape;
        out += hex[octet >> 4];
        out += hex[octet & 15];
    }
}

} // namespace

void appendPrintable(std::string& out, std::string_view text) {
    append(out, text, "\\x", [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
}

void appendJson(std::string& out, std::string_view text) {
    out += '"';
    append(out, text, "\\u00", [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
    out += '"';
}

} // namespace proxy::log
