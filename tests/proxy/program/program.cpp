#include "tests/proxy/program/program.h"

#include "proxy/net/listener.h"
#include "proxy/net/stream.h"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proxy::test {

namespace {

// A socket, not a pipe: a Peer reads it with its deadline.
std::array<net::Fd, 2> channel() {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    return {net::Fd(ends[0]), net::Fd(ends[1])};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

} // namespace

Program::Program(const Arguments& arguments, const Environment& environment,
                 const std::function<void()>& prepare) {
    auto [outReader, outWriter] = channel();
    auto [errReader, errWriter] = channel();
    out_ = Peer(std::move(outReader));
    err_ = Peer(std::move(errReader));
    Arguments texts{DSP_PROGRAM};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment)
        variables.push_back(std::string(name).append("=").append(value));
    const std::vector<char*> argv = pointers(texts);
    const std::vector<char*> envp = pointers(variables);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::dup2(outWriter.number(), STDOUT_FILENO);
        ::dup2(errWriter.number(), STDERR_FILENO);
        if (prepare) prepare();
        ::execve(DSP_PROGRAM, argv.data(), envp.data());
        ::_exit(127);
    }
    EXPECT_GT(pid_, 0);
}

Program::~Program() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Program::signal(int number) const {
    EXPECT_EQ(::kill(pid_, number), 0);
}

int Program::status() {
    // Its end closes standard error; waiting on that has a deadline.
    if (err_.end() == Peer::End::silent) {
        ADD_FAILURE() << "the program does not end";
        ::kill(pid_, SIGKILL);
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Ran run(const Program::Arguments& arguments, const Program::Environment& environment) {
    Program program(arguments, environment);
    Ran ran{};
    ran.out = program.out();
    ran.err = program.err();
    ran.status = program.status();
    return ran;
}

std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::uint16_t freePort() {
    return net::Listener(net::TcpPlace{"127.0.0.1", 0, net::TcpPlace::Family::v4}).port();
}

Peer dialTcp(std::uint16_t port) {
    net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return Peer(std::move(fd));
}

Peer dialUnix(const std::string& path) {
    net::Dialled dialled = net::dialUnix(path);
    EXPECT_EQ(dialled.error, 0) << path;
    return Peer(std::move(dialled.fd));
}

} // namespace proxy::test
