// One client connection of mutant-proxy, from accept to close, in a thread of its own.
#pragma once

#include "tests/conformance/mutants/message.h"
#include "tests/conformance/mutants/rules.h"
#include "tests/conformance/mutants/wire.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace mutants {

// What all connections share.
class Service {
public:
    explicit Service(std::string daemon)
        : socketPath(std::move(daemon)) {}

    // An idle connection to the daemon, or a new one (then not `pooled`); without an fd: `why` tells.
    Wire connect(bool fresh, std::string& why, bool& pooled);
    void giveBack(Wire wire);
    void dropIdle();      // or nobody would see that the daemon has ended one
    void leak(Wire wire); // kept open, never used again: a mutant's

    void began();                               // an exchange …
    void ended();                               // … and its end
    bool awaitQuiet(std::chrono::seconds most); // no exchange is under way

    const std::string socketPath;
    std::mutex turn; // of mutants that do not serve all at once

private:
    std::mutex mutex_;
    std::condition_variable quiet_;
    std::vector<Wire> idle_;
    std::vector<Wire> leaked_;
    int busy_ = 0;
    bool lost_ = false;
};

class Connection {
public:
    Connection(Service& service, const Rules& rules, Fd client)
        : service_(service)
        , rules_(rules)
        , client_(std::move(client)) {}

    void run();
    void turnAway(); // one connection too many

private:
    bool readHead();
    void answer();
    void awaitTurn();
    void hold();
    void refuse(int status, const std::string& why);
    void deny();
    void leakRequest();
    bool guard();
    bool readAhead();
    void takeTrailers(std::string_view rest);
    bool readWhole(std::size_t most, std::string& raw, std::string& body);
    void replaceBody(const std::string& body);
    void say(int status, const std::string& message);
    void send(const std::string& text);
    void discard(Body& body);
    void linger();

    void forward();
    bool connect(bool fresh);
    void exchange();
    void moveUp();
    void moveDown();
    bool moveHead();
    void addTrailers();
    void takeAnswer(const Head& answer);
    void takeEnd();
    bool mask();
    void carryHalfClose();
    void failDaemon(const std::string& why);
    void clientGone();
    void settle();

    Service& service_;
    const Rules& rules_; // of the door that the client came through
    Wire client_;
    Wire daemon_;
    Head request_;
    bool keepAlive_ = true;
    bool lingers_ = false;
    bool guarded_ = false; // a request before this one
    std::unique_lock<std::mutex> turn_;
    std::vector<Field> late_; // trailers that become fields

    // Of the exchange under way.
    Body up_{Framing{}};
    std::optional<Body> down_; // once the final answer's head has been forwarded
    Head answer_;
    bool offersUpgrade_ = false;
    bool tunnel_ = false;
    bool done_ = false;
    bool again_ = false; // a pooled connection had died: once more with a new one
    bool pooled_ = false;
    bool reusable_ = false;
    bool masks_ = false;        // the answer is held back until it is complete …
    std::size_t masksFrom_ = 0; // … its body stands in client_.out from here
};

// What is judged: the request's own, but for mutants.
std::string judgedMethod(const Head& head);
std::string judgedPath(const Head& head, std::string path);

// The heads as they are forwarded.
std::string requestText(const Head& head, bool upgrade);
std::string answerText(const Head& head, bool close);

} // namespace mutants
