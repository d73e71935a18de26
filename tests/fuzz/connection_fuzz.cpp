// The whole relay between clients and a daemon: the input is a program of steps that both sides take, octets cut
// anywhere, answers early, late or broken, ends of every kind, and time that passes. Whatever they do, what each side
// has seen is what it may see (connection/invariants.h), and nothing is left behind.
//
// A step is an octet that names it and the octets that it takes (steps(), below).
#include "tests/fuzz/connection/invariants.h"
#include "tests/fuzz/connection/world.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>

namespace {

using namespace fuzz;

constexpr int mostSteps = 48;
constexpr std::size_t mostOctets = 2U << 20U; // of large bodies, in all

// ---- What clients say --------------------------------------------------------------------------------

struct Request {
    std::string_view method;
    std::string_view target; // @ is the client's mark
    enum class Body { none, small, json } body = Body::none;
    bool upgrade = false;
};

constexpr auto requests = std::to_array<Request>({
    {"GET", "/_ping?@"},
    {"HEAD", "/_ping?@"},
    {"GET", "/v1.41/containers/@/json"},
    {"GET", "/containers/json?filters=@"},
    {"GET", "/events?since=@"},
    {"GET", "/v1.41/containers/@/logs?follow=1"},
    {"HEAD", "/v1.41/containers/@/archive?path=/"},
    {"POST", "/v1.41/containers/create?name=@", Request::Body::json},
    {"POST", "/containers/create", Request::Body::json},
    {"POST", "/v1.41/containers/@/start"},
    {"POST", "/v1.18/containers/@/start", Request::Body::json},
    {"POST", "/v1.41/containers/@/attach?stream=1", Request::Body::none, true},
    {"GET", "/v1.41/containers/@/attach/ws", Request::Body::none, true},
    {"POST", "/v1.41/exec/@/start", Request::Body::json, true},
    {"POST", "/v1.41/containers/@/exec", Request::Body::json},
    {"POST", "/v1.41/images/create?fromImage=@"},
    {"POST", "/v1.41/images/load?@", Request::Body::small},
    {"PUT", "/v1.41/containers/@/archive?path=/", Request::Body::small},
    {"DELETE", "/v1.41/containers/@?force=1"},
    {"POST", "/v1.41/volumes/create?@", Request::Body::json},
    {"POST", "/v1.41/networks/create?@", Request::Body::json},
    {"POST", "/v1.41/containers/@/update", Request::Body::json},
    {"GET", "/info?@"},
    {"GET", "/v1.41/containers/../secrets?@"},
    {"GET", "/v1.41/containers%2F@%2Fjson"},
    {"GET", "//containers/@/json"},
    {"GET", "http://d/v1.41/containers/@/json"},
    {"OPTIONS", "*"},
    {"CONNECT", "d:1"},
    {"GET", "/containersfoo/@/json"},
    {"POST", "/libpod/containers/create?@", Request::Body::json},
    {"BREW", "/containers/@/json", Request::Body::small},
});

constexpr auto documents = std::to_array<std::string_view>({
    R"({"Image":"a"})",
    R"({"Image":"a","HostConfig":{"Memory":1048576,"NetworkMode":"bridge"}})",
    R"({"Image":"a","HostConfig":{"Privileged":true}})",
    R"({"Image":"a","hostconfig":{"privileged":true}})",
    R"({"Image":"a","HostConfig":{"Privileged":false,"Privileged":true}})",
    R"({"Image":"a","HostConfig":{"Binds":["/:/host"]}})",
    R"({"Image":"a","HostConfig":{"PidMode":"ho\u0073t"}})",
    R"({"Image":"a","HostConfig":{"Mounts":[{"Type":"bind","Source":"/","Target":"/h"}]}})",
    R"({"Name":"v","DriverOpts":{"type":"none","device":"/","o":"bind"}})",
    R"({"Name":"n","Driver":"host"})",
    R"({"Detach":false,"Tty":true})",
    R"({"Image":"a"}{"HostConfig":{"Privileged":true}})",
    "Image=a",
    "",
});

// Of a request, by one octet.
constexpr unsigned expects = 1;
constexpr unsigned closes = 2;
constexpr unsigned inChunks = 4;
constexpr unsigned old = 8; // HTTP/1.0
constexpr unsigned otherType = 16;
constexpr unsigned encoded = 32;
constexpr unsigned cut = 64;   // the next octet says where
constexpr unsigned held = 128; // what is behind the cut comes later

// In front of the mark that `where` is in, if it is in one: digits said between its halves would make it another's.
std::size_t besideMarks(std::string_view text, std::size_t where) {
    const auto mark = text.substr(0, where).rfind('Z');
    return mark == std::string_view::npos || text.find('.', mark) < where ? where : mark;
}

// `text` in the place of `mark`, where that is.
void put(std::string& where, char mark, std::string_view text) {
    if (const auto at = where.find(mark); at != std::string::npos) where.replace(at, 1, text);
}

std::string asChunks(std::string_view body) {
    const auto chunk = [](std::string_view data) {
        std::array<char, 24> size{};
        (void)std::snprintf(size.data(), size.size(), "%zx\r\n", data.size());
        return data.empty() ? std::string() : size.data() + std::string(data) + "\r\n";
    };
    return chunk(body.substr(0, body.size() / 2)) + chunk(body.substr(body.size() / 2)) + "0\r\n\r\n";
}

std::string write(const Request& request, std::string_view mark, std::string_view body, unsigned how) {
    std::string target(request.target);
    put(target, '@', mark);
    std::string text(request.method);
    text += ' ' + target + ((how & old) != 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n") + "Host: d\r\n";
    if (request.upgrade) text += "Connection: Upgrade\r\nUpgrade: tcp\r\n";
    if ((how & expects) != 0) text += "Expect: 100-continue\r\n";
    if ((how & closes) != 0) text += "Connection: close\r\n";
    if ((how & encoded) != 0) text += "Content-Encoding: gzip\r\n";
    if (request.body == Request::Body::none) return text + "\r\n";
    text += (how & otherType) != 0 ? "Content-Type: application/x-www-form-urlencoded\r\n"
                                   : "Content-Type: application/json\r\n";
    if ((how & inChunks) != 0) return text + "Transfer-Encoding: chunked\r\n\r\n" + asChunks(body);
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

// ---- What the daemon says ----------------------------------------------------------------------------

struct Reply {
    std::string_view head; // @ is the answer's mark, # the size of the body
    enum class Body { none, sized, chunked, open } body = Body::none;
    std::string_view behind = {}; ///< of what is complete: nobody's
    bool interim = false;
    bool ends = false; ///< the connection, behind it
    bool unclear = false;
};

using Body = Reply::Body;
constexpr auto replies = std::to_array<Reply>({
    {"HTTP/1.1 200 OK\r\nX-Id: @\r\nContent-Type: application/json\r\nContent-Length: #\r\n\r\n",
     Body::sized},
    {"HTTP/1.1 200 OK\r\nX-Id: @\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
     Body::chunked},
    {"HTTP/1.1 200 OK\r\nX-Id: @\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n", Body::open,
     "", false, true, true},
    {"HTTP/1.0 200 OK\r\nX-Id: @\r\nContent-Type: application/json\r\n\r\n", Body::open, "", false, false,
     true},
    {"HTTP/1.1 204 \r\nX-Id: @\r\n\r\n"},
    {"HTTP/1.1 304 Not Modified\r\nX-Id: @\r\nContent-Length: #\r\n\r\n"},
    {"HTTP/1.1 404 Not Found\r\nX-Id: @\r\nContent-Type: application/json\r\nContent-Length: #\r\n\r\n",
     Body::sized},
    {"HTTP/1.1 100 Continue\r\n\r\n", Body::none, "", true},
    {"HTTP/1.1 103 Early Hints\r\nX-Id: @\r\nLink: </>\r\n\r\n", Body::none, "", true},
    {"HTTP/1.1 101 UPGRADED\r\nX-Id: @\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n", Body::open, "", false,
     false, true},
    {"HTTP/1.1 200 OK\r\nX-Id: @\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n", Body::open, "",
     false, false, true},
    {"HTTP/1.1 200 OK\r\nX-Id: @\r\nContent-Length: #\r\n\r\n", Body::sized, "Zx."},
    {"HTTP/1.1 200 OK\r\nX-Id: @\r\nTransfer-Encoding: chunked\r\n\r\n", Body::chunked,
     "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nZx."},
    {"HTTP/1.1 200 OK\r\nX-Id: @\r\nContent-Length: #\r\nTransfer-Encoding: chunked\r\n\r\n", Body::sized, "",
     false, false, true},
    {"HTTP/1.1 200 OK\r\nX-Id: @\r\nContent-Length: #\r\nContent-Length: 1\r\n\r\n", Body::sized, "", false,
     false, true},
    {"HTTP/1.1 200 OK\r\nX-Id: @\r\nContent-Len", Body::none, "", false, false, true},
    {"HTTP/1.1 200 OK\r\nX-Id: @\r\nContent-Type: application/json\r\nContent-Length: #\r\nConnection: "
     "close\r\n\r\n",
     Body::sized, "", false, true},
});

std::string document(const std::string& mark, bool withSecret, std::size_t size) {
    std::string text = R"({"Id":")" + mark + '"';
    if (withSecret) text += R"(,"Config":{"Env":["A=Zs.","B=1"]})";
    return text + R"(,"Pad":")" + std::string(size, 'p') + "\"}";
}

constexpr auto sizes = std::to_array<std::size_t>({0, 0, 1, 100, 1000, 5000, 70'000, 300'000});

// ---- The program -------------------------------------------------------------------------------------

class Program {
public:
    explicit Program(std::string_view input)
        : input_(input) {}

