#include "mockdocker/routes/websocket.h"

#include <Poco/Base64Encoder.h>
#include <Poco/SHA1Engine.h>

#include <sstream>

namespace mockdocker {
namespace {

enum Opcode : unsigned { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct Frame {
    unsigned opcode = 0;
    std::string payload;
};

std::string encode(unsigned opcode, std::string_view payload) {
    std::string bytes = {static_cast<char>(0x80U | opcode)};
    if (payload.size() < 126) {
        bytes.push_back(static_cast<char>(payload.size()));
    } else if (payload.size() < 65536) {
        bytes.append(
            {126, static_cast<char>(payload.size() >> 8U), static_cast<char>(payload.size() & 0xffU)});
    } else {
        bytes.push_back(127);
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes.push_back(static_cast<char>(payload.size() >> static_cast<unsigned>(shift) & 0xffU));
    }
    return bytes.append(payload);
}

// Takes one frame off the front of `bytes`; false when it is not complete yet.
bool decode(std::string& bytes, Frame& frame) {
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    if (bytes.size() < 2) return false;
    std::uint64_t size = octet(1) & 0x7fU;
    std::size_t at = 2;
    const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (bytes.size() < at + extra) return false;
    if (extra > 0) size = 0;
    for (std::size_t i = 0; i < extra; ++i) size = size << 8U | octet(at++);
    const bool masked = (octet(1) & 0x80U) != 0;
    const std::size_t mask = at;
    if (masked) at += 4;
    if (bytes.size() < at || bytes.size() - at < size) return false;
    frame.opcode = octet(0) & 0x0fU;
    frame.payload = bytes.substr(at, static_cast<std::size_t>(size));
    for (std::size_t i = 0; masked && i < frame.payload.size(); ++i)
        frame.payload[i] = static_cast<char>(frame.payload[i] ^ bytes[mask + i % 4]);
    bytes.erase(0, at + static_cast<std::size_t>(size));
    return true;
}

// False when the client said goodbye.
bool take(Exchange& exchange, Stdio& stdio, std::string& pending, bool input) {
    Frame frame;
    while (decode(pending, frame)) {
        if (frame.opcode == close) {
            exchange.sendRaw(encode(close, frame.payload));
            return false;
        }
        if (frame.opcode == ping && !exchange.sendRaw(encode(pong, frame.payload))) return false;
        if (frame.opcode <= binary && input) stdio.feed(frame.payload);
    }
    return true;
}

} // namespace

std::string websocketAccept(const std::string& key) {
    Poco::SHA1Engine sha;
    sha.update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    const auto digest = sha.digest();
    std::ostringstream encoded;
    Poco::Base64Encoder encoder(encoded);
    encoder.write(reinterpret_cast<const char*>(digest.data()), static_cast<std::streamsize>(digest.size()));
    encoder.close();
    return encoded.str();
}

void serveWebsocket(Call& call, Stdio& stdio) {
    const Request& request = call.request();
    const std::string* key = request.find("Sec-WebSocket-Key");
    const std::string* upgrade = request.find("Upgrade");
    if (key == nullptr || upgrade == nullptr || !equalsIgnoringCase(*upgrade, "websocket")) {
        // websocket.Server refuses like this and closes.
        call.exchange.hijack("HTTP/1.1 400 Bad Request\r\n\r\nnot websocket protocol", 400);
        return;
    }
    const bool honoured = call.versionAtLeast("1.42");
    const bool input = !honoured || request.queryBool("stdin");
    std::size_t sent = request.queryBool("logs") ? 0 : stdio.outputs();
    if (!call.exchange.hijack("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                              "Upgrade\r\nSec-WebSocket-Accept: " +
                                  websocketAccept(*key) + "\r\n\r\n",
                              101))
        return;
    const Wakeup wakeup;
    const Watching watching(stdio.changed, wakeup);
    std::string pending;
    while (true) {
        const bool over = stdio.exitCode().has_value();
        for (const Output& output : stdio.outputFrom(sent)) {
            ++sent;
            const bool shown = !honoured || request.queryBool(output.stream == 1 ? "stdout" : "stderr");
            if (shown &&
                !call.exchange.sendRaw(encode(call.versionAtLeast("1.28") ? binary : text, output.data)))
                return;
        }
        if (over) return;
        const bool buffered = !call.exchange.connection().buffered().empty();
        if (!buffered && await(call.exchange.connection(), wakeup, Watch::input) == Awoke::signal) continue;
        const std::string bytes = call.exchange.readRaw();
        pending += bytes;
        if (bytes.empty() || !take(call.exchange, stdio, pending, input)) return;
    }
}

} // namespace mockdocker
