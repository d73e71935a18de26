#include "proxy/settings/bind.h"
#include "tests/proxy/settings/rows.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proxy::settings {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Family = TcpListener::Family;

struct Row {
    std::string_view id;
    std::string text;
    std::vector<Listener> listeners;
    std::string canonical; // how they are described
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.text;
}

const std::string longestPath = "/" + std::string(maxSocketPath - 1, 'x');

const Row good[] = {
    {"default", "[::]:2375 v4v6", {TcpListener{"", 2375, Family::any}}, "[::]:2375 v4v6"},
    {"v6-wildcard", "[::]:2375", {TcpListener{"", 2375, Family::any}}, "[::]:2375 v4v6"},
    {"v6-wildcard-bare", ":::2375 v4v6", {TcpListener{"", 2375, Family::any}}, "[::]:2375 v4v6"},
    {"v6-only", "[::]:2375 v6only", {TcpListener{"", 2375, Family::v6only}}, "[::]:2375 v6only"},
    {"v6-only-overrides", "[::]:1 v6only v4v6", {TcpListener{"", 1, Family::v6only}}, "[::]:1 v6only"},
    {"port", ":2375", {TcpListener{"", 2375, Family::v4}}, ":2375"},
    {"port-v4v6", ":2375 v4v6", {TcpListener{"", 2375, Family::v4}}, ":2375"},
    {"star", "*:65535", {TcpListener{"", 65535, Family::v4}}, ":65535"},
    {"v4-wildcard", "0.0.0.0:1", {TcpListener{"", 1, Family::v4}}, ":1"},
    {"v4", "127.0.0.1:80", {TcpListener{"127.0.0.1", 80, Family::v4}}, "127.0.0.1:80"},
    {"v4-prefix", "ipv4@10.0.0.1:80", {TcpListener{"10.0.0.1", 80, Family::v4}}, "10.0.0.1:80"},
    {"v6", "[::1]:80", {TcpListener{"::1", 80, Family::v6only}}, "[::1]:80"},
    {"v6-bare", "fe80::1:80", {TcpListener{"fe80::1", 80, Family::v6only}}, "[fe80::1]:80"},
    {"v6-prefix", "ipv6@:80", {TcpListener{"", 80, Family::any}}, "[::]:80 v4v6"},
    {"v6-prefix-star", "ipv6@*:80", {TcpListener{"", 80, Family::any}}, "[::]:80 v4v6"},
    {"blanks", "  [::]:2375 \t v4v6  ", {TcpListener{"", 2375, Family::any}}, "[::]:2375 v4v6"},
    {"path", "/run/p.sock", {UnixListener{"/run/p.sock", {}, {}, {}}}, "/run/p.sock"},
    {"path-prefix", "unix@/run/p.sock", {UnixListener{"/run/p.sock", {}, {}, {}}}, "/run/p.sock"},
    {"path-longest", longestPath, {UnixListener{longestPath, {}, {}, {}}}, longestPath},
    {"path-with-colon", "/run/a:80", {UnixListener{"/run/a:80", {}, {}, {}}}, "/run/a:80"},
    {"mode", "/p mode 660", {UnixListener{"/p", 0660, {}, {}}}, "/p mode 660"},
    {"mode-leading-zero", "/p mode 0600", {UnixListener{"/p", 0600, {}, {}}}, "/p mode 600"},
    {"mode-zero", "/p mode 0", {UnixListener{"/p", 0, {}, {}}}, "/p mode 0"},
    {"ids", "/p uid 0 gid 999", {UnixListener{"/p", {}, 0, 999}}, "/p uid 0 gid 999"},
    {"names",
     "/p user proxy group docker mode 777",
     {UnixListener{"/p", 0777, 1001, 999}},
     "/p mode 777 uid 1001 gid 999"},
    {"last-wins", "/p uid 1 user proxy", {UnixListener{"/p", {}, 1001, {}}}, "/p uid 1001"},
    {"several",
     "127.0.0.1:1,/p mode 600 , [::]:2 v6only",
     {TcpListener{"127.0.0.1", 1, Family::v4}, UnixListener{"/p", 0600, {}, {}},
      TcpListener{"", 2, Family::v6only}},
     "127.0.0.1:1, /p mode 600, [::]:2 v6only"},
    {"shared-keywords",
     "/a,/b mode 600",
     {UnixListener{"/a", 0600, {}, {}}, UnixListener{"/b", 0600, {}, {}}},
     "/a mode 600, /b mode 600"},
    {"shared-not-across-kinds",
     "[::]:1,/b mode 600",
     {TcpListener{"", 1, Family::any}, UnixListener{"/b", 0600, {}, {}}},
     "[::]:1 v4v6, /b mode 600"},
    {"shared-not-beyond-own",
     "/a mode 660,/b mode 600",
     {UnixListener{"/a", 0660, {}, {}}, UnixListener{"/b", 0600, {}, {}}},
     "/a mode 660, /b mode 600"},
    {"shared-v6only-leaves-v4",
     "127.0.0.1:1,[::]:2 v6only",
     {TcpListener{"127.0.0.1", 1, Family::v4}, TcpListener{"", 2, Family::v6only}},
     "127.0.0.1:1, [::]:2 v6only"},
};