    void run();

private:
    struct Step {
        void (Program::*run)();
    };
    static const std::array<Step, 18> steps;

    std::size_t octet() {
        if (input_.empty()) return 0;
        const auto value = static_cast<unsigned char>(input_.front());
        input_.remove_prefix(1);
        return value;
    }
    // Marks are ours.
    std::string text() {
        const std::size_t size = octet();
        std::string raw(input_.substr(0, size));
        input_.remove_prefix(raw.size());
        std::ranges::replace(raw, 'Z', 'z');
        return raw;
    }
    std::size_t size() {
        const std::size_t wanted = sizes[octet() % sizes.size()];
        const std::size_t granted = std::min(wanted, mostOctets - spent_);
        spent_ += granted;
        return granted;
    }
    // One who is there; a place's first client comes when it is needed.
    Client* client() {
        const std::size_t place = octet() % places.size();
        auto& index = at_[place];
        if (!index || !world_.clients[*index].open()) {
            const std::size_t before = world_.clients.size();
            world_.connect(places[place]);
            if (world_.clients.size() == before) return nullptr;
            index = before;
        }
        return &world_.clients[*index];
    }
    std::string markOf(const Client& client) const {
        return "Zm" + std::to_string(&client - world_.clients.data()) + '.';
    }
    // The last that is there, or one of those before.
    std::optional<std::size_t> daemon() {
        std::vector<std::size_t> open;
        for (std::size_t i = world_.daemons.size(); i-- > 0;)
            if (world_.daemons[i].open()) open.push_back(i);
        const std::size_t choice = octet();
        return open.empty() ? std::nullopt : std::optional(open[choice % open.size()]);
    }

