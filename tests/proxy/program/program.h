// The program as a process of its own: started with nothing in its environment but
// what is given, ended by its own id.
#pragma once

#include "tests/proxy/relay/peer.h"

#include <functional>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace proxy::test {

class Program {
public:
    using Arguments = std::vector<std::string>;
    using Environment = std::map<std::string, std::string>;

    /// `prepare` runs in the child before the program: system calls only.
    Program(const Arguments& arguments, const Environment& environment,
            const std::function<void()>& prepare = {});
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program();

    /// The next line of standard output.
    [[nodiscard]] std::string line() { return out_.readUntil("\n"); }
    /// What is left of it, until the program closes it.
    [[nodiscard]] std::string out() { return out_.rest(); }
    [[nodiscard]] std::string err() { return err_.rest(); }
    void closeOutput() { out_.close(); }

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    void signal(int number) const;
    /// The exit status; 128 and the signal's number when one ended it. Waits.
    [[nodiscard]] int status();

private:
    Peer out_{net::Fd{}};
    Peer err_{net::Fd{}};
    pid_t pid_ = -1;
};

/// A program that has been run to its end.
struct Ran {
    int status;
    std::string out;
    std::string err;
};
[[nodiscard]] Ran run(const Program::Arguments& arguments, const Program::Environment& environment = {});

[[nodiscard]] std::vector<std::string> linesOf(const std::string& text);

/// A port of 127.0.0.1 and [::1] that nobody uses at this moment.
[[nodiscard]] std::uint16_t freePort();
[[nodiscard]] Peer dialTcp(std::uint16_t port);
[[nodiscard]] Peer dialUnix(const std::string& path);

} // namespace proxy::test
