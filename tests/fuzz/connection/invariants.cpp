#include "tests/fuzz/connection/invariants.h"

#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>

namespace fuzz {

namespace {

using strict::Is;
using strict::Message;

bool isOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

// Calls visit(kind, number) for each of the peers' words. One with a chunk's size or another word in it is none.
template <class Visit>
void eachMark(std::string_view text, Visit visit) {
    for (auto at = text.find('Z'); at != std::string_view::npos; at = text.find('Z', at + 1)) {
        const auto end = text.find('.', at);
        if (end == std::string_view::npos || end - at < 2) continue;
        std::size_t number = 0;
        const auto digits = std::from_chars(text.data() + at + 2, text.data() + end, number);
        if (digits.ptr == text.data() + end) visit(text[at + 1], number);
    }
}

std::optional<std::size_t> clientIn(std::string_view text) {
    std::optional<std::size_t> client;
    eachMark(text, [&](char kind, std::size_t number) {
        if (kind == 'm' && !client) client = number;
    });
    return client;
}

std::string_view firstSegment(std::string_view path) {
    return path.substr(1, path.find('/', 1) - 1);
}

std::string_view lastSegment(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

// ---- What a door lets through ------------------------------------------------------------------------

bool readOnlyAllows(const Message& request, std::string_view path) {
    return isOneOf(request.method, {"GET", "HEAD"}) && !path.ends_with("/attach/ws") &&
           isOneOf(firstSegment(path), {"containers", "_ping", "version", "events"});
}

bool writeAllows(std::string_view path) {
    return isOneOf(firstSegment(path), {"containers", "_ping", "version", "events", "exec", "images"});
}

// Without blanks, in lower case, escapes of letters resolved: as the most generous reader has it.
std::string squeezed(std::string_view body) {
    std::string text;
    for (std::size_t i = 0; i < body.size(); ++i) {
        char c = body[i];
        if (c == '\\' && body.substr(i, 4) == "\\u00" && i + 6 <= body.size()) {
            int code = 0;
            (void)std::from_chars(body.data() + i + 4, body.data() + i + 6, code, 16);
            c = static_cast<char>(code);
            i += 5;
        }
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') text += c;
    }
    return strict::lower(text);
}

bool reachesForTheHost(std::string_view body) {
    const std::string text = squeezed(body);
    for (const std::string_view each : {R"("privileged":true)",
                                        R"("pidmode":"host")",
                                        R"("ipcmode":"host")",
                                        R"("utsmode":"host")",
                                        R"("usernsmode":"host")",
                                        R"("cgroupnsmode":"host")",
                                        R"("networkmode":"host")",
                                        R"("networkmode":"container:)",
                                        R"("pidmode":"container:)",
                                        R"("binds":["/)",
                                        R"("type":"bind")",
                                        R"("capadd":["all")",
                                        R"("capadd":["sys_admin")",
                                        R"("devices":[{)",
                                        R"("devicerequests":[{)",
                                        R"("volumesfrom":[")",
                                        R"("cgroupparent":"/)",
                                        R"("maskedpaths":[])",
                                        R"("readonlypaths":[])",
                                        R"("securityopt":["seccomp=unconfined)",
                                        R"("securityopt":["apparmor=unconfined)",
                                        R"("device":"/)",
                                        R"("driver":"host")",
                                        R"("driver":"macvlan")"})
        if (text.find(each) != std::string::npos) return true;
    return false;
}

// Every request that makes something of its body, whole, without a coding, as JSON, and nothing of the host in it.
bool guardAllows(const Message& request, std::string_view path) {
    const std::string_view section = firstSegment(path);
    const std::string_view last = lastSegment(path);
    if (section == "containers" && isOneOf(last, {"archive", "attach", "ws", "exec", "checkpoints", "copy"}))
        return false;
    if (section == "exec" && last == "start") return false;
    if (isOneOf(request.method, {"GET", "HEAD"})) return true;
    if (!isOneOf(section,
                 {"containers", "_ping", "version", "events", "exec", "images", "networks", "volumes"}))
        return false;
    if (path == "/images/load") return true; // an archive
    if (isOneOf(path, {"/containers/create", "/volumes/create", "/networks/create"}) &&
        !request.body.empty() &&
        (request.count("content-encoding") != 0 || request.count("content-type") > 1 ||
         request.is != Is::complete))
        return false;
    return !reachesForTheHost(request.body);
}

