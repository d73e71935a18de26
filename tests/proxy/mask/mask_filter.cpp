// Masks documents for a test in another language. Standard input holds records, "<octets> <octets a piece>\n" and the
// document; standard output has for each "<verdict> <octets>\n" and the document masked, or nothing of it after a fault.
#include "proxy/mask/env_mask.h"

#include <algorithm>
#include <iostream>
#include <string>

namespace {

using proxy::mask::EnvMask;

bool mask(EnvMask& mask, std::span<char> document, std::size_t pieceSize) {
    for (; !document.empty(); document = document.subspan(std::min(pieceSize, document.size())))
        if (!mask.feed(document.first(std::min(pieceSize, document.size())))) return false;
    return mask.finish();
}

} // namespace

int main() {
    std::ios::sync_with_stdio(false);
    std::size_t size = 0;
    std::size_t pieceSize = 0;
    while (std::cin >> size >> pieceSize && std::cin.get() == '\n' && pieceSize != 0) {
        std::string document(size, '\0');
        if (!std::cin.read(document.data(), static_cast<std::streamsize>(size))) return 1;
        EnvMask each;
        if (!mask(each, document, pieceSize)) document.clear();
        std::cout << describe(each.fault()).name << ' ' << document.size() << '\n' << document;
    }
    return std::cin.eof() ? 0 : 1;
}
