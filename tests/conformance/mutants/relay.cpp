#include "tests/conformance/mutants/relay.h"

#include "tests/conformance/mutants/mask.h"
#include "tests/conformance/mutants/mutation.h"

#include <chrono>
#include <cstring>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace mutants {
namespace {

constexpr int bodyMilliseconds = 10000;
constexpr std::chrono::milliseconds headTime{2000};
constexpr int lingerMilliseconds = 1000;
constexpr std::size_t mostDiscarded = std::size_t{1024} * 1024;

std::string_view reasonOf(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 408:
        return "Request Timeout";
    case 431:
        return "Request Header Fields Too Large";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    default:
        return "Refused";
    }
}

// Of the target in origin or absolute form; "*" stays.
std::string pathOf(const std::string& target) {
    const auto scheme = target.find("://");
    if (is("authority-passes") && !target.starts_with('/') && scheme == std::string::npos)
        return target.substr(std::min(target.find('/'), target.size()));
    if (target.starts_with('/') || scheme == std::string::npos) return target;
    const auto slash = target.find('/', scheme + 3);
    return slash == std::string::npos ? "/" : target.substr(slash);
}

bool isRawStream(const Head& answer) {
    const auto* const type = answer.find("Content-Type");
    return answer.status == 200 && answer.framing.kind == Framing::Kind::untilClose && type != nullptr &&
           type->value.starts_with("application/vnd.docker.") && type->value.ends_with("-stream");
}

std::string escaped(const std::string& text) {
    std::string all;
    for (const char c : text) {
        if (c == '"' || c == '\\') all += '\\';
        all += static_cast<unsigned char>(c) >= 0x20 ? c : ' ';
    }
    return all;
}

} // namespace

// ---- What all connections share ------------------------------------------------------------------

Wire Service::connect(bool fresh, std::string& why, bool& pooled) {
    const std::lock_guard lock(mutex_);
    pooled = true;
    while (!fresh && !idle_.empty()) {
        Wire wire = std::move(idle_.back());
        idle_.pop_back();
        pollfd one{wire.fd.get(), POLLIN, 0};
        if (is("dirty-reuse") || ::poll(&one, 1, 0) == 0) return wire;
    }
    pooled = false;
    Wire wire(lost_ ? Fd() : dialUnix(socketPath));
    if (!wire.fd) {
        why = "cannot connect to " + socketPath + ": " + std::strerror(errno) + " (uid " +
              std::to_string(::getuid()) + ", gid " + std::to_string(::getgid()) + ")";
        lost_ = is("daemon-restart-lost");
    }
    return wire;
}

void Service::giveBack(Wire wire) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(wire));
}

void Service::dropIdle() {
    const std::lock_guard lock(mutex_);
    idle_.clear();
}

void Service::leak(Wire wire) {
    const std::lock_guard lock(mutex_);
    leaked_.push_back(std::move(wire));
}

void Service::began() {
    const std::lock_guard lock(mutex_);
    ++busy_;
}

void Service::ended() {
    const std::lock_guard lock(mutex_);
    if (--busy_ == 0) quiet_.notify_all();
}

bool Service::awaitQuiet(std::chrono::seconds most) {
    std::unique_lock lock(mutex_);
    return quiet_.wait_for(lock, most, [&] { return busy_ == 0; });
}

// ---- The life of a connection --------------------------------------------------------------------

void Connection::run() {
    if (is("term-waits-for-idle")) service_.began(); // not ended while the connection lasts
    while (keepAlive_ && readHead()) {
        service_.began();
        answer();
        service_.ended();
    }
    if (lingers_) linger();
    turn_ = {};
    service_.dropIdle();
    if (is("term-waits-for-idle")) service_.ended();
}

void Connection::turnAway() {
    keepAlive_ = false;
    say(503, "all connections are in use");
    linger();
}

