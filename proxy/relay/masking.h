// Is an answer whose environments are to be masked passed as it is, masked, or not at all? Its head tells. Pure.
#pragma once

#include "proxy/http/response.h"
#include "proxy/mask/env_mask.h"
#include "proxy/policy/masking.h"

namespace proxy::relay {

struct AnswerMasking {
    bool needed = false;
    mask::Fault fault = mask::Fault::none; ///< set: nothing of it may be passed
};

[[nodiscard]] AnswerMasking maskingOf(const http::ResponseHead& head, policy::Masking masking) noexcept;

} // namespace proxy::relay
