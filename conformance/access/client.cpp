#include "conformance/access/client.h"

#include "conformance/access/head.h"
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
        open();
    }
    ~Connection() override { client_.poller_.remove(fd_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const std::deque<std::uint32_t>& underWay() const { return underWay_; }

    void ready(std::uint32_t events) override {
        if ((events & EPOLLOUT) != 0) flush();
        if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
    }

    // Everything under way is lost or given back; then goes on with a new connection.
    void reopen() {
        const bool pipelined = underWay_.size() > 1;
        if (pipelined) client_.pipeline_ = 1;
        for (std::size_t i = 0; i < underWay_.size(); ++i)
            if (i == 0)
                client_.lost(underWay_[i]);
            else
                client_.notReached(underWay_[i]);
        underWay_.clear();
        input_.clear();
        output_.clear();
        client_.poller_.remove(fd_);
        fd_.reset();
        if (!client_.done()) open();
    }

    std::uint32_t abandonOldest() {
        const auto number = underWay_.front();
        client_.observations_.of(number).sent = tries;
        reopen();
        return number;
    }

private:
    void open() {
        auto fd = connectLoopback(client_.port_);
        if (!fd) throw TargetError("the target no longer accepts connections");
        fd_ = std::move(*fd);
        client_.poller_.add(fd_, *this, EPOLLIN);
        writing_ = false;
        fill();
    }

    // Refilled by halves: requests go out, and answers come in, many to a system call.
    void fill() {
        if (underWay_.size() * 2 > client_.pipeline_) return;
        while (underWay_.size() < client_.pipeline_) {
            const auto number = client_.take();
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
        } else
            fill();
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
    std::deque<std::uint32_t> underWay_;
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
    for (std::size_t i = 0; i < std::min(connectionCount, plan.cases().size()); ++i)
        connections_.push_back(std::make_unique<Connection>(*this));
}

Client::~Client() = default;

std::optional<std::uint32_t> Client::take() {
    std::uint32_t number = 0;
    if (!again_.empty()) {
        number = again_.front();
        again_.pop_front();
    } else {
        if (next_ == plan_.cases().size()) return std::nullopt;
        number = next_++;
    }
    ++observations_.of(number).sent;
    return number;
}

void Client::answered(std::uint32_t number, int status, bool own, std::string_view bytes) {
    auto& observation = observations_.of(number);
    observation.status = static_cast<std::uint16_t>(status);
    observation.ownAnswer = own;
    const bool likely = expected_[number] ? status == 200 && own : status == 403;
    if (!likely) observations_.keepAnswer(number, bytes);
    ++finished_;
}

void Client::lost(std::uint32_t number) {
    if (observations_.of(number).sent < tries) {
        again_.push_back(number);
        return;
    }
    ++unanswered_;
    ++finished_;
}

void Client::notReached(std::uint32_t number) {
    --observations_.of(number).sent;
    again_.push_back(number);
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