bool Connection::readHead() {
    std::optional<std::chrono::steady_clock::time_point> deadline;
    for (;;) {
        const auto reading = readRequest(client_.in, request_);
        if (reading.complete) return true;
        if (reading.status != 0) {
            refuse(reading.status, reading.why);
            return false;
        }
        if (client_.ended) return false;
        const auto now = std::chrono::steady_clock::now();
        if (!client_.in.empty() && (!deadline || is("head-timeout-restarts"))) deadline = now + headTime;
        const bool waits = !deadline || is("head-timeout-none");
        const auto left = waits ? -1 : std::chrono::ceil<std::chrono::milliseconds>(*deadline - now).count();
        if (waits || left > 0) {
            if (pump(client_, nullptr, static_cast<int>(left))) continue;
        }
        refuse(408, "the request's head was not complete in time");
        return false;
    }
}

void Connection::answer() {
    client_.in.erase(0, request_.size);
    keepAlive_ = request_.keepAlive;
    up_ = Body(request_.framing);
    awaitTurn();
    switch (rules_.judge(judgedMethod(request_), judgedPath(request_, pathOf(request_.target)))) {
    case Verdict::allow:
        if (guard() && (!buffers() || readAhead())) forward();
        return;
    case Verdict::deny:
        return deny();
    case Verdict::reject:
        return refuse(400, "the path is malformed");
    }
}

// A proxy that serves one after the other keeps the turn as long as there is more of the same.
void Connection::awaitTurn() {
    if (turn_) return;
    turn_ = std::unique_lock(service_.turn);
    turn_.unlock();
    turn_ = {};
}

void Connection::hold() {
    if (!turn_) turn_ = std::unique_lock(service_.turn);
}

// ---- What the guard judges -----------------------------------------------------------------------

// Whether the request may go on; where not, it has been answered. What was read to judge it is put back.
bool Connection::guard() {
    const Guard& guard = rules_.guard();
    const bool first = !std::exchange(guarded_, true);
    if (!guard.on() || (!first && is("guard-second-unjudged"))) return true;
    Asked asked = rules_.asked(request_, pathOf(request_.target));
    std::string raw;
    if (guard.reads(asked.operation) && !readWhole(guard.limit(), raw, asked.body)) return false;
    if (is("guard-half-passes") && client_.ended) return replaceBody(raw), true;
    if (guard.refuses(asked)) {
        if (is("guard-leaks")) leakRequest();
        if (is("guard-closes")) keepAlive_ = false;
        deny();
        return false;
    }
    if (is("guard-body-lost")) client_.in.clear();
    client_.in.insert(0, raw);
    up_ = Body(request_.framing);
    if (is("guard-reserialises") && !asked.body.empty()) {
        std::erase(asked.body, ' ');
        client_.in.erase(0, raw.size());
        replaceBody(asked.body);
    }
    if (is("guard-chunks-joined") && request_.framing.kind == Framing::Kind::chunked) {
        client_.in.erase(0, raw.size());
        replaceBody(asked.body);
    }
    return true;
}

// The whole body, without chunks, before anything is forwarded. false: it has been answered.
bool Connection::readAhead() {
    if (request_.framing.kind == Framing::Kind::none) return true;
    constexpr std::size_t most = std::size_t{64} * 1024 * 1024;
    std::string raw;
    std::string body;
    if (!readWhole(most, raw, body)) return false;
    takeTrailers(std::string_view(raw).substr(
        up_.data().empty() ? 0 : up_.data().back().begin + up_.data().back().size));
    replaceBody(body);
    return true;
}

