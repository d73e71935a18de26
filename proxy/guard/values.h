// Judgements on single values: each says Rule::none, or why the value is refused. Pure; texts are unescaped
// and hold no control characters. What the daemon does with them: the reasons of the table in keys.cpp.
#pragma once

#include "proxy/guard/rule.h"
#include "proxy/guard/settings.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace proxy::guard {

/// "/", or segments that are neither empty nor "." nor "..", without backslash, each behind a "/".
[[nodiscard]] bool isCleanPath(std::string_view path) noexcept;
/// [A-Za-z0-9][A-Za-z0-9_.-]*
[[nodiscard]] bool isName(std::string_view text) noexcept;
/// Of Linux, in Docker's spelling; found in any ASCII case, with "CAP_" or without.
[[nodiscard]] std::optional<std::string_view> capabilityNamed(std::string_view text) noexcept;
/// ALL, in any ASCII case.
[[nodiscard]] bool isAllCapabilities(std::string_view text) noexcept;
/// A number from 1 to 2^31 - 1, with a group behind a colon or without.
[[nodiscard]] bool isOrdinaryUser(std::string_view text) noexcept;
/// "no-new-privileges", and what says the same.
[[nodiscard]] bool isNoNewPrivileges(std::string_view text) noexcept;

/// `source` as a mount's; `readOnly` where nothing below it can be written.
[[nodiscard]] Rule judgeHostPath(const Settings& settings, std::string_view source, bool readOnly) noexcept;
[[nodiscard]] Rule judgeVolumeName(std::string_view name) noexcept;
/// An element of HostConfig.Binds.
[[nodiscard]] Rule judgeBind(const Settings& settings, std::string_view text) noexcept;
[[nodiscard]] Rule judgeTarget(std::string_view path) noexcept;
[[nodiscard]] Rule judgeSubpath(std::string_view path) noexcept;
[[nodiscard]] Rule judgeWorkingDir(std::string_view path) noexcept;
[[nodiscard]] Rule judgePropagation(std::string_view text) noexcept;
/// "size=64m,noexec", of HostConfig.Tmpfs.
[[nodiscard]] Rule judgeTmpfsOptions(std::string_view text) noexcept;
[[nodiscard]] Rule judgeDevice(const Settings& settings, std::string_view path) noexcept;
[[nodiscard]] Rule judgeCapability(const Settings& settings, std::string_view text) noexcept;
[[nodiscard]] Rule judgeSecurityOpt(std::string_view text) noexcept;
[[nodiscard]] Rule judgeSysctl(std::string_view name) noexcept;
[[nodiscard]] Rule judgeLogDriver(std::string_view name) noexcept;
/// A key of LogConfig.Config, whatever the driver.
[[nodiscard]] Rule judgeLogOption(std::string_view name) noexcept;
[[nodiscard]] Rule judgeConsistency(std::string_view text) noexcept;
[[nodiscard]] Rule judgeRuntime(std::string_view name) noexcept;
/// A network by name or id, or a mode of HostConfig.NetworkMode.
[[nodiscard]] Rule judgeNetwork(const Settings& settings, std::string_view text) noexcept;
[[nodiscard]] Rule judgeNetworkDriver(const Settings& settings, std::string_view text) noexcept;
[[nodiscard]] Rule judgeNetworkOption(const Settings& settings, std::string_view name) noexcept;

[[nodiscard]] Rule judgePidMode(const Settings& settings, std::string_view text) noexcept;
[[nodiscard]] Rule judgeIpcMode(const Settings& settings, std::string_view text) noexcept;
[[nodiscard]] Rule judgeUtsMode(const Settings& settings, std::string_view text) noexcept;
[[nodiscard]] Rule judgeUsernsMode(const Settings& settings, std::string_view text) noexcept;
[[nodiscard]] Rule judgeCgroupnsMode(const Settings& settings, std::string_view text) noexcept;

/// An element of MaskedPaths or ReadonlyPaths.
[[nodiscard]] Rule judgeHiddenPath(std::string_view path) noexcept;

/// The bit of `path` among those that every engine masks, or keeps read-only; 0 for any other.
[[nodiscard]] std::uint32_t maskedPath(std::string_view path) noexcept;
[[nodiscard]] std::uint32_t readonlyPath(std::string_view path) noexcept;
inline constexpr std::uint32_t allMaskedPaths = (1U << 10U) - 1;
inline constexpr std::uint32_t allReadonlyPaths = (1U << 5U) - 1;

} // namespace proxy::guard
