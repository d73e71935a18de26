// The stage of a script: the raw clients and the raw daemon around a target, moved on by one poll().
//
// The daemon listens on the target's SOCKET_PATH. Requests for `barrierTarget` are the suite's own: it
// answers them itself and hides them from the script. One that has come through shows that the target lives,
// and that whatever it had to forward before has arrived.
#pragma once

#include "conformance/play/wire.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace conformance {

inline constexpr std::string_view barrierTarget = "/_ping?conformance-barrier";

class Stage {
public:
    using Milliseconds = std::chrono::milliseconds;

    /// `asks`: what the target asks by itself; that is answered as Docker would, and hidden from the script.
    explicit Stage(std::string socketPath, std::vector<std::string> asks = {});
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    /// Moves bytes until `holds`, or for this long; `ended` is readable when the target has ended.
    bool await(const std::function<bool()>& holds, Milliseconds longest);
    void watch(const Fd* ended) {
        target_ = ended;
        targetEnded_ = false;
    }
    [[nodiscard]] bool targetEnded() const { return targetEnded_; }

    Wire* client(unsigned number); ///< null: not connected
    Wire& addClient(unsigned number, Fd fd);
    std::vector<std::unique_ptr<Wire>>& clients() { return clients_; }
    [[nodiscard]] const std::vector<std::unique_ptr<Wire>>& clients() const { return clients_; }

    [[nodiscard]] Wire* daemon(unsigned number) const; ///< null: nothing was ever bound to it
    void bind(unsigned number, Wire& wire) { bound_[number] = &wire; }
    /// Has a step of the script to do with it? Others a target may keep in store, and drop when it likes.
    [[nodiscard]] bool isBound(const Wire& wire) const;
    /// A connection on which something waits that no step has taken, for the script's `number`; null: none.
    Wire* daemonWithInput(unsigned number);
    std::vector<std::unique_ptr<Wire>>& daemons() { return daemons_; }
    [[nodiscard]] const std::vector<std::unique_ptr<Wire>>& daemons() const { return daemons_; }

    void daemonGoes();    ///< no socket, no connection
    void daemonRefuses(); ///< a socket, and nobody behind it
    void daemonComes();
    bool serves = false;    ///< the daemon answers every request by itself
    std::string early;      ///< what the daemon answers to every head, reading no further
    bool continues = false; ///< the daemon says 100 to whoever expects it

    /// Ends every connection of the script, the daemon's so that one sees whether the target has noticed.
    void leave();

    /// What is left of the script; the next one begins with a daemon that is there.
    void clear();

    /// Requests nobody waits for: a target that loses the daemon may send a safe
    /// one again when its client has left.
    void dropLate();

private:
    void accept();
    void stopListening();
    void lookAtDaemon(Wire& wire);
    void sayContinue(Wire& wire);
    void answerItsOwn(Wire& wire);

    std::string socketPath_;
    std::vector<std::string> asks_;
    Fd listener_;
    std::vector<std::unique_ptr<Wire>> clients_;
    std::vector<std::unique_ptr<Wire>> daemons_;
    std::map<unsigned, Wire*> bound_;           ///< one connection may serve several of a script's requests
    std::map<const Wire*, std::size_t> served_; ///< how far each one's requests were answered
    std::set<const Wire*> continued_;           ///< was told to
    const Fd* target_ = nullptr;
    bool targetEnded_ = false;
};

} // namespace conformance