class Bind : public testing::TestWithParam<Row> {};

std::string described(const std::vector<Listener>& listeners) {
    std::string text;
    for (const Listener& listener : listeners) text += (text.empty() ? "" : ", ") + describe(listener);
    return text;
}

TEST_P(Bind, isRead) {
    const BindReading reading = readBind(GetParam().text, testAccounts());
    EXPECT_THAT(reading.mistakes, IsEmpty());
    EXPECT_EQ(reading.listeners, GetParam().listeners) << described(reading.listeners);
}

TEST_P(Bind, isDescribedSoThatItCanBeReadAgain) {
    EXPECT_EQ(described(GetParam().listeners), GetParam().canonical);
    EXPECT_EQ(readBind(GetParam().canonical, testAccounts()).listeners, GetParam().listeners);
}

INSTANTIATE_TEST_SUITE_P(Row, Bind, testing::ValuesIn(good), tests::byId);

struct Wrong {
    std::string_view id;
    std::string text;
    std::string mistake;
};

std::ostream& operator<<(std::ostream& out, const Wrong& row) {
    return out << row.text;
}

const std::string noPort =
    " has no port from 1 to 65535: use :port, address:port, [v6-address]:port or /path";
const std::string noAddress = " has no numeric address: names are not looked up, "
                              "use :port, address:port, [v6-address]:port or /path";

