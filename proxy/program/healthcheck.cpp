#include "proxy/program/healthcheck.h"

#include "proxy/log/probe.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>

#include <ostream>

namespace proxy::program {

namespace {

using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;
using Poco::Net::SocketAddress;

const Poco::Timespan patience(5, 0);

// Where a socket that listens everywhere is reached from here.
SocketAddress reach(const settings::TcpListener& listener, bool v4) {
    const bool everywhere =
        listener.address.empty() || listener.address == "::" || listener.address == "0.0.0.0";
    if (!everywhere) return {listener.address, listener.port};
    return {v4 ? "127.0.0.1" : "::1", listener.port};
}

Poco::Net::StreamSocket connect(const settings::Listener& listener) {
    Poco::Net::StreamSocket socket;
    if (const auto* local = std::get_if<settings::UnixListener>(&listener)) {
        socket.connect(SocketAddress(SocketAddress::UNIX_LOCAL, local->path), patience);
        return socket;
    }
    const auto& tcp = std::get<settings::TcpListener>(listener);
    const bool v6 = tcp.family == settings::TcpListener::Family::v6only;
    try {
        socket.connect(reach(tcp, !v6), patience);
    } catch (const Poco::Exception&) {
        if (v6) throw;
        socket = Poco::Net::StreamSocket();
        socket.connect(reach(tcp, false), patience); // a kernel without IPv4
    }
    return socket;
}

// Whether there is an answer, and what it says.
bool ask(const settings::Listener& listener, std::ostream& out) {
    try {
        Poco::Net::HTTPClientSession session(connect(listener));
        session.setTimeout(patience);
        HTTPRequest request(HTTPRequest::HTTP_GET, std::string(log::probeTarget), HTTPRequest::HTTP_1_1);
        request.setHost("docker");
        session.sendRequest(request);
        HTTPResponse response;
        std::istream& body = session.receiveResponse(response);
        std::string text;
        Poco::StreamCopier::copyToString(body, text);
        const bool revoked = response.getStatus() == HTTPResponse::HTTP_FORBIDDEN;
        if (response.getStatus() == HTTPResponse::HTTP_OK || revoked) {
            out << (revoked ? "healthy: the proxy answers (PING is revoked, so the daemon was not asked)\n"
                            : "healthy\n");
            return true;
        }
        out << "unhealthy: " << response.getStatus() << " " << text << '\n';
    } catch (const Poco::Exception& e) {
        out << "unhealthy: " << settings::describe(listener) << " does not answer: " << e.displayText()
            << '\n';
    }
    return false;
}

} // namespace

int healthcheck(const settings::Settings& settings, std::ostream& out) {
    bool healthy = true;
    for (const settings::Door& door : settings.doors) {
        if (!door.name.empty()) out << door.name << ": ";
        healthy = ask(door.listeners.front(), out) && healthy;
    }
    return healthy ? 0 : 1;
}

} // namespace proxy::program
