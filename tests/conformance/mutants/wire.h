// A socket that is never waited for alone, and what is on its way from and to it.
#pragma once

#include "conformance/net/fd.h"

#include <cstddef>
#include <string>

namespace mutants {

using conformance::Fd;

struct Wire {
    explicit Wire(Fd socket = Fd())
        : fd(std::move(socket)) {}

    // Reads once, and writes what goes; neither waits.
    void receive();
    bool flush();    // whether anything went
    void shutDown(); // our direction; once
    void resetOnClose() const;

    static constexpr std::size_t most = std::size_t{192} * 1024;

    Fd fd;
    std::string in;
    std::string out;
    bool ended = false;  // the other side's direction has
    bool broken = false; // nothing that is written arrives
    bool gone = false;   // both directions are over
    bool shut = false;
    bool held = false; // nothing goes for now
};

// Waits until something can be done with either, and does it. false: `milliseconds` went by (-1: never).
bool pump(Wire& one, Wire* other, int milliseconds);

// -1 in the answer's place: errno tells why.
Fd dialUnix(const std::string& path);
// One address as BIND_CONFIG has it: "127.0.0.1:2375", ":2375", "/path mode 600". Throws std::runtime_error.
Fd listenOn(const std::string& bind);

} // namespace mutants
