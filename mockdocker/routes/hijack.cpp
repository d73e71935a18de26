// Attach and exec start: after the head the connection belongs to a process's standard streams.
#include "mockdocker/routes/containers.h"
#include "mockdocker/routes/streams.h"
#include "mockdocker/routes/websocket.h"
#include "mockdocker/state/json.h"

#include <csignal>

namespace mockdocker {
namespace {

struct Streams {
    bool input = true;
    bool output = true;
    bool error = true;
    bool eofEndsOutput = false; ///< daemon/internal/stream/attach.go: with a terminal, or without StdinOnce
};

std::string encode(const Output& output, bool frames) {
    return frames ? stdcopyFrame(output.stream, output.data) : output.data;
}

bool sendOutput(Exchange& exchange, const Stdio& stdio, const Streams& streams, bool frames,
                std::size_t& sent) {
    std::string bytes;
    for (const Output& output : stdio.outputFrom(sent)) {
        ++sent;
        if (output.stream == 1 ? streams.output : streams.error) bytes += encode(output, frames);
    }
    return exchange.sendRaw(bytes);
}

// Copies both ways until the process ends, the client is gone, or its end of input ends the output.
void converse(Exchange& exchange, Stdio& stdio, const Streams& streams, bool frames, std::size_t sent) {
    const Wakeup wakeup;
    const Watching watching(stdio.changed, wakeup);
    bool reading = true;
    while (true) {
        const bool over = stdio.exitCode().has_value(); // asked first: output precedes the exit
        if (!sendOutput(exchange, stdio, streams, frames, sent) || over) return;
        const bool buffered = reading && !exchange.connection().buffered().empty();
        const Awoke awoke =
            buffered ? Awoke::input
                     : await(exchange.connection(), wakeup, reading ? Watch::input : Watch::hangup);
        if (awoke == Awoke::signal) continue;
        if (!reading) return; // hung up altogether
        const std::string bytes = exchange.readRaw();
        if (!bytes.empty()) {
            if (streams.input) stdio.feed(bytes);
            continue;
        }
        reading = false;
        if (exchange.connection().peerEnd() == PeerEnd::reset) return;
        if (streams.input) {
            stdio.closeInput();
            if (streams.eofEndsOutput) return;
        }
    }
}

std::string_view rawStream(const Call& call, bool frames) {
    return frames && call.versionAtLeast("1.42") ? "application/vnd.docker.multiplexed-stream"
                                                 : "application/vnd.docker.raw-stream";
}

// Decision as in the daemon: the presence of the Upgrade field alone.
std::string hijackHead(const Call& call, bool frames, const std::string& moreFields) {
    const std::string type = "Content-Type: " + std::string(rawStream(call, frames)) + "\r\n";
    if (!call.request().has("Upgrade"))
        return "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n" + moreFields + "\r\n";
    return "HTTP/1.1 101 UPGRADED\r\n" + type + "Connection: Upgrade\r\nUpgrade: tcp\r\n" + moreFields +
           "\r\n";
}

void rawError(Call& call, const std::string& status, const std::string& text) {
    call.exchange.hijack("HTTP/1.1 " + status +
                             "\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n" + text + "\r\n",
                         std::atoi(status.c_str())); // NOLINT(cert-err34-c): a literal of ours
}

std::shared_ptr<Container> attachable(Call& call) {
    const auto guard = call.world.lock();
    return World::evergreen(call.name()) ? call.world.privateContainer(call.name())
                                         : call.world.findContainer(call.name());
}

void endPrivate(const Call& call, const std::shared_ptr<Stdio>& stdio) {
    if (World::evergreen(call.name())) stdio->kill(SIGKILL);
}

} // namespace

void containerAttach(Call& call) {
    const auto container = attachable(call);
    if (!container) return rawError(call, "404 Not Found", "No such container: " + call.name());
    const Request& request = call.request();
    std::shared_ptr<Stdio> stdio;
    Streams streams{request.queryBool("stdin"), request.queryBool("stdout"), request.queryBool("stderr")};
    {
        const auto guard = call.world.lock();
        stdio = container->stdio;
        streams.input = streams.input && container->openStdin;
        streams.eofEndsOutput = container->terminal || !container->stdinOnce;
        call.world.note(*container, "attach");
    }
    const bool frames = !container->terminal;
    const std::size_t from = request.queryBool("logs") ? 0 : stdio->outputs();
    if (call.exchange.hasBody()) call.exchange.body();
    if (!call.exchange.hijack(hijackHead(call, frames, {}), request.has("Upgrade") ? 101 : 200)) return;
    std::size_t sent = from;
    if (request.queryBool("stream"))
        converse(call.exchange, *stdio, streams, frames, sent);
    else
        sendOutput(call.exchange, *stdio, streams, frames, sent);
    endPrivate(call, stdio);
}

void containerAttachWebsocket(Call& call) {
    const auto container = requireContainer(call);
    if (!container) return;
    std::shared_ptr<Stdio> stdio;
    {
        const auto guard = call.world.lock();
        stdio = container->stdio;
    }
    serveWebsocket(call, *stdio);
    endPrivate(call, stdio);
}

namespace {

std::shared_ptr<Exec> execToStart(Call& call) {
    const auto guard = call.world.lock();
    if (!World::evergreen(call.name())) return call.world.findExec(call.name());
    auto exec = std::make_shared<Exec>();
    exec->id = call.name();
    exec->attachStdin = true;
    exec->container = call.world.privateContainer(call.name());
    exec->program = exec->container->program;
    exec->stdio = std::make_shared<Stdio>(false);
    return exec;
}

std::string dockerFields(const Identity& identity) { // exec.go copies them from the response, sorted
    return "Api-Version: " + identity.apiVersion +
           "\r\nDocker-Experimental: " + json::boolean(identity.experimental) +
           "\r\nOstype: linux\r\nServer: Docker/" + identity.engineVersion() + " (linux)\r\n";
}

// Past the hijack an error is text on standard output.
void sendError(Call& call, const std::string& text, bool frames) {
    const Output output{1, text + "\r\n", {}};
    call.exchange.sendRaw(encode(output, frames));
}

bool launch(Call& call, const std::shared_ptr<Exec>& exec) {
    const auto guard = call.world.lock();
    if (isCommand(exec->program.arguments.front())) {
        call.world.start(exec);
        return true;
    }
    exec->started = true;
    exec->stdio->finish(126);
    return false;
}

} // namespace

void execStart(Call& call) {
    const auto options = requireJson(call);
    if (!options) return;
    const auto exec = execToStart(call);
    if (!exec) return call.error(404, "No such exec instance: " + call.name());
    bool again = false;
    {
        const auto guard = call.world.lock();
        again = exec->started;
        if (!exec->container->running())
            return call.error(409, "Container " + exec->container->id + " is not running");
    }
    if (json::boolAt(*options, "Detach")) {
        launch(call, exec);
        return call.exchange.reply(200, {}, {});
    }
    const bool frames = !exec->terminal;
    const std::string head = hijackHead(call, frames, dockerFields(call.identity));
    if (!call.exchange.hijack(head, call.request().has("Upgrade") ? 101 : 200)) return;
    if (again) {
        sendError(call, "Error: Exec command " + exec->id + " has already run", frames);
    } else if (launch(call, exec)) {
        const Streams streams{exec->attachStdin, exec->attachStdout, exec->attachStderr};
        converse(call.exchange, *exec->stdio, streams, frames, 0);
    } else {
        sendError(call,
                  "OCI runtime exec failed: exec failed: unable to start container process: exec: \"" +
                      exec->program.arguments.front() + "\": executable file not found in $PATH: unknown",
                  frames);
    }
    if (World::evergreen(call.name())) {
        exec->stdio->kill(SIGKILL);
        exec->container->stdio->kill(SIGKILL);
    }
}

} // namespace mockdocker
