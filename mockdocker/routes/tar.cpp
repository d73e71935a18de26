#include "mockdocker/routes/tar.h"

#include <cstdio>
#include <cstdlib>

namespace mockdocker {
namespace {

constexpr std::size_t block = 512;

std::string_view text(std::string_view field) {
    return field.substr(0, field.find('\0'));
}

unsigned checksum(std::string_view header) { // the checksum field itself counts as spaces
    unsigned sum = 0;
    for (std::size_t i = 0; i < block; ++i)
        sum += static_cast<unsigned char>(i >= 148 && i < 156 ? ' ' : header[i]);
    return sum;
}

void put(std::string& header, std::size_t at, std::string_view value) {
    header.replace(at, value.size(), value);
}

std::string octal(std::size_t value, int digits) {
    char buffer[24];
    const int size = std::snprintf(buffer, sizeof buffer, "%0*zo", digits, value);
    return {buffer, static_cast<std::size_t>(size)};
}

} // namespace

bool isTar(std::string_view archive) {
    if (archive.size() < block) return false;
    const auto head = archive.substr(0, block);
    return head.find_first_not_of('\0') == std::string_view::npos ||
           std::strtoul(std::string(head.substr(148, 8)).c_str(), nullptr, 8) == checksum(head);
}

bool isTorn(std::string_view archive) {
    return !archive.empty() && archive.size() < block && !archive.starts_with("\x1f\x8b");
}

std::optional<std::string> tarMember(std::string_view archive, std::string_view name) {
    const auto plain = [](std::string_view path) { return path.starts_with("./") ? path.substr(2) : path; };
    while (archive.size() >= block && isTar(archive) && archive[0] != '\0') {
        const auto size = std::strtoull(std::string(archive.substr(124, 12)).c_str(), nullptr, 8);
        const bool regular = archive[156] == '0' || archive[156] == '\0';
        if (regular && plain(text(archive.substr(0, 100))) == plain(name))
            return std::string(archive.substr(block, size));
        const auto padded = (size + block - 1) / block * block;
        if (archive.size() - block < padded) break;
        archive.remove_prefix(block + padded);
    }
    return {};
}

std::string tarOf(std::string_view name, std::string_view content) {
    std::string header(block, '\0');
    put(header, 0, name.substr(0, 99));
    put(header, 100, octal(0644, 7));
    put(header, 108, octal(0, 7));
    put(header, 116, octal(0, 7));
    put(header, 124, octal(content.size(), 11));
    put(header, 136, octal(0, 11));
    header[156] = '0';
    put(header, 257, std::string_view("ustar\00000", 8));
    put(header, 148, octal(checksum(header), 6));
    header[155] = ' ';
    std::string archive = header;
    archive.append(content).append((block - content.size() % block) % block, '\0').append(2 * block, '\0');
    return archive;
}

} // namespace mockdocker