// From behind the data of the last chunk.
void Connection::takeTrailers(std::string_view rest) {
    const auto wanted = [](std::string_view name) {
        const bool upgrades = equalNames(name, "Connection") || equalNames(name, "Upgrade");
        return (is("buffered-trailer-length") && equalNames(name, "Content-Length")) ||
               (is("buffered-trailer-coding") && equalNames(name, "Transfer-Encoding")) ||
               (is("buffered-trailer-host") && equalNames(name, "Host")) ||
               (is("buffered-trailer-upgrade") && upgrades) || (is("buffered-trailer-fields") && !upgrades);
    };
    for (auto end = rest.find("\r\n"); end != std::string_view::npos; end = rest.find("\r\n")) {
        const std::string line(rest.substr(0, end + 2));
        rest.remove_prefix(end + 2);
        const auto colon = line.find(": ");
        if (colon == std::string::npos || !wanted(line.substr(0, colon))) continue;
        late_.push_back({line.substr(0, colon), line.substr(colon + 2, line.size() - colon - 4), line});
    }
}

// false: it has been answered.
bool Connection::readWhole(std::size_t most, std::string& raw, std::string& body) {
    const auto fails = [&](int status, const char* why) {
        refuse(status, why);
        return false;
    };
    constexpr const char* tooLarge = "the body is too large to be judged";
    if (request_.framing.length > most && !is("guard-limit-late")) return fails(413, tooLarge);
    if (is("guard-forwards-first")) leakRequest();
    if (request_.find("Expect") != nullptr && !is("guard-expect-unanswered")) {
        if (!is("buffered-expect-unanswered")) send("HTTP/1.1 100 Continue\r\n\r\n");
        if (!is("guard-expect-forwarded"))
            std::erase_if(request_.fields,
                          [](const Field& field) { return equalNames(field.name, "Expect"); });
    }
    up_.keepTrack();
    for (;;) {
        client_.in.erase(0, up_.take(client_.in, raw));
        if (raw.size() > 2 * most) return fails(413, tooLarge);
        if (up_.complete() || (client_.ended && (is("guard-half-passes") || is("buffered-cut-passes"))))
            break;
        if (up_.broken() || client_.ended) return fails(400, "the body is malformed");
        if (!pump(client_, nullptr, bodyMilliseconds)) return fails(408, "the body was not complete in time");
    }
    for (const auto& [begin, size] : up_.data()) body.append(raw, begin, size);
    return body.size() <= most || fails(413, tooLarge);
}

void Connection::replaceBody(const std::string& body) {
    std::erase_if(request_.fields, [](const Field& field) {
        return equalNames(field.name, "Content-Length") || equalNames(field.name, "Transfer-Encoding");
    });
    const std::string size = std::to_string(body.size());
    request_.fields.push_back({"Content-Length", size, "Content-Length: " + size + "\r\n"});
    request_.framing = {Framing::Kind::length, body.size()};
    request_.fields.insert(request_.fields.end(), late_.begin(), late_.end());
    late_.clear();
    client_.in.insert(0, body);
    up_ = Body(request_.framing);
}

// ---- Answers of its own --------------------------------------------------------------------------

void Connection::refuse(int status, const std::string& why) {
    keepAlive_ = false;
    lingers_ = true;
    say(status, why);
}

void Connection::leakRequest() {
    std::string why;
    bool pooled = false;
    Wire leak = service_.connect(true, why, pooled);
    leak.out = requestText(request_, false);
    leak.flush();
    leak.shutDown();
    while (!leak.ended && pump(leak, nullptr, lingerMilliseconds)) leak.in.clear();
}

void Connection::deny() {
    if (is("deny-leaks")) leakRequest();
    if (is("deny-closes")) keepAlive_ = false;
    if (!keepAlive_) lingers_ = !is("denied-close-resets");
    if (is("denials-hold-up")) hold();
    const bool waits = request_.find("Expect") != nullptr && client_.in.empty();
    if (waits || request_.framing.length > mostDiscarded) {
        keepAlive_ = false;
        lingers_ = true;
    }
    say(403, request_.method + " " + request_.target + " is not granted");
    if (keepAlive_) discard(up_);
}

