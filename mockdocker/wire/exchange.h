// One request and its answer on a connection, with the manners of Go's net/http ResponseWriter:
// small answers get a Content-Length, larger ones chunks, HTTP/1.0 clients the end of the connection;
// "100 Continue" is sent when the body is first read; unread bodies are skipped or end the connection.
#pragma once

#include "mockdocker/recorder.h"
#include "mockdocker/wire/answer.h"
#include "mockdocker/wire/body.h"
#include "mockdocker/wire/connection.h"

#include <functional>
#include <memory>
#include <string>

namespace mockdocker {

/// How a fault wants an otherwise ordinary answer changed.
struct AnswerStyle {
    bool http10 = false;         ///< an HTTP/1.0 status line, no chunks, the connection closes
    std::string interim;         ///< raw bytes of 1xx answers put before the final head
    std::string trailer;         ///< "Name: value" CRLF lines behind the last chunk; forces chunks
    bool closeDelimited = false; ///< neither length nor chunks: the body ends with the connection
};

class Exchange {
public:
    /// `daemonFields` are set on every answer until bare() is called.
    Exchange(Connection& connection, Recorder& recorder, std::shared_ptr<RecordedRequest> record,
             const Request& request);

    [[nodiscard]] const Request& request() const { return request_; }
    [[nodiscard]] Connection& connection() { return connection_; }

    // ---- the request's body ----
    /// All of it, decoded (the recorder's limit applies); false in bodyComplete() when it broke off.
    const std::string& body();
    /// All of it as received, chunk framing and trailer included.
    const std::string& rawBody();
    [[nodiscard]] bool bodyComplete() const { return reader_.done(); }
    [[nodiscard]] bool hasBody() const { return request_.chunked || request_.length > 0; }

    // ---- the answer ----
    void set(std::string name, std::string value);
    void unset(std::string_view name);
    AnswerStyle& style() { return style_; }
    /// A whole answer, sent by end(): handlers may call this while they hold locks. An empty `contentType`
    /// leaves the field out.
    void reply(int status, std::string_view body, std::string_view contentType = "application/json");
    /// A streamed answer: the head goes out at once. False when the connection is over.
    bool begin(int status, std::string_view contentType);
    bool write(std::string_view data);
    void finish();
    [[nodiscard]] bool began() const { return status_ != 0; }
    [[nodiscard]] bool usedChunks() const { return chunked_; }

    /// Sends `head` as it is; from here on the connection carries raw bytes and closes at the end.
    bool hijack(std::string_view head, int status);
    /// Received bytes of a hijacked connection; empty at the end of the client's half.
    [[nodiscard]] std::string readRaw();
    bool sendRaw(std::string_view bytes) { return connection_.send(bytes); }
    [[nodiscard]] bool hijacked() const { return hijacked_; }

    /// Raw bytes in place of an answer (faults); status 0 unless given.
    bool sendInstead(std::string_view bytes, int status = 0);
    void closeAfter() { keepAlive_ = false; }

    /// Sends what reply() was given or ends the stream, and skips what is left of the body. True when the
    /// connection can carry another request.
    [[nodiscard]] bool end();

private:
    void sendContinue();
    void readBody(std::uint64_t limit);
    void markAnswered(int status);
    void sendReply();
    [[nodiscard]] std::string headBytes(int status, std::string_view contentType,
                                        const std::uint64_t* length);
    void decideKeepAlive();
    [[nodiscard]] bool presetLength() const; ///< the handler set Content-Length itself

    Connection& connection_;
    Recorder& recorder_;
    std::shared_ptr<RecordedRequest> record_;
    const Request& request_;
    BodyReader reader_;
    Fields fields_;
    AnswerStyle style_;
    int status_ = 0;
    bool keepAlive_;
    bool continued_ = false;
    bool chunked_ = false;
    bool headOnly_;
    bool hijacked_ = false;
    bool finished_ = false;
    bool replied_ = false; ///< reply() was called, its answer not yet sent
    std::string replyBody_;
    std::string replyType_;
};

} // namespace mockdocker
