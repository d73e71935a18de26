#include "proxy/policy/masking.h"

#include "proxy/policy/operation.h"
#include "proxy/policy/path.h"

#include <algorithm>
#include <array>

namespace proxy::policy {
namespace {

// Podman's streams and archives: files and output of containers and volumes. The content type tells none of them:
// Podman calls every stream that it copies a tar, the YAML of generate/kube among them.
struct Bare {
    Section section;
    std::string_view behind;
};
constexpr auto bare = std::to_array<Bare>({
    {Section::libpodContainers, "archive"},
    {Section::libpodContainers, "attach"},
    {Section::libpodContainers, "export"},
    {Section::libpodContainers, "logs"},
    {Section::libpodVolumes, "export"},
});

} // namespace

Masking maskingOf(const Operation* operation, const Place& place) noexcept {
    if (operation != nullptr) return operation->environments ? Masking::document : Masking::none;
    if (!place.section) return Masking::documents;
    if (*place.section == Section::libpodPing) return Masking::none;
    if (*place.section == Section::libpodGenerate) return Masking::withheld;
    const std::string_view behind = memberAt(place).behind;
    const auto isHere = [&](const Bare& each) {
        return each.section == *place.section && each.behind == behind;
    };
    return std::ranges::any_of(bare, isHere) ? Masking::none : Masking::documents;
}

} // namespace proxy::policy