void Connection::say(int status, const std::string& message) {
    const bool html = status == 403 && (is("deny-html") || is("guard-html"));
    const std::string body = html ? "<html><body><h1>403 Forbidden</h1></body></html>\n"
                                  : R"({"message":"mutant-proxy: )" + escaped(message) + "\"}\n";
    std::string text = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reasonOf(status)) +
                       "\r\nContent-Type: " + (html ? "text/html" : "application/json") +
                       "\r\nContent-Length: " + std::to_string(body.size()) +
                       (keepAlive_ ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
    const bool wrongly =
        (status == 400 && is("head-400-with-body")) || (status == 403 && is("head-403-with-body")) ||
        (status == 408 && is("head-408-with-body")) || (status == 431 && is("head-431-with-body")) ||
        (status >= 500 && is("head-5xx-with-body"));
    if (request_.method != "HEAD" || wrongly) text += body;
    send(text);
}

void Connection::send(const std::string& text) {
    client_.out += text;
    while (!client_.out.empty() && !client_.broken && pump(client_, nullptr, bodyMilliseconds)) {
    }
}

// The rest of a body nobody wants, so that it is not read as the next request.
void Connection::discard(Body& body) {
    std::string rest;
    if (is("denied-bodies-hold-up")) hold();
    for (std::size_t octets = 0; octets < mostDiscarded || is("denied-bodies-hold-up");
         octets += rest.size()) {
        rest.clear();
        client_.in.erase(0, body.take(client_.in, rest));
        if (body.complete()) return;
        if (body.broken() || client_.ended || !pump(client_, nullptr, bodyMilliseconds)) break;
    }
    keepAlive_ = false;
    lingers_ = true;
}

// Closing a socket with unread bytes makes the kernel send a reset, which may destroy the answer.
void Connection::linger() {
    client_.shutDown();
    std::size_t octets = 0;
    while (!client_.ended && octets < mostDiscarded) {
        octets += client_.in.size();
        client_.in.clear();
        if (!pump(client_, nullptr, lingerMilliseconds)) return;
    }
}

// ---- Through to the daemon -----------------------------------------------------------------------

void Connection::forward() {
    // What has come already is looked at first: nothing of a malformed request is forwarded then.
    std::string sink;
    Body begun = up_;
    begun.take(client_.in, sink);
    if (begun.broken()) return refuse(400, "the body is malformed");
    offersUpgrade_ = request_.connectionNames("Upgrade") && request_.find("Upgrade") != nullptr &&
                     mayHijack(request_.method, pathOf(request_.target)) && !is("upgrade-stripped");
    if (is("continue-answered") && request_.find("Expect") != nullptr) send("HTTP/1.1 100 Continue\r\n\r\n");
    if (is("expect-body-is-request") && request_.find("Expect") != nullptr) up_ = Body(Framing{});
    again_ = false;
    do {
        if (!connect(again_)) return;
        exchange();
    } while (again_);
}

bool Connection::connect(bool fresh) {
    std::string why;
    daemon_ = service_.connect(fresh, why, pooled_);
    if (daemon_.fd) {
        daemon_.out = requestText(request_, offersUpgrade_);
        return true;
    }
    if (is("daemon-down-hangs"))
        while (!client_.ended) pump(client_, nullptr, -1);
    say(is("daemon-down-200") ? 200 : 503, why);
    if (keepAlive_) discard(up_);
    return false;
}

void Connection::exchange() {
    down_.reset();
    tunnel_ = done_ = again_ = false;
    reusable_ = true;
    while (!done_) {
        moveUp();
        const bool waits = is("early-answer-waits") && !(up_.complete() && daemon_.out.empty());
        if (!done_ && !waits) moveDown();
        if (done_) break;
        const bool inTime = pump(client_, &daemon_, is("silence-timeout") ? 300 : -1);
        if (!inTime || client_.gone) clientGone();
    }
    settle();
}

