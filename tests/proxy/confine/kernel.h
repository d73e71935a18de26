// A kernel, or a container engine's profile, that refuses: in this process and in what it starts.
#pragma once

#include <initializer_list>

namespace proxy::test {

struct Refusal {
    const char* call;
    int error;
    /// Of one value of the first argument only.
    int first = -1;
};

/// What `call` asks for is refused with `error`, from here on. Sets no_new_privs.
[[nodiscard]] bool refuse(std::initializer_list<Refusal> refusals);

extern const std::initializer_list<Refusal> noLandlock; ///< Linux before 5.13
extern const std::initializer_list<Refusal> noSeccomp;  ///< an engine's profile that knows no filter

} // namespace proxy::test
