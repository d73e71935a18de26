#include "conformance/access/observation.h"

namespace conformance {
namespace {

constexpr unsigned keptOfOperation = 6; // reports show one of a kind
constexpr std::size_t keptBytes = 2000;

} // namespace

bool Observations::isOf(std::uint32_t number, std::string_view startLine) const {
    const auto& one = plan_.cases()[number];
    const std::string_view asSent = std::string_view(one.request).substr(0, one.request.find(" HTTP/1.1"));
    return startLine.starts_with(asSent) && startLine.substr(asSent.size()).starts_with(" HTTP/1.");
}

void Observations::atDaemon(std::uint32_t number, std::string_view startLine) {
    auto& observation = all_[number];
    if (observation.seen < UINT8_MAX) ++observation.seen;
    if (!isOf(number, startLine)) observation.targetChanged = true;
}

void Observations::unattributedAtDaemon(std::string_view bytes) {
    if (unattributed_++ == 0) firstUnattributed_ = bytes.substr(0, keptBytes);
}

void Observations::keep(Bytes& bytes, std::uint32_t number, std::string_view text) const {
    if (plan_.cases()[number].judged && bytes.kept[plan_.cases()[number].operation]++ < keptOfOperation)
        bytes.ofCase[number] = text.substr(0, keptBytes);
}

std::string Observations::kept(const Bytes& bytes, std::uint32_t number) {
    const auto found = bytes.ofCase.find(number);
    return found == bytes.ofCase.end() ? std::string() : found->second;
}

} // namespace conformance