const Wrong bad[] = {
    {"port-alone", "2375", "\"2375\" is nothing to listen on: is :2375 meant?"},
    {"port-missing", "127.0.0.1", "\"127.0.0.1\" is nothing to listen on: is 127.0.0.1:2375 meant?"},
    {"port-missing-v6", "[::1]", "\"[::1]\" is nothing to listen on: is [::1]:2375 meant?"},
    {"port-alone-too-large", "65536", "\"65536\"" + noPort},
    {"word", "everywhere", "\"everywhere\"" + noPort},
    {"port-empty", "127.0.0.1:", "\"127.0.0.1:\"" + noPort},
    {"port-zero", ":0", "\":0\"" + noPort},
    {"port-too-large", ":65536", "\":65536\"" + noPort},
    {"port-range", ":80-90", "\":80-90\"" + noPort},
    {"port-sign", ":+80", "\":+80\"" + noPort},
    {"url-with-a-slash", "tcp://0.0.0.0:2375/",
     "\"tcp://0.0.0.0:2375/\" is nothing to listen on: is 0.0.0.0:2375 meant?"},
    {"localhost", "localhost:2375", "\"localhost:2375\" is nothing to listen on: is 127.0.0.1:2375 meant?"},
    {"localhost-alone", "localhost", "\"localhost\" is nothing to listen on: is 127.0.0.1:2375 meant?"},
    {"name", "proxy:2375", "\"proxy:2375\"" + noAddress},
    {"url", "tcp://0.0.0.0:2375", "\"tcp://0.0.0.0:2375\" is nothing to listen on: is 0.0.0.0:2375 meant?"},
    {"url-of-a-name", "tcp://proxy:2375", "\"tcp://proxy:2375\"" + noAddress},
    {"url-of-a-path", "unix:///run/p.sock",
     "\"unix:///run/p.sock\" is nothing to listen on: is /run/p.sock meant?"},
    {"url-of-a-path-with-keywords", "unix:///run/p.sock mode 660",
     "\"unix:///run/p.sock\" is nothing to listen on: is /run/p.sock meant?"},
    {"url-of-a-relative-path", "unix://p.sock", "\"unix://p.sock\"" + noPort},
    {"path-behind-a-colon", "unix:/run/p.sock",
     "\"unix:/run/p.sock\" is nothing to listen on: is /run/p.sock meant?"},
    {"v4-short", "127.1:80", "\"127.1:80\"" + noAddress},
    {"v4-as-v6", "ipv6@127.0.0.1:80", "\"ipv6@127.0.0.1:80\"" + noAddress},
    {"v6-as-v4", "ipv4@[::1]:80", "\"ipv4@[::1]:80\"" + noAddress},
    {"brackets-empty", "[]:80", "\"[]:80\"" + noAddress},
    {"brackets-open", "[::1:80", "\"[::1:80\"" + noAddress},
    {"abstract", "abns@x:80", "\"abns@x:80\"" + noAddress},
    {"path-relative", "unix@p.sock",
     "\"p.sock\" is not an absolute path: a unix socket is /path or unix@/path"},
    {"path-too-long", longestPath + "x",
     "\"" + longestPath + "x\" is longer than the 107 octets the kernel takes: use a shorter path"},
    {"comma-behind", ":80,", "there is nothing beside a comma: remove it"},
    {"comma-before", ",:80", "there is nothing beside a comma: remove it"},
    {"tcp-keyword", ":80 tls", "\"tls\" is not known behind a TCP address: use v4v6 or v6only"},
    {"tcp-keyword-of-a-path", "[::]:80 mode",
     "\"mode\" is not known behind a TCP address: use v4v6 or v6only"},
    {"tcp-keyword-case", "[::]:80 V4V6", "\"V4V6\" is not known behind a TCP address: use v4v6 or v6only"},
    {"v6only-on-v4", ":80 v6only", "v6only contradicts an IPv4 address: use [::]:80 v6only"},
    {"path-keyword", "/p accept-proxy",
     "\"accept-proxy\" is not known behind a path: use mode, user, uid, group or gid"},
    {"path-keyword-of-tcp", "/p v4v6",
     "\"v4v6\" is not known behind a path: use mode, user, uid, group or gid"},
    {"mode-missing", "/p mode", "mode \"\" is not an octal number up to 777: use mode 660"},
    {"mode-not-octal", "/p mode 680", "mode \"680\" is not an octal number up to 777: use mode 660"},
    {"mode-too-large", "/p mode 1777", "mode \"1777\" is not an octal number up to 777: use mode 660"},
    {"mode-letters", "/p mode rw", "mode \"rw\" is not an octal number up to 777: use mode 660"},
    {"uid-name", "/p uid root", "uid \"root\" is not a number: use user for a name"},
    {"uid-negative", "/p uid -1", "uid \"-1\" is not a number: use user for a name"},
    {"gid-name", "/p gid docker", "gid \"docker\" is not a number: use group for a name"},
    {"user-unknown", "/p user nobody-here", "user \"nobody-here\" is unknown here: use uid and its number"},
    {"group-unknown", "/p group wheel", "group \"wheel\" is unknown here: use gid and its number"},
};

class BadBind : public testing::TestWithParam<Wrong> {};

TEST_P(BadBind, isNamed) {
    EXPECT_THAT(readBind(GetParam().text, testAccounts()).mistakes, ElementsAre(GetParam().mistake));
}

INSTANTIATE_TEST_SUITE_P(Row, BadBind, testing::ValuesIn(bad), tests::byId);

TEST(BindMistakes, ofEveryListener) {
    EXPECT_EQ(readBind("x, :0, /p mode 9 uid x", testAccounts()).mistakes.size(), 4U);
}

// A mistake in shared keywords is one mistake, not one a listener.
TEST(BindMistakes, onceForSharedKeywords) {
    EXPECT_EQ(readBind("/a,/b,/c mode 9", testAccounts()).mistakes.size(), 1U);
}

} // namespace
} // namespace proxy::settings
