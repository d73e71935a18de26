// What values of a body or query are harmless to the host.
#pragma once

#include "tests/conformance/mutants/guard.h"

#include <string>
#include <string_view>

namespace mutants {

// Whether a value, an element or a map's key is harmless.
using Harmless = bool (*)(const GuardSettings&, const std::string&);

bool isCleanPath(std::string_view path);
bool isNetwork(const GuardSettings& settings, const std::string& text);
bool isVolume(const GuardSettings& settings, const std::string& text);
bool isOrdinaryUser(const std::string& text);
bool isCapability(const std::string& name); // that Linux has
std::string capabilityOf(const std::string& text);
bool isHostPath(const GuardSettings& settings, std::string path, bool readOnly);

// Null: every value of the key is harmless. "host.PidMode".
Harmless harmlessOf(const std::string& key);

} // namespace mutants
