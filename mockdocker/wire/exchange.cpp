#include "mockdocker/wire/exchange.h"

#include <algorithm>

namespace mockdocker {
namespace {

constexpr std::uint64_t skippable = 256 << 10; // net/http maxPostHandlerReadBytes
constexpr std::size_t sizedLimit = 2048;       // net/http bufferBeforeChunkingSize

bool bodyAllowed(int status) {
    return status >= 200 && status != 204 && status != 304;
}

} // namespace

Exchange::Exchange(Connection& connection, Recorder& recorder, std::shared_ptr<RecordedRequest> record,
                   const Request& request)
    : connection_(connection)
    , recorder_(recorder)
    , record_(std::move(record))
    , request_(request)
    , reader_(connection, request,
              [this](std::string_view raw, std::string_view data) { recorder_.addBody(*record_, raw, data); })
    , keepAlive_(request.keepAlive)
    , headOnly_(request.method == "HEAD") {}

void Exchange::sendContinue() {
    if (!request_.expectContinue || continued_ || status_ != 0) return;
    continued_ = true;
    connection_.send("HTTP/1.1 100 Continue\r\n\r\n");
}

void Exchange::readBody(std::uint64_t limit) {
    if (reader_.done() || reader_.broken()) return;
    reader_.read(limit);
    if (!reader_.done()) return;
    recorder_.update([this] {
        record_->trailer = reader_.trailer();
        record_->complete = true;
    });
}

const std::string& Exchange::body() {
    if (hasBody()) sendContinue();
    readBody(~std::uint64_t{0});
    return record_->body; // only this thread changes it
}

const std::string& Exchange::rawBody() {
    body();
    return record_->rawBody;
}

void Exchange::set(std::string name, std::string value) {
    unset(name);
    fields_.push_back({std::move(name), std::move(value)});
}

void Exchange::unset(std::string_view name) {
    std::erase_if(fields_, [&](const Field& field) { return equalsIgnoringCase(field.name, name); });
}

void Exchange::markAnswered(int status) {
    recorder_.update([&] { record_->status = status; });
}

// server.go cw.writeHeader: what ends persistence. A body that was announced with Expect and never asked for
// cannot be told from the next request, so the connection ends.
void Exchange::decideKeepAlive() {
    if (request_.expectContinue && !continued_ && hasBody()) keepAlive_ = false;
    if (reader_.broken()) keepAlive_ = false;
    if (!reader_.done() && keepAlive_ && hasBody()) {
        readBody(skippable);
        if (!reader_.done()) keepAlive_ = false;
    }
    if (style_.http10 || style_.closeDelimited) keepAlive_ = false;
}

bool Exchange::presetLength() const {
    return std::ranges::any_of(fields_, [](const Field& field) { return field.name == "Content-Length"; });
}

// net/http writes the handler's fields sorted, then Date, Content-Length, Content-Type, Connection and
// Transfer-Encoding if it had to add them itself; Docker's handlers set Content-Type, /_ping's does not.
std::string Exchange::headBytes(int status, std::string_view contentType, const std::uint64_t* length) {
    decideKeepAlive();
    const bool http11 = request_.http11 && !style_.http10;
    std::string head = style_.interim + statusLine(status, http11);
    Fields fields = fields_;
    const bool sniffed = contentType.starts_with("sniffed:");
    if (!contentType.empty() && !sniffed) fields.push_back({"Content-Type", std::string(contentType)});
    head += sortedFields(std::move(fields)) + "Date: " + httpDate() + "\r\n";
    if (length != nullptr && !presetLength()) head += "Content-Length: " + std::to_string(*length) + "\r\n";
    if (sniffed) head += "Content-Type: " + std::string(contentType.substr(8)) + "\r\n";
    if (!keepAlive_ && request_.http11 && !style_.http10) head += "Connection: close\r\n";
    if (keepAlive_ && !request_.http11) head += "Connection: keep-alive\r\n";
    if (chunked_) head += "Transfer-Encoding: chunked\r\n";
    return head + "\r\n";
}

void Exchange::reply(int status, std::string_view body, std::string_view contentType) {
    if (status_ != 0) return;
    status_ = status;
    replied_ = true;
    replyBody_ = body;
    replyType_ = contentType;
}

void Exchange::sendReply() {
    replied_ = false;
    const int status = std::exchange(status_, 0);
    const bool mayStream = request_.http11 && !headOnly_ && bodyAllowed(status);
    if (mayStream && (replyBody_.size() > sizedLimit || !style_.trailer.empty() || style_.closeDelimited)) {
        begin(status, replyType_);
        write(replyBody_);
        return finish();
    }
    const std::uint64_t length = replyBody_.size();
    const bool sized = bodyAllowed(status) && !(headOnly_ && replyBody_.empty());
    std::string bytes = headBytes(status, replyType_, sized ? &length : nullptr);
    if (!headOnly_ && bodyAllowed(status)) bytes += replyBody_;
    status_ = status;
    finished_ = true;
    markAnswered(status);
    connection_.send(bytes);
}

bool Exchange::begin(int status, std::string_view contentType) {
    if (status_ != 0) return false;
    const bool sized = presetLength();
    chunked_ = request_.http11 && !style_.http10 && !style_.closeDelimited && !headOnly_ && !sized;
    if (!chunked_ && !sized) keepAlive_ = false;
    const std::string head = headBytes(status, contentType, nullptr);
    status_ = status;
    markAnswered(status);
    return connection_.send(head);
}

bool Exchange::write(std::string_view data) {
    if (data.empty() || headOnly_) return !connection_.stopped();
    return connection_.send(chunked_ ? chunk(data) : std::string(data));
}

void Exchange::finish() {
    if (finished_) return;
    finished_ = true;
    if (chunked_) connection_.send("0\r\n" + style_.trailer + "\r\n");
}

bool Exchange::hijack(std::string_view head, int status) {
    connection_.releaseHeld();
    hijacked_ = true;
    finished_ = true;
    status_ = status;
    keepAlive_ = false;
    markAnswered(status);
    return connection_.send(head);
}

std::string Exchange::readRaw() {
    if (connection_.buffered().empty() && !connection_.fill()) {
        recorder_.update([this] { record_->upgradeEof = connection_.peerEnd() == PeerEnd::eof; });
        return {};
    }
    connection_.releaseHeld();
    std::string bytes(connection_.buffered());
    connection_.consume(bytes.size());
    recorder_.addUpgraded(*record_, bytes);
    return bytes;
}

bool Exchange::sendInstead(std::string_view bytes, int status) {
    status_ = status == 0 ? -1 : status;
    finished_ = true;
    markAnswered(status);
    return connection_.send(bytes);
}

bool Exchange::end() {
    if (status_ == 0) reply(200, {}, {});
    if (replied_) sendReply();
    finish();
    if (hijacked_ || connection_.stopped()) return false;
    if (keepAlive_) readBody(skippable);
    return keepAlive_ && reader_.done();
}

} // namespace mockdocker
