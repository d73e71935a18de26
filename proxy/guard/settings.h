// What a guarded door lets clients ask of the host. A plain value; the readers of its lists are pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::guard {

enum class Profile : std::uint8_t {
    off,
    baseline,   ///< a container stays a container
    restricted, ///< besides, its processes are nobody's superuser
};

inline constexpr std::array<std::string_view, 3> profileNames{"off", "baseline", "restricted"};

[[nodiscard]] constexpr std::string_view nameOf(Profile profile) noexcept {
    return profileNames[static_cast<std::size_t>(profile)];
}

/// A folder or file of the host, and all that lies below it.
struct Bind {
    std::string path; ///< absolute and clean
    bool readOnly = false;
    bool operator==(const Bind&) const = default;
};

/// GUARD_HOST: what of the host's own a container may share; `container` is another container's.
struct Host {
    bool network = false;
    bool pid = false;
    bool ipc = false;
    bool uts = false;
    bool userns = false;
    bool cgroup = false;
    bool container = false;
    bool operator==(const Host&) const = default;
};

struct Settings {
    Profile profile = Profile::off;
    std::vector<Bind> binds{};
    Host host{};
    std::vector<std::string> caps{};     ///< beyond the profile's own, as "SYS_PTRACE"
    std::vector<std::string> devices{};  ///< clean paths
    bool gpu = false;                    ///< among GUARD_DEVICES: DeviceRequests
    std::vector<std::string> networks{}; ///< none: any but the host's and a container's
    bool exec = false;
    bool cp = false;
    bool build = false;
    std::size_t bodyLimit = std::size_t{4} << 20U; ///< octets
};

/// Whether `path` is `folder` or below it; both clean.
[[nodiscard]] bool isWithin(std::string_view path, std::string_view folder) noexcept;
/// "/srv/ci" or "/srv/ci:ro"; none where the path is not absolute and clean.
[[nodiscard]] std::optional<Bind> readBind(std::string_view text);
/// Sets what GUARD_HOST's word names; false where it names nothing.
[[nodiscard]] bool readHost(std::string_view word, Host& host) noexcept;
/// As Docker has it, without "CAP_" and in capitals; none where Linux has no such capability. ALL is none.
[[nodiscard]] std::optional<std::string_view> readCap(std::string_view text) noexcept;
/// A clean path.
[[nodiscard]] bool isDevice(std::string_view text) noexcept;
/// A name or an id, as the daemon takes them.
[[nodiscard]] bool isNetwork(std::string_view text) noexcept;

} // namespace proxy::guard
