// Plays one case: both ends of it, step by step, and judges what each of them gets.
#pragma once

#include "conformance/play/scene.h"
#include "conformance/report/result.h"

namespace conformance {

/// Throws TargetError when the target is dead or hangs, unless that is the
/// case's own doing: then it has failed.
[[nodiscard]] Result playCase(Scene& scene, const Case& one);

} // namespace conformance