    void request();
    void clientSays();
    void daemonSays();
    void answer();
    void unasked(std::size_t daemon);
    void go();
    void clientEnds();
    void clientCloses();
    void clientStalls();
    void daemonCloses();
    void daemonEnds();
    void daemonStalls();
    void toDeadline() { world_.passTimeToDeadline(); }
    void time() { world_.passTime(std::chrono::milliseconds(octet() * 100)); }
    void acceptOrNot() { world_.accepting = !world_.accepting; }
    void comeOrGo() { world_.daemonIsThere() ? world_.daemonGoes() : world_.daemonComes(); }
    void shutdown() { world_.shutdown(); }
    void connect() { (void)client(); }
    void mark();

    static constexpr std::array<std::size_t, 5> places{0, 1, 2, 0, 1}; // their doors

    std::string_view input_;
    World world_;
    Ledger ledger_;
    std::array<std::optional<std::size_t>, places.size()> at_{};
    std::map<std::size_t, std::string> later_; ///< held back, by client
    std::size_t spent_ = 0;
};

const std::array<Program::Step, 18> Program::steps{{
    {&Program::request},
    {&Program::answer},
    {&Program::clientSays},
    {&Program::daemonSays},
    {&Program::go},
    {&Program::clientEnds},
    {&Program::clientCloses},
    {&Program::clientStalls},
    {&Program::daemonCloses},
    {&Program::daemonEnds},
    {&Program::daemonStalls},
    {&Program::toDeadline},
    {&Program::time},
    {&Program::acceptOrNot},
    {&Program::comeOrGo},
    {&Program::shutdown},
    {&Program::connect},
    {&Program::mark},
}};

void Program::run() {
    for (int i = 0; i < mostSteps && !input_.empty(); ++i) {
        (this->*steps[octet() % steps.size()].run)();
        world_.settle();
        ledger_.update(world_);
    }
    if (std::getenv("FUZZ_TELL") != nullptr) world_.tell();
    requireAll(world_, ledger_);
    world_.end();
}

void Program::request() {
    Client* const who = client();
    const Request& row = requests[octet() % requests.size()];
    const auto how = static_cast<unsigned>(octet());
    if (who == nullptr) return;
    std::string body;
    if (row.body == Request::Body::json) body = documents[octet() % documents.size()];
    if (row.body == Request::Body::small) body = markOf(*who) + std::string(size(), 'b');
    const std::string text = write(row, markOf(*who), body, how);
    std::size_t where = (how & (cut | held)) != 0 ? octet() * text.size() / 256 : text.size();
    if ((how & held) != 0) where = besideMarks(text, where);
    std::string& later = later_[static_cast<std::size_t>(who - world_.clients.data())];
    who->out += std::exchange(later, {});
    who->out += text.substr(0, where);
    if ((how & held) != 0) {
        later = text.substr(where);
        return;
    }
    if (where != text.size()) world_.settle();
    who->out += text.substr(where);
}

void Program::go() {
    Client* const who = client();
    if (who != nullptr)
        who->out += std::exchange(later_[static_cast<std::size_t>(who - world_.clients.data())], {});
}

void Program::clientSays() {
    Client* const who = client();
    const std::string raw = text();
    if (who != nullptr) who->out += raw;
}

void Program::mark() {
    Client* const who = client();
    if (who != nullptr) who->out += markOf(*who);
}

// Only where all has been said: what is said unasked would else be said after the next request.
void Program::daemonSays() {
    const auto at = daemon();
    const std::string raw = text();
    if (!at || raw.empty() || !world_.daemons[*at].out.empty()) return;
    Progress& progress = ledger_.of(*at);
    progress.unclear = true;
    // Behind a whole answer it is no stream: the connection may have its next request already.
    if (progress.last && !progress.whole && mayBecomeRaw(ledger_.seen()[*progress.last].message))
        progress.raw = true;
    if (progress.last) ledger_.seen()[*progress.last].answered = true;
    world_.daemons[*at].out += raw;
}

void Program::unasked(std::size_t daemon) {
    const Progress& progress = ledger_.of(daemon);
    if (progress.unclear || progress.raw || ledger_.begunAnother(world_, daemon)) return;
    world_.daemons[daemon].out += "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nZx.";
    // At once: before the loop turns, which may send the next request for another daemon's end.
    (void)world_.daemons[daemon].pump();
}

void Program::answer() {
    const auto at = daemon();
    const Reply& reply = replies[octet() % replies.size()];
    const std::size_t padding = size();
    if (!at || !world_.daemons[*at].out.empty() || world_.daemons[*at].stalled) return;
    Progress& progress = ledger_.of(*at);
    if (!progress.last || progress.raw || ledger_.seen()[*progress.last].answered) return unasked(*at);
    Seen& seen = ledger_.seen()[*progress.last];
    const std::string mark = "Zd" + std::to_string(*progress.last) + '.';
    const std::string body = document(mark, isInspection(seen.message), padding);
    std::string text(reply.head);
    put(text, '@', mark);
    put(text, '#', std::to_string(body.size()));
    if (seen.message.method != "HEAD" && reply.body != Body::none)
        text += reply.body == Body::chunked ? asChunks(body) : body;
    if (!reply.interim) {
        seen.answered = true;
        progress.whole = !reply.unclear;
        progress.unclear = reply.unclear || mayBecomeRaw(seen.message);
        if (mayBecomeRaw(seen.message) && reply.body == Body::open) progress.raw = true;
        if (!progress.unclear) text += reply.behind;
    }
    world_.daemons[*at].out += text;
    world_.daemons[*at].finishing = reply.ends;
}

void Program::clientEnds() {
    if (Client* const who = client()) who->finishing = true;
}

void Program::clientCloses() {
    if (Client* const who = client()) who->fd.reset();
}

void Program::clientStalls() {
    if (Client* const who = client()) who->stalled = !who->stalled;
}

void Program::daemonCloses() {
    if (const auto at = daemon()) world_.daemons[*at].fd.reset();
}

void Program::daemonEnds() {
    if (const auto at = daemon()) world_.daemons[*at].finishing = true;
}

void Program::daemonStalls() {
    if (const auto at = daemon()) world_.daemons[*at].stalled = !world_.daemons[*at].stalled;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Copy input(fuzz::text(data, size));
    Program(input.view()).run();
    return 0;
}
