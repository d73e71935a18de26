// What the mock daemon can be told to do wrong: which requests, how often, and what.
#pragma once

#include "mockdocker/wire/answer.h"

#include <cstdint>
#include <string>

namespace mockdocker {

/// What happens. Kinds of different groups combine on one request: an answer, changes of style, a flow. Two answers or
/// two flows do not: a request that both are scripted for is answered 500, which names them.
enum class FaultKind {
    // instead of a request
    refuse, ///< the connection is closed as soon as it is accepted (path and method do not matter)
    die,    ///< the daemon dies as die() does when the request's head has been read; rise() brings it back
    // instead of the answer
    answer, ///< status, fields and body below, properly framed
    raw,    ///< `bytes` exactly, whatever they are: garbage, two answers, a malformed head
    echo,   ///< 200 whose body is the request exactly as received, head and raw body
    huge,   ///< 200 with a body of `size` octets of mockdocker::pattern()
    // the answer's style
    http10,  ///< an HTTP/1.0 status line, the body ends with the connection unless it is sized
    interim, ///< `bytes` before the final head: "HTTP/1.1 103 Early Hints\r\n…\r\n\r\n", as many as wanted
    trailer, ///< `bytes` ("Name: value\r\n" lines) behind the last chunk
    closeDelimited, ///< neither length nor chunks
    // the answer's flow, from `where` on
    stall, ///< nothing is sent until released, or for ever
    drip,  ///< each release(bytes) lets that many octets through
    cut,   ///< the connection ends there: FIN, or a reset
};

/// Where in the answer a stall, drip or cut begins.
enum class Where {
    start, ///< before its first octet
    head,  ///< `offset` octets into it
    body,  ///< `offset` octets behind the head's end (chunk framing counts as body)
};

/// What happens to the connection behind an answer or raw bytes.
enum class Then { keep, close, reset };

struct Fault {
    FaultKind kind = FaultKind::stall;

    // Which requests: every condition that is not empty must hold.
    std::string method{};
    std::string path{}; ///< glob over the target as sent: '*' stands for any octets, '/' and '?' included
    std::string head{}; ///< substring of the raw head, such as a case id
    int skip = 0;       ///< let this many matching requests pass first
    int times = 1;      ///< then act this often; negative: always

    Where where = Where::start;
    std::uint64_t offset = 0;
    bool reset = false; ///< cut: a reset instead of FIN. See Connection about unix sockets

    int status = 200;
    Fields fields{};
    std::string bytes{}; ///< answer: the body
    std::string contentType = "application/json";
    bool early = false; ///< answer or raw: sent before the request's body is read
    Then then = Then::keep;

    std::uint64_t size = 0; ///< huge
    bool sized = true;      ///< huge: Content-Length; otherwise chunks
};

using FaultId = std::uint64_t;

} // namespace mockdocker