bool doorAllows(std::size_t door, const Message& request) {
    const auto path = strict::routed(request.target);
    if (!path) return false;
    if (door == 0) return readOnlyAllows(request, *path);
    if (door == 1) return writeAllows(*path);
    return guardAllows(request, *path);
}

// ---- What clients have sent, and the daemon got ------------------------------------------------------

struct Asked {
    Message message;
    bool toHead = false; ///< no answer has a body, not even that it is malformed
    int taken = 0;       ///< how often the daemon got it
};

// Line ends behind a body that are not part of it: the proxy passes over four such octets, as Go's server does.
void dropStray(std::string_view& left, const Message& before) {
    if (before.method != "POST" && before.count("content-length") + before.count("transfer-encoding") == 0)
        return;
    left.remove_prefix(std::min({left.find_first_not_of("\r\n"), left.size(), std::size_t{4}}));
}

// All up to what is no request or is not complete; this as well.
std::vector<Asked> askedBy(const Client& client) {
    std::vector<Asked> all;
    std::string_view left = client.sent;
    while (true) {
        // RFC 9112 section 2.2: one empty line before a request is passed over. A second one is no request line, nor is
        // what a lone LF ends: a recipient may take that, and the proxy does not.
        if (left.starts_with("\r\n")) left.remove_prefix(2);
        if (left.empty()) return all;
        all.push_back({strict::readRequest(left), left.starts_with("HEAD ")});
        if (all.back().message.is != Is::complete) return all;
        left.remove_prefix(all.back().message.size);
        dropStray(left, all.back().message);
    }
}

// What the proxy writes anew may be left out, but nothing may be new.
bool areFieldsOf(const strict::FieldLines& got, const strict::FieldLines& sent) {
    auto at = sent.begin();
    for (const auto& field : got) {
        if (field.first == "connection") continue;
        at = std::find(at, sent.end(), field);
        if (at == sent.end()) return false;
        ++at;
    }
    return true;
}

bool isWhatWasSent(const Message& got, const Message& sent) {
    if (!sent.headComplete || got.method != sent.method || got.target != sent.target) return false;
    if (got.is == Is::complete && sent.is != Is::complete) return false;
    const bool sameBody = got.is == Is::complete ? got.body == sent.body : sent.body.starts_with(got.body);
    return sameBody && got.http11 == sent.http11 && areFieldsOf(got.fields, sent.fields);
}

// A request that changes nothing may come twice: the connection that it was sent on first may have been dead.
int mayCome(const Message& request) {
    return isOneOf(request.method, {"GET", "HEAD", "OPTIONS"}) ? 2 : 1;
}

using AskedByAll = std::vector<std::vector<Asked>>;

// Whoever may have sent it, through a door that lets it pass; each request is taken for one that came only.
bool takeFrom(AskedByAll& all, const World& world, Seen& seen) {
    for (std::size_t client = 0; client < all.size(); ++client) {
        if (seen.client && *seen.client != client) continue;
        for (Asked& asked : all[client]) {
            if (asked.taken == mayCome(seen.message) || !isWhatWasSent(seen.message, asked.message)) continue;
            if (!doorAllows(world.clients[client].door, seen.message)) continue;
            ++asked.taken;
            return true;
        }
    }
    return false;
}

void requireOnlyWhatMayPass(const World& world, Ledger& ledger, AskedByAll& all) {
    for (Seen& seen : ledger.seen()) {
        if (!seen.message.headComplete) continue;
        require(!seen.message.http11 || seen.message.count("host") == 1, "the daemon gets one Host");
        require(takeFrom(all, world, seen), "the daemon gets what was sent, once, and may be asked");
    }
}

// What comes through a tunnel is of its own client.
void requireOwnTunnels(const World& world, Ledger& ledger) {
    for (std::size_t daemon = 0; daemon < world.daemons.size(); ++daemon) {
        const Progress& progress = ledger.of(daemon);
        if (!progress.raw || !progress.last) continue;
        const auto owner = ledger.seen()[*progress.last].client;
        eachMark(std::string_view(world.daemons[daemon].in).substr(progress.at), [&](char kind,
                                                                                     std::size_t number) {
            require(kind != 'm' || !owner || *owner == number, "a tunnel carries its own client's octets");
        });
    }
}

// ---- What clients get --------------------------------------------------------------------------------