void Connection::moveUp() {
    if (up_.broken()) {
        if (!down_) refuse(400, "the body is malformed");
        keepAlive_ = reusable_ = false;
        done_ = true;
        return;
    }
    const bool leavesInput = daemon_.broken && is("tunnel-end-resets");
    if (daemon_.out.size() < Wire::most && !leavesInput) {
        const bool open = !up_.complete();
        const auto before = daemon_.out.size();
        client_.in.erase(0, up_.take(client_.in, daemon_.out));
        if (is("upgrade-body-lost") && offersUpgrade_ && !tunnel_) daemon_.out.resize(before);
        const bool ends = open && up_.complete() && request_.framing.kind == Framing::Kind::length;
        if (is("request-body-truncated") && ends) daemon_.out.pop_back();
    }
    if (daemon_.broken) daemon_.out.clear();
    if (client_.ended) carryHalfClose();
}

void Connection::carryHalfClose() {
    const bool cut = !up_.complete() && !tunnel_;
    if (cut && is("cut-body-completed") && request_.framing.kind == Framing::Kind::chunked) {
        daemon_.out += "0\r\n\r\n";
        while (!daemon_.out.empty() && daemon_.flush()) {
        }
    }
    if (cut || (tunnel_ && is("half-close-closes"))) return clientGone();
    if (!client_.in.empty() || !daemon_.out.empty() || is("half-close-lost")) return;
    keepAlive_ = reusable_ = false;
    daemon_.shutDown();
}

void Connection::moveDown() {
    while (!down_)
        if (!moveHead() || done_) return;
    if (client_.out.size() < Wire::most || client_.held) {
        const bool open = !down_->complete();
        daemon_.in.erase(0, down_->take(daemon_.in, client_.out));
        if (is("answer-body-truncated") && open && down_->complete() && answer_.framing.length > 0)
            client_.out.pop_back();
    }
    if (client_.broken && !tunnel_) return clientGone();
    const bool whole = down_->complete() || (daemon_.ended && down_->untilClose() && daemon_.in.empty());
    if (std::exchange(masks_, masks_ && !whole) && whole && !mask()) return;
    if (masks_ && daemon_.ended && daemon_.in.empty()) { // cut: none of it is passed
        masks_ = false;
        client_.out.clear();
    }
    if ((down_->complete() || daemon_.ended) && !masks_) client_.held = false;
    if (down_->broken()) return takeEnd();
    if (down_->complete()) {
        if (client_.out.empty()) done_ = true;
    } else if (daemon_.ended && daemon_.in.empty())
        takeEnd();
}

// One head of the daemon's answer; false when there is none yet, or never will be.
bool Connection::moveHead() {
    Head answer;
    const auto reading = readResponse(daemon_.in, request_.method == "HEAD", answer);
    if (!reading.complete) {
        if (reading.status != 0)
            failDaemon("its answer is malformed: " + reading.why);
        else if (daemon_.ended && daemon_.in.empty())
            failDaemon("it closed the connection without an answer");
        else if (daemon_.ended)
            failDaemon("it closed the connection within an answer's head");
        return false;
    }
    daemon_.in.erase(0, answer.size);
    if (answer.status == 101 && !offersUpgrade_) {
        failDaemon("it switched protocols unasked");
        return false;
    }
    if (answer.status < 200 && answer.status != 101) {
        if (is("interim-holds-up")) hold();
        if (request_.http11 && !is("informational-swallowed")) client_.out += answerText(answer, false);
        return true;
    }
    takeAnswer(answer);
    return true;
}

