#include "conformance/access/origin.h"

#include "conformance/docker.h"
#include "conformance/net/head.h"
#include "conformance/net/socket.h"

#include <algorithm>
#include <array>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace conformance {

class Origin::Connection : public Poller::Handler {
public:
    Connection(Origin& origin, Fd fd)
        : origin_(origin)
        , fd_(std::move(fd)) {
        origin_.poller_.add(fd_, *this, EPOLLIN);
    }

    ~Connection() override { close(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool closed() const { return !fd_; }

    void ready(std::uint32_t) override {
        std::array<char, 65536> bytes;
        const auto count = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
        if (count <= 0) {
            close();
            return;
        }
        input_.append(bytes.data(), static_cast<std::size_t>(count));
        std::size_t used = 0;
        while (const std::size_t length = oneRequest(std::string_view(input_).substr(used))) used += length;
        input_.erase(0, used);
        send();
    }

private:
    // How many bytes the first request took; 0 until it is complete.
    std::size_t oneRequest(std::string_view bytes) {
        const auto head = readHead(bytes);
        if (!head) return 0;
        std::size_t length = head->length;
        if (head->chunked) {
            const auto body = chunkedLength(bytes.substr(length));
            if (!body) return 0;
            length += *body;
        }
        length += head->contentLength.value_or(0);
        if (length > bytes.size()) return 0;
        note(*head, bytes.substr(0, length));
        return length;
    }

    void note(const Head& head, std::string_view bytes) {
        Observations* const observations = origin_.observations_;
        const bool known =
            head.caseNumber && observations != nullptr && *head.caseNumber < observations->size();
        const bool its = known && observations->isOf(*head.caseNumber, head.startLine);
        if (!its && isOneOf(origin_.adapter_.asks, head.startLine)) {
            output_.append(dockerAnswer(head.startLine));
            return;
        }
        std::string field;
        if (known) {
            const auto number = *head.caseNumber;
            observations->atDaemon(number, head.startLine);
            if (!(*origin_.expected_)[number]) observations->keepForwarded(number, bytes);
            field.append(caseField).append(": ").append(std::to_string(number)).append("\r\n");
        } else if (observations != nullptr)
            observations->unattributedAtDaemon(bytes);
        if (origin_.adapter_.readsAnswers)
            output_.append(dockerAnswer(head.startLine, field));
        else
            output_.append("HTTP/1.1 200 OK\r\n").append(field).append("Content-Length: 0\r\n\r\n");
    }

    // Answers are small and the target reads them: a full socket buffer means that it does not.
    void send() {
        if (output_.empty()) return;
        const auto count = ::send(fd_.get(), output_.data(), output_.size(), MSG_NOSIGNAL);
        if (count != static_cast<ssize_t>(output_.size())) close();
        output_.clear();
    }

    void close() {
        origin_.poller_.remove(fd_);
        fd_.reset();
    }

    Origin& origin_;
    Fd fd_;
    std::string input_;
    std::string output_;
};

Origin::Origin(Poller& poller, const std::string& socketPath, const Adapter& adapter)
    : poller_(poller)
    , adapter_(adapter)
    , listener_(listenUnix(socketPath)) {
    poller_.add(listener_, *this, EPOLLIN);
}

Origin::~Origin() {
    poller_.remove(listener_);
}

void Origin::observe(Observations* observations, const std::vector<bool>* expected) {
    observations_ = observations;
    expected_ = expected;
}

void Origin::ready(std::uint32_t) {
    removeClosed();
    while (auto fd = acceptFrom(listener_))
        connections_.push_back(std::make_unique<Connection>(*this, std::move(*fd)));
}

void Origin::removeClosed() {
    std::erase_if(connections_, [](const auto& connection) { return connection->closed(); });
}

void Origin::dropConnections() {
    connections_.clear();
}

} // namespace conformance
