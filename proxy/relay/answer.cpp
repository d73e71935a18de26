#include "proxy/relay/answer.h"

#include "proxy/log/quote.h"

#include <Poco/Net/HTTPResponse.h>

#include <algorithm>

namespace proxy::relay {

std::size_t write(const Answer& answer, net::Buffer& out) {
    const auto status = static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status);
    out.append("HTTP/1.1 ");
    out.append(std::to_string(answer.status));
    out.append(" ");
    out.append(Poco::Net::HTTPResponse::getReasonForStatus(status));
    out.append("\r\nContent-Type: ");
    out.append(answer.type);
    out.append("\r\nContent-Length: ");
    out.append(std::to_string(answer.body.size()));
    out.append(answer.closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n");
    if (answer.toHead) return 0;
    out.append(answer.body);
    return answer.body.size();
}

std::string messageBody(std::string_view sentence) {
    std::string body = R"({"message":)";
    log::appendJson(body, "docker-socket-proxy: " + std::string(sentence));
    body += "}\n";
    return body;
}

bool beginsWithHead(std::string_view input) noexcept {
    // Empty lines may stand in front of a request (RFC 9112 section 2.2).
    input.remove_prefix(std::min(input.find_first_not_of("\r\n"), input.size()));
    return input.starts_with("HEAD ");
}

} // namespace proxy::relay