void Connection::takeAnswer(const Head& answer) {
    answer_ = answer;
    const bool raw = isRawStream(answer) && mayHijack(request_.method, pathOf(request_.target));
    const bool connected = is("connect-tunnels") && request_.method == "CONNECT" && answer.status == 200;
    tunnel_ = answer.status == 101 || (raw && !is("raw-stream-framed")) || connected;
    if (tunnel_ && is("bulk-holds-up")) hold();
    const bool endless = answer.framing.kind == Framing::Kind::untilClose;
    if (!answer.keepAlive || endless) reusable_ = false;
    if (tunnel_ || endless) keepAlive_ = false;
    down_.emplace(answer.framing);
    const bool cannot = (answer.framing.kind == Framing::Kind::chunked && is("mask-chunked-open")) ||
                        (endless && is("mask-until-close-open"));
    masks_ =
        answer.status == 200 && !tunnel_ && !cannot && rules_.masks(request_.method, pathOf(request_.target));
    if (masks_ && answer.find("Content-Encoding") != nullptr) {
        if (!is("mask-encoded-passes")) return failDaemon("it encoded what is to be hidden in");
        masks_ = false;
    }
    client_.held = (is("answer-held-back") && !tunnel_) || masks_;
    if (is("answer-trailers-are-fields") && answer.framing.kind == Framing::Kind::chunked) addTrailers();
    client_.out += answerText(answer_, !keepAlive_ && !tunnel_);
    masksFrom_ = client_.out.size();
    if (masks_) down_->keepTrack();
    if (request_.method == "HEAD" && is("head-with-body")) client_.out += "unasked";
    if (!tunnel_) return;
    if (is("early-bytes-lost")) daemon_.in.clear();
    up_.becomeRaw();
    down_->becomeRaw();
}

// Where the whole answer is there already.
void Connection::addTrailers() {
    const auto last = daemon_.in.find("\r\n0\r\n");
    const auto end = daemon_.in.rfind("\r\n\r\n");
    if (last == std::string::npos || end <= last + 3) return;
    const std::string line = daemon_.in.substr(last + 5, end - last - 3);
    answer_.fields.push_back({line.substr(0, line.find(':')), "", line});
}

// Hides what is to be hidden in the answer that is held back. What cannot be read is not passed.
bool Connection::mask() {
    std::string document;
    for (const auto& [begin, size] : down_->data()) document += client_.out.substr(masksFrom_ + begin, size);
    const auto hidden = masked(document);
    if (!hidden) {
        client_.out.clear();
        client_.held = false;
        keepAlive_ = pooled_ = false;
        failDaemon("what is to be hidden in is not JSON");
        return false;
    }
    std::size_t at = 0;
    for (const auto& [begin, size] : down_->data()) {
        client_.out.replace(masksFrom_ + begin, size, *hidden, at, size);
        at += size;
    }
    return true;
}

// The daemon has ended its direction.
void Connection::takeEnd() {
    if (!client_.out.empty() && !client_.broken) return;
    if (tunnel_) {
        client_.shutDown();
        done_ = client_.ended || daemon_.gone || is("answer-end-closes");
        lingers_ = done_ && !is("tunnel-end-resets");
        return;
    }
    done_ = true;
    keepAlive_ = reusable_ = false;
    if (down_->untilClose()) {
        lingers_ = !is("answer-close-resets");
        return;
    }
    if (is("cut-hidden")) return send("0\r\n\r\n");
    client_.resetOnClose();
}

void Connection::failDaemon(const std::string& why) {
    done_ = true;
    reusable_ = false;
    const bool unused = daemon_.in.empty() && daemon_.ended;
    if (unused && pooled_ && request_.framing.kind == Framing::Kind::none) {
        again_ = true;
        return;
    }
    if (!up_.complete()) {
        keepAlive_ = false;
        lingers_ = true;
    }
    say(502, "the daemon at " + service_.socketPath + " did not answer properly: " + why);
}

void Connection::clientGone() {
    done_ = true;
    keepAlive_ = false;
    reusable_ = false;
    if (is("abort-keeps-daemon")) service_.leak(std::exchange(daemon_, Wire()));
}

void Connection::settle() {
    if (keepAlive_ && !up_.complete() && !is("early-answer-rest-is-request")) {
        reusable_ = false;
        discard(up_);
    }
    const bool clean = reusable_ && daemon_.in.empty() && daemon_.out.empty() && !daemon_.ended;
    if (daemon_.fd && (clean || (is("dirty-reuse") && !tunnel_))) service_.giveBack(std::move(daemon_));
    daemon_ = Wire();
}

} // namespace mutants
