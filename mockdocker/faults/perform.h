// The faults that take an answer's place.
#pragma once

#include "mockdocker/faults/fault.h"
#include "mockdocker/wire/exchange.h"

namespace mockdocker {

/// Answers as the fault says. Style and flow faults are not performed, they change what is.
void perform(const Fault& fault, Exchange& exchange);
[[nodiscard]] bool replacesAnswer(FaultKind kind);
[[nodiscard]] bool isFlow(FaultKind kind);
void applyStyle(const Fault& fault, AnswerStyle& style);

} // namespace mockdocker
