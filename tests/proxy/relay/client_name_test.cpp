// What the log calls a client: none of these addresses need be this machine's.
#include "proxy/relay/client_name.h"
#include "tests/row_name.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <ostream>

namespace proxy::relay {
namespace {

struct Row {
    const char* id;
    int family;
    const char* address;
    std::uint32_t interface;
    const char* name;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.id;
}

class ClientName : public testing::TestWithParam<Row> {};

TEST_P(ClientName, IsItsAddress) {
    sockaddr_storage address{};
    address.ss_family = static_cast<sa_family_t>(GetParam().family);
    socklen_t size = sizeof(sockaddr_in);
    void* host = nullptr;
    if (GetParam().family == AF_INET6) {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
        size = sizeof v6;
        v6.sin6_port = htons(8080);
        v6.sin6_scope_id = GetParam().interface;
        host = &v6.sin6_addr;
    } else {
        auto& v4 = reinterpret_cast<sockaddr_in&>(address);
        v4.sin_port = htons(8080);
        host = &v4.sin_addr;
    }
    ASSERT_EQ(::inet_pton(GetParam().family, GetParam().address, host), 1);
    EXPECT_EQ(nameOf(address, size), GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(Row, ClientName,
                         testing::Values(Row{"ipv4", AF_INET, "192.0.2.1", 0, "192.0.2.1:8080"},
                                         Row{"ipv6", AF_INET6, "2001:db8::1", 0, "[2001:db8::1]:8080"},
                                         Row{"ipv4-at-an-ipv6-socket", AF_INET6, "::ffff:192.0.2.1", 0,
                                             "192.0.2.1:8080"},
                                         Row{"link-local", AF_INET6, "fe80::1", 3, "[fe80::1%3]:8080"}),
                         tests::byId);

} // namespace
} // namespace proxy::relay
