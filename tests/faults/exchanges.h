// The scenes in which everything fails once.
#pragma once

#include "tests/faults/play.h"

#include <ostream>
#include <span>

namespace faults {

struct Scene {
    const char* id;
    void (*play)(Play&);
    bool reachesDaemon = true;
    bool ends = false; ///< the proxy has been shut down in it
    bool unfinished =
        false; ///< heads are never completed in it: nobody is told of a client who breaks off there
};

[[nodiscard]] std::span<const Scene> scenes() noexcept;

inline void PrintTo(const Scene& scene, std::ostream* out) {
    *out << scene.id;
}

} // namespace faults
