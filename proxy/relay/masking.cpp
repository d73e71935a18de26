#include "proxy/relay/masking.h"

#include "proxy/http/characters.h"

namespace proxy::relay {

namespace {

using mask::Fault;
using policy::Masking;

// RFC 9110 section 8.3.1: media-type = type "/" subtype parameters
bool isJson(std::string_view mediaType) noexcept {
    return http::equalsIgnoringCase(mediaType.substr(0, mediaType.find_first_of("; \t")), "application/json");
}

struct Content {
    bool encoded = false;
    bool typed = false;
    bool json = true; // as far as its type says something
};

// Of several lines of either field each counts: nobody knows which one a reader takes.
Content contentOf(const http::Fields& fields) noexcept {
    Content content;
    for (const http::Field& field : fields.all()) {
        if (http::equalsIgnoringCase(field.name, "content-type")) {
            content.typed = true;
            content.json = content.json && isJson(field.value);
        } else if (http::equalsIgnoringCase(field.name, "content-encoding")) {
            content.encoded = content.encoded || !http::equalsIgnoringCase(field.value, "identity");
        }
    }
    return content;
}

bool mayHoldContent(const http::Framing& framing) noexcept {
    using Kind = http::Framing::Kind;
    return framing.kind != Kind::none && !(framing.kind == Kind::length && framing.length == 0);
}

} // namespace

AnswerMasking maskingOf(const http::ResponseHead& head, Masking masking) noexcept {
    if (masking == Masking::none || !mayHoldContent(head.framing)) return {};
    const Content content = contentOf(head.fields);
    const bool succeeded = head.status >= 200 && head.status < 300;
    // Of errors only those in JSON are looked at: others are sentences, of daemons older than the error schema.
    if (!succeeded && !(content.typed && content.json)) return {};
    if (content.encoded) return {.fault = Fault::encoding};
    // A part of an answer is no document, but may look like one: its beginning is where a client wants it.
    const bool isPart = head.status == 206;
    if (!content.json || isPart || (succeeded && masking == Masking::withheld))
        return {.fault = Fault::content};
    return {.needed = true};
}

} // namespace proxy::relay