void requireOwnAnswers(const World& world, Ledger& ledger) {
    for (std::size_t client = 0; client < world.clients.size(); ++client) {
        eachMark(world.clients[client].in, [&](char kind, std::size_t number) {
            require(kind != 'x', "what the daemon says unasked reaches nobody");
            require(kind != 's' || world.clients[client].door != 0, "environments are masked");
            require(kind != 'm' || number == client, "a client is told nothing of another");
            if (kind != 'd') return;
            require(number < ledger.seen().size(), "an answer is to a request");
            auto& owner = ledger.seen()[number].client;
            if (!owner) owner = client;
            require(*owner == client, "an answer reaches whoever asked");
        });
    }
}

// One answer after the other, each to its request.
void requireAnswersInOrder(const Client& client, const std::vector<Asked>& asked, const Ledger& ledger) {
    std::string_view left = client.in;
    std::size_t answered = 0;
    while (!left.empty()) {
        const Message* const to = answered < asked.size() ? &asked[answered].message : nullptr;
        const Message answer = strict::readAnswer(left, to != nullptr && asked[answered].toHead);
        require(answer.is != Is::malformed, "a client gets nothing that is no answer");
        if (!answer.headComplete) return;
        // It is not known what of the request had been sent by then, of a HEAD say. Nothing comes behind it.
        if (answer.value("connection") == "close" && (answer.status == 408 || answer.status == 503)) return;
        if (const auto id = answer.value("x-id"); !id.empty() && answer.status != 101) {
            require(to != nullptr, "there are no more answers than requests");
            eachMark(id, [&](char, std::size_t number) {
                const Message& was = ledger.seen().at(number).message;
                require(was.method == to->method && was.target == to->target, "answer N is to request N");
            });
        }
        if (answer.status == 101) {
            require(to != nullptr && mayBecomeRaw(*to) && to->count("upgrade") != 0,
                    "only who asks gets a tunnel");
            return;
        }
        if (answer.is != Is::complete) return;
        left.remove_prefix(answer.size);
        if (answer.status < 200) continue;
        require(to != nullptr || answered == asked.size(), "there are no more answers than requests");
        require(to != nullptr || answer.status >= 400, "who asked nothing may only be turned away");
        ++answered;
    }
}

} // namespace

// ---- The daemon's book -------------------------------------------------------------------------------

bool mayBecomeRaw(const Message& request) {
    const auto path = strict::routed(request.target);
    if (!path) return false;
    return (path->starts_with("/containers/") &&
            (path->ends_with("/attach") || path->ends_with("/attach/ws"))) ||
           (path->starts_with("/exec/") && path->ends_with("/start"));
}

bool isInspection(const Message& request) {
    const auto path = strict::routed(request.target);
    return path && path->starts_with("/containers/") && path->ends_with("/json") &&
           std::ranges::count(*path, '/') == 3 && request.method == "GET";
}

void Ledger::update(const World& world) {
    for (std::size_t i = 0; i < world.daemons.size(); ++i) update(world.daemons[i], i);
}

void Ledger::update(const End& end, std::size_t daemon) {
    Progress& progress = progress_[daemon];
    while (!progress.raw && progress.at < end.in.size()) {
        Message message = strict::readRequest(std::string_view(end.in).substr(progress.at));
        require(message.is != Is::malformed, "the daemon gets nothing that is no request");
        if (!message.headComplete) return;
        const bool known = progress.last && seen_[*progress.last].message.is != Is::complete;
        if (!known) {
            progress.last = seen_.size();
            progress.whole = progress.unclear = false;
            seen_.push_back({daemon, {}, clientIn(message.target)});
        }
        const bool complete = message.is == Is::complete;
        if (complete) progress.at += message.size;
        seen_[*progress.last].message = std::move(message);
        if (!complete) return;
    }
}

bool Ledger::begunAnother(const World& world, std::size_t daemon) {
    const Progress& progress = progress_[daemon];
    const bool complete = !progress.last || seen_[*progress.last].message.is == Is::complete;
    return complete && !progress.raw && progress.at < world.daemons[daemon].in.size();
}

void requireAll(const World& world, Ledger& ledger) {
    ledger.update(world);
    AskedByAll all;
    for (const Client& client : world.clients) all.push_back(askedBy(client));
    requireOwnAnswers(world, ledger);
    requireOwnTunnels(world, ledger);
    requireOnlyWhatMayPass(world, ledger, all);
    for (std::size_t i = 0; i < all.size(); ++i) requireAnswersInOrder(world.clients[i], all[i], ledger);
}

} // namespace fuzz
