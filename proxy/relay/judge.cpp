#include "proxy/relay/judge.h"

#include "proxy/http/characters.h"
#include "proxy/policy/path.h"

namespace proxy::relay {

Judgement judge(const http::RequestHead& head, const policy::Policy& policy,
                std::span<char> scratch) noexcept {
    std::string_view path;
    const http::Reject flaw = http::decodePath(head.path, scratch, path);
    if (flaw != http::Reject::none) return {.flaw = flaw};
    return {.verdict = policy.decide(head.method, path)};
}

guard::Request guardRequest(const http::RequestHead& head, const policy::Operation* operation,
                            std::span<char> scratch, std::string_view body) noexcept {
    guard::Request request{.method = head.method, .operation = {}, .query = head.query, .body = body};
    std::string_view path;
    (void)http::decodePath(head.path, scratch, path);
    const policy::Place place = policy::locate(path);
    request.version = place.version;
    if (operation != nullptr) {
        request.operation = operation->id;
        request.name = policy::nameAt(*operation, place);
    }
    for (const http::Field& field : head.fields.all()) {
        if (http::equalsIgnoringCase(field.name, "content-type")) {
            request.contentType = field.value;
            ++request.contentTypes;
        } else if (http::equalsIgnoringCase(field.name, "content-encoding")) {
            request.encoded = true;
        }
    }
    return request;
}

} // namespace proxy::relay
