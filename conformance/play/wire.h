// One end of a connection that a script plays: raw bytes out, raw bytes in, nothing understood.
// Non-blocking; for one thread.
#pragma once

#include "conformance/net/fd.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace conformance {

class Wire {
public:
    explicit Wire(Fd fd)
        : fd_(std::move(fd)) {}
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire() { close(); }

    [[nodiscard]] const Fd& fd() const { return fd_; }

    void send(std::string_view bytes);
    /// Every byte in a segment of its own, as far as the kernel lets.
    void sendBytewise(std::string_view bytes);
    /// The same over and over, as fast as it is taken. What comes in is thrown away.
    void flood(std::string_view bytes);
    [[nodiscard]] std::size_t flooded() const { return floodSent_; }
    void endOutput(); ///< once everything is out
    void close();
    void closeWhenSent();
    void reset(); ///< close so that the peer gets a reset

    /// What came in and no step has taken yet.
    [[nodiscard]] std::string_view input() const { return std::string_view(in_).substr(taken_); }
    void take(std::size_t count) { taken_ += count; }
    void forget(std::size_t count);                     ///< of input(): as if it had never come
    [[nodiscard]] bool ended() const { return ended_; } ///< nothing more will come
    [[nodiscard]] bool gone() const { return gone_; } ///< the peer has closed it altogether, or has reset it
    [[nodiscard]] bool wasReset() const { return reset_; }
    [[nodiscard]] bool open() const { return static_cast<bool>(fd_); }

    /// For poll(): what to wait for, and what to do when it has happened.
    [[nodiscard]] short interest() const;
    void ready(short events);

    [[nodiscard]] const std::string& received() const { return in_; }
    [[nodiscard]] const std::string& sent() const { return sent_; } ///< at most some KiB of it

    bool raw = false;     ///< a tunnel: what comes is no request
    unsigned number = 0;  ///< by which the script calls it; 0: not yet
    bool counted = false; ///< of a crowd: nobody looks at what it gets
    bool reads = true;    ///< else it leaves what comes in the kernel's buffers

private:
    void receive();
    void flush();
    void drop();

    Fd fd_;
    std::string in_;
    std::size_t taken_ = 0;
    std::string out_;
    std::size_t flushed_ = 0; ///< of out_
    std::string flood_;
    std::size_t floodAt_ = 0;   ///< in flood_
    std::size_t floodSent_ = 0; ///< in all
    std::string sent_;
    bool ending_ = false;
    bool closing_ = false;
    bool ended_ = false;
    bool gone_ = false;
    bool reset_ = false;
};

} // namespace conformance
