#include "conformance/access/client.h"

#include "conformance/net/head.h"
#include "conformance/net/socket.h"
#include "conformance/target/target.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace conformance {
namespace {

constexpr std::size_t connectionCount = 8;
constexpr std::uint8_t tries = 3;

} // namespace

class Client::Connection : public Poller::Handler {
public:
    explicit Connection(Client& client)
        : client_(client) {
        begin();
    }
    ~Connection() override { client_.poller_.remove(fd_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const std::deque<std::uint32_t>& underWay() const { return underWay_; }

    void ready(std::uint32_t events) override {
        if ((events & EPOLLOUT) != 0) flush();
        if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
    }

    // The oldest request under way is lost, the others never reached the target: all that may be sent again
    // goes out first on a new connection.
    void reopen() {
        if (underWay_.size() > 1) client_.pipeline_ = 1;
        for (std::size_t i = 1; i < underWay_.size(); ++i) --client_.observations_.of(underWay_[i]).sent;
        if (!underWay_.empty() && client_.observations_.of(underWay_.front()).sent == tries) {
            ++client_.unanswered_;
            ++client_.finished_;
            underWay_.pop_front();
        }
        again_.insert(again_.begin(), underWay_.begin(), underWay_.end());
        underWay_.clear();
        begin();
    }

    std::uint32_t abandonOldest() {
        const auto number = underWay_.front();
        client_.observations_.of(number).sent = tries;
        reopen();
        return number;
    }

private:
    // A new connection for what is left of the share, or for the next one.
    void begin() {
        input_.clear();
        output_.clear();
        client_.poller_.remove(fd_);
        fd_.reset();
        if (again_.empty() && share_.next == share_.end) share_ = client_.nextShare();
        if (again_.empty() && share_.next == share_.end) return; // there is nothing left
        auto fd = connectLoopback(client_.port_);
        if (!fd) throw TargetError("the target no longer accepts connections");
        fd_ = std::move(*fd);
        client_.poller_.add(fd_, *this, EPOLLIN);
        writing_ = false;
        first_ = again_.empty() ? share_.next : again_.front();
        fill();
    }

    std::optional<std::uint32_t> take() {
        std::uint32_t number = 0;
        if (!again_.empty()) {
            number = again_.front();
            again_.pop_front();
        } else {
            if (share_.next == share_.end) return std::nullopt;
            number = share_.next++;
        }
        auto& observation = client_.observations_.of(number);
        ++observation.sent;
        observation.first = first_;
        return number;
    }

    // Refilled by halves: requests go out, and answers come in, many to a system call.
    void fill() {
        if (underWay_.size() * 2 > client_.pipeline_) return;
        while (underWay_.size() < client_.pipeline_) {
            const auto number = take();
            if (!number) break;
            underWay_.push_back(*number);
            output_.append(client_.plan_.cases()[*number].request);
        }
        flush();
    }

    void flush() {
        while (!output_.empty()) {
            const auto count = ::send(fd_.get(), output_.data(), output_.size(), MSG_NOSIGNAL);
            if (count <= 0) break; // full, or broken: then the next receive says so
            output_.erase(0, static_cast<std::size_t>(count));
        }
        if (writing_ == output_.empty()) {
            writing_ = !output_.empty();
            client_.poller_.change(fd_, *this, writing_ ? EPOLLIN | EPOLLOUT : EPOLLIN);
        }
    }

    void receive() {
        std::array<char, 65536> bytes;
        const auto count = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
        if (count < 0 && errno == EAGAIN) return;
        const bool ended = count <= 0;
        if (!ended) input_.append(bytes.data(), static_cast<std::size_t>(count));
        std::size_t used = 0;
        while (!underWay_.empty()) {
            const auto length = oneAnswer(std::string_view(input_).substr(used), ended);
            if (length == 0) break;
            used += length;
            if (closing_) break;
        }
        input_.erase(0, used);
        if (ended || closing_) {
            closing_ = false;
            reopen();
            return;
        }
        fill();
        if (underWay_.empty()) begin();
    }

    // How many bytes the first answer took; 0 until it is complete.
    std::size_t oneAnswer(std::string_view bytes, bool ended) {
        const auto head = readHead(bytes);
        if (!head) return 0;
        const int status = statusOf(*head);
        if (status >= 100 && status < 200 && status != 101) return head->length;
        const auto number = underWay_.front();
        const auto body = bodyLength(*head, status, client_.plan_.cases()[number].method, bytes, ended);
        if (!body || head->length + *body > bytes.size()) return 0;
        underWay_.pop_front();
        if (head->close) closing_ = true;
        const auto length = head->length + *body;
        client_.answered(number, status, head->caseNumber == number, bytes.substr(0, length));
        return length;
    }

    static std::optional<std::size_t> bodyLength(const Head& head, int status, std::string_view method,
                                                 std::string_view bytes, bool ended) {
        if (method == "HEAD" || status == 204 || status == 304 || status == 101) return 0;
        if (head.chunked) return chunkedLength(bytes.substr(head.length));
        if (head.contentLength) return head.contentLength;
        if (!ended) return std::nullopt; // the end of the connection is the end of the body
        return bytes.size() - head.length;
    }

    Client& client_;
    Fd fd_;
    Share share_;
    std::deque<std::uint32_t> again_; // of the share
    std::deque<std::uint32_t> underWay_;
    std::uint32_t first_ = 0; // on this connection
    std::string input_;
    std::string output_;
    bool writing_ = false;
    bool closing_ = false;
};

Client::Client(Poller& poller, const AccessPlan& plan, Observations& observations,
               const std::vector<bool>& expected, std::uint16_t port, int pipeline)
    : poller_(poller)
    , plan_(plan)
    , observations_(observations)
    , expected_(expected)
    , port_(port)
    , pipeline_(static_cast<std::size_t>(pipeline)) {
    for (std::size_t i = 0; i < connectionCount; ++i)
        connections_.push_back(std::make_unique<Connection>(*this));
}

Client::~Client() = default;

Client::Share Client::nextShare() {
    const auto& cases = plan_.cases();
    Share share{next_, next_};
    while (share.end < cases.size() && cases[share.end].first == share.next) ++share.end;
    next_ = share.end;
    return share;
}

void Client::answered(std::uint32_t number, int status, bool own, std::string_view bytes) {
    auto& observation = observations_.of(number);
    observation.status = static_cast<std::uint16_t>(status);
    observation.ownAnswer = own;
    const bool likely = expected_[number] ? status == 200 && own : status == 403;
    if (!likely) observations_.keepAnswer(number, bytes);
    ++finished_;
}

std::string Client::abandonStalled() {
    std::string named;
    const auto before = unanswered_; // stalls are counted by the caller
    for (auto& connection : connections_) {
        if (connection->underWay().empty()) continue;
        const auto& one = plan_.cases()[connection->abandonOldest()];
        named = std::string(one.method) + " " + one.target;
    }
    unanswered_ = before;
    return named;
}

} // namespace conformance
