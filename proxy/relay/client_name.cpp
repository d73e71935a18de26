#include "proxy/relay/client_name.h"

#include <Poco/Net/SocketAddress.h>

#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>

namespace proxy::relay {

namespace {

// A link-local address is written with its interface's number: POCO would open a socket to ask for the name, which a
// confined process may not.
std::string linkLocal(const sockaddr_in6& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
    return std::string("[") + text.data() + "%" + std::to_string(address.sin6_scope_id) +
           "]:" + std::to_string(ntohs(address.sin6_port));
}

} // namespace

// A connection that came over IPv4 to an IPv6 socket is written as what it is.
std::string nameOf(const sockaddr_storage& address, socklen_t size) {
    if (address.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            sockaddr_in v4{};
            v4.sin_family = AF_INET;
            v4.sin_port = v6.sin6_port;
            std::memcpy(&v4.sin_addr, &v6.sin6_addr.s6_addr[12], sizeof v4.sin_addr);
            return Poco::Net::SocketAddress(reinterpret_cast<const sockaddr*>(&v4), sizeof v4).toString();
        }
        if (v6.sin6_scope_id != 0) return linkLocal(v6);
    }
    return Poco::Net::SocketAddress(reinterpret_cast<const sockaddr*>(&address), size).toString();
}

} // namespace proxy::relay
