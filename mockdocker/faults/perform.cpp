#include "mockdocker/faults/perform.h"

#include <algorithm>

namespace mockdocker {
namespace {

constexpr std::size_t hugePiece = 64 << 10;

void finishAs(const Fault& fault, Exchange& exchange) {
    if (fault.then == Then::keep) return;
    exchange.closeAfter();
}

void answer(const Fault& fault, Exchange& exchange) {
    if (!fault.early) exchange.body();
    for (const Field& field : fault.fields) exchange.set(field.name, field.value);
    finishAs(fault, exchange);
    exchange.reply(fault.status, fault.bytes, fault.contentType);
}

void raw(const Fault& fault, Exchange& exchange) {
    if (!fault.early) exchange.body();
    finishAs(fault, exchange);
    exchange.sendInstead(fault.bytes);
}

void echo(Exchange& exchange) {
    const std::string received = exchange.request().head + exchange.rawBody();
    exchange.reply(200, received, "application/octet-stream");
}

void huge(const Fault& fault, Exchange& exchange) {
    exchange.body();
    if (fault.sized) exchange.set("Content-Length", std::to_string(fault.size));
    if (!exchange.begin(200, "application/octet-stream")) return;
    for (std::uint64_t at = 0; at < fault.size;) {
        const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(fault.size - at, hugePiece));
        if (!exchange.write(pattern(at, piece))) return;
        at += piece;
    }
}

} // namespace

bool replacesAnswer(FaultKind kind) {
    return kind == FaultKind::answer || kind == FaultKind::raw || kind == FaultKind::echo ||
           kind == FaultKind::huge;
}

bool isFlow(FaultKind kind) {
    return kind == FaultKind::stall || kind == FaultKind::drip || kind == FaultKind::cut;
}

void perform(const Fault& fault, Exchange& exchange) {
    switch (fault.kind) {
    case FaultKind::answer:
        return answer(fault, exchange);
    case FaultKind::raw:
        return raw(fault, exchange);
    case FaultKind::echo:
        return echo(exchange);
    case FaultKind::huge:
        return huge(fault, exchange);
    default:
        return;
    }
}

void applyStyle(const Fault& fault, AnswerStyle& style) {
    switch (fault.kind) {
    case FaultKind::http10:
        style.http10 = true;
        break;
    case FaultKind::interim:
        style.interim += fault.bytes;
        break;
    case FaultKind::trailer:
        style.trailer += fault.bytes;
        break;
    case FaultKind::closeDelimited:
        style.closeDelimited = true;
        break;
    default:
        break;
    }
}

} // namespace mockdocker
