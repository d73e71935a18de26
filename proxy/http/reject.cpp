#include "proxy/http/reject.h"

#include <array>

namespace proxy::http {
namespace {

struct Row {
    Reject reason;
    RejectInfo info;
};

using enum Reject;

// clang-format off
constexpr std::array table{
    Row{none, {"none", 0, "Nothing is wrong"}},

    Row{requestLineTls, {"request.line.tls", 400, "The client speaks TLS; this port speaks plain HTTP (is DOCKER_TLS_VERIFY or https:// set by mistake?)"}},
    Row{requestLineMethod, {"request.line.method", 400, "The method is not a token"}},
    Row{requestLineIncomplete, {"request.line.incomplete", 400, "The request line is not method, target and version"}},
    Row{requestLineWhitespace, {"request.line.whitespace", 400, "Something other than one space separates the parts of the request line"}},
    Row{requestLineVersion, {"request.line.version", 400, "The request line does not end in HTTP/1.0 or HTTP/1.1"}},
    Row{requestLineEnd, {"request.line.end", 400, "Something follows the version on the request line"}},
    Row{requestLineBareCr, {"request.line.bare_cr", 400, "A CR without LF stands in or before the request line"}},
    Row{requestLineBareLf, {"request.line.bare_lf", 400, "The request line ends in LF without CR"}},
    Row{requestVersionUnsupported, {"request.version.unsupported", 505, "Only HTTP/1.0 and HTTP/1.1 are spoken here"}},
    Row{requestTargetForm, {"request.target.form", 400, "The target is neither a path nor an http or https URL"}},
    Row{requestTargetPath, {"request.target.path", 400, "The target's path holds an octet that must be percent-encoded"}},
    Row{requestTargetQuery, {"request.target.query", 400, "The target's query holds an octet that must be percent-encoded"}},
    Row{requestTargetFragment, {"request.target.fragment", 400, "The target has a fragment (#)"}},
    Row{requestTargetAuthority, {"request.target.authority", 400, "The target's host or port is missing or malformed"}},
    Row{requestTargetUserinfo, {"request.target.userinfo", 400, "The target has a user name before its host"}},
    Row{requestTargetAsterisk, {"request.target.asterisk", 400, "The target * goes with OPTIONS only"}},
    Row{requestPathEscape, {"request.path.escape", 400, "A % in the path is not followed by two hexadecimal digits"}},
    Row{requestPathControl, {"request.path.control", 400, "The path holds a control octet once decoded"}},
    Row{requestHeadSize, {"request.head.size", 431, "The request head is larger than 128 KiB"}},
    Row{requestHeadFields, {"request.head.fields", 431, "The request head has more than 256 fields"}},
    Row{requestHostMissing, {"request.host.missing", 400, "An HTTP/1.1 request has no Host field"}},
    Row{requestHostDuplicate, {"request.host.duplicate", 400, "The request has more than one Host field"}},
    Row{requestHostInvalid, {"request.host.invalid", 400, "The Host field is not a host with an optional port"}},
    Row{requestExpectUnsupported, {"request.expect.unsupported", 400, "The Expect field asks for something other than 100-continue"}},
    Row{requestFieldName, {"request.field.name", 400, "A field name is not a token"}},
    Row{requestFieldNoColon, {"request.field.no_colon", 400, "A field line has no colon"}},
    Row{requestFieldSpaceBeforeColon, {"request.field.space_before_colon", 400, "Whitespace stands between a field name and its colon"}},
    Row{requestFieldObsFold, {"request.field.obs_fold", 400, "A field line begins with whitespace, an obsolete way to continue the line before"}},
    Row{requestFieldControl, {"request.field.control", 400, "A field value holds a control octet"}},
    Row{requestFieldBareCr, {"request.field.bare_cr", 400, "A field line holds a CR without LF"}},
    Row{requestFieldBareLf, {"request.field.bare_lf", 400, "A field line ends in LF without CR"}},
    Row{requestFieldLookalike, {"request.field.lookalike", 400, "A field is named like Content-Length or Transfer-Encoding, but for the hyphen"}},
    Row{requestLengthInvalid, {"request.length.invalid", 400, "The Content-Length is not a plain decimal number"}},
    Row{requestLengthOverflow, {"request.length.overflow", 400, "The Content-Length is larger than 2^63-1"}},
    Row{requestLengthDuplicate, {"request.length.duplicate", 400, "The request has more than one Content-Length field"}},
    Row{requestLengthWithCoding, {"request.length.with_coding", 400, "The request has both Content-Length and Transfer-Encoding"}},
    Row{requestCodingUnsupported, {"request.coding.unsupported", 501, "The Transfer-Encoding is not chunked alone"}},
    Row{requestCodingDuplicate, {"request.coding.duplicate", 501, "The request has more than one Transfer-Encoding field"}},
    Row{requestCodingHttp10, {"request.coding.http10", 400, "An HTTP/1.0 request has a Transfer-Encoding"}},
    Row{requestConnectionInvalid, {"request.connection.invalid", 400, "The Connection field is not a list of tokens"}},
    Row{requestConnectionNominates, {"request.connection.nominates", 400, "The Connection field names a field that belongs to the whole way to the daemon"}},
    Row{requestUpgradeInvalid, {"request.upgrade.invalid", 400, "The Upgrade field is not a list of protocols"}},

    Row{responseLineVersion, {"response.line.version", 502, "The daemon's answer does not begin with an HTTP version"}},
    Row{responseLineStatus, {"response.line.status", 502, "The daemon's status is not three digits from 100 to 599"}},
    Row{responseLineReason, {"response.line.reason", 502, "The daemon's reason phrase holds a control octet"}},
    Row{responseLineBareCr, {"response.line.bare_cr", 502, "The daemon's status line holds a CR without LF"}},
    Row{responseLineBareLf, {"response.line.bare_lf", 502, "The daemon's status line ends in LF without CR"}},
    Row{responseVersionUnsupported, {"response.version.unsupported", 502, "The daemon answered in a version other than HTTP/1.0 and HTTP/1.1"}},
    Row{responseStatusUpgrade, {"response.status.upgrade", 502, "The daemon switched protocols without having been asked to"}},
    Row{responseHeadSize, {"response.head.size", 502, "The daemon's response head is larger than 128 KiB"}},
    Row{responseHeadFields, {"response.head.fields", 502, "The daemon's response head has more than 256 fields"}},
    Row{responseFieldName, {"response.field.name", 502, "A field name in the daemon's answer is not a token"}},
    Row{responseFieldNoColon, {"response.field.no_colon", 502, "A field line in the daemon's answer has no colon"}},
    Row{responseFieldSpaceBeforeColon, {"response.field.space_before_colon", 502, "Whitespace stands between a field name and its colon in the daemon's answer"}},
    Row{responseFieldObsFold, {"response.field.obs_fold", 502, "A field line in the daemon's answer begins with whitespace"}},
    Row{responseFieldControl, {"response.field.control", 502, "A field value in the daemon's answer holds a control octet"}},
    Row{responseFieldBareCr, {"response.field.bare_cr", 502, "A field line in the daemon's answer holds a CR without LF"}},
    Row{responseFieldBareLf, {"response.field.bare_lf", 502, "A field line in the daemon's answer ends in LF without CR"}},
    Row{responseFieldLookalike, {"response.field.lookalike", 502, "A field in the daemon's answer is named like Content-Length or Transfer-Encoding, but for the hyphen"}},
    Row{responseLengthInvalid, {"response.length.invalid", 502, "The daemon's Content-Length is not a plain decimal number"}},
    Row{responseLengthOverflow, {"response.length.overflow", 502, "The daemon's Content-Length is larger than 2^63-1"}},
    Row{responseLengthDuplicate, {"response.length.duplicate", 502, "The daemon's answer has more than one Content-Length field"}},
    Row{responseLengthWithCoding, {"response.length.with_coding", 502, "The daemon's answer has both Content-Length and Transfer-Encoding"}},
    Row{responseLengthForbidden, {"response.length.forbidden", 502, "The daemon's answer announces a body where its status allows none"}},
    Row{responseCodingUnsupported, {"response.coding.unsupported", 502, "The daemon's Transfer-Encoding is not chunked alone"}},
    Row{responseCodingDuplicate, {"response.coding.duplicate", 502, "The daemon's answer has more than one Transfer-Encoding field"}},
    Row{responseCodingHttp10, {"response.coding.http10", 502, "The daemon's HTTP/1.0 answer has a Transfer-Encoding"}},
    Row{responseConnectionInvalid, {"response.connection.invalid", 502, "The daemon's Connection field is not a list of tokens"}},
    Row{responseConnectionNominates, {"response.connection.nominates", 502, "The daemon's Connection field names a field that belongs to the whole way to the client"}},
    Row{responseUpgradeInvalid, {"response.upgrade.invalid", 502, "The daemon's Upgrade field is not a list of protocols"}},

    Row{chunkSizeMissing, {"chunk.size.missing", 400, "A chunk begins without its size"}},
    Row{chunkSizeInvalid, {"chunk.size.invalid", 400, "A chunk's size is not a plain hexadecimal number"}},
    Row{chunkSizeOverflow, {"chunk.size.overflow", 400, "A chunk's size has more than 16 digits or is larger than 2^63-1"}},
    Row{chunkExtensionControl, {"chunk.extension.control", 400, "A chunk's extension holds a control octet"}},
    Row{chunkExtensionSize, {"chunk.extension.size", 400, "A chunk's size line is longer than 4 KiB"}},
    Row{chunkLineBareCr, {"chunk.line.bare_cr", 400, "A chunk's size line holds a CR without LF"}},
    Row{chunkLineBareLf, {"chunk.line.bare_lf", 400, "A chunk's size line ends in LF without CR"}},
    Row{chunkDataEnd, {"chunk.data.end", 400, "A chunk's data is not followed by CRLF"}},
    Row{chunkTrailerName, {"chunk.trailer.name", 400, "A trailer field's name is not a token"}},
    Row{chunkTrailerNoColon, {"chunk.trailer.no_colon", 400, "A trailer field has no colon"}},
    Row{chunkTrailerSpaceBeforeColon, {"chunk.trailer.space_before_colon", 400, "Whitespace stands between a trailer field's name and its colon"}},
    Row{chunkTrailerObsFold, {"chunk.trailer.obs_fold", 400, "A trailer field begins with whitespace"}},
    Row{chunkTrailerControl, {"chunk.trailer.control", 400, "A trailer field's value holds a control octet"}},
    Row{chunkTrailerBareCr, {"chunk.trailer.bare_cr", 400, "A trailer field holds a CR without LF"}},
    Row{chunkTrailerBareLf, {"chunk.trailer.bare_lf", 400, "A trailer field ends in LF without CR"}},
    Row{chunkTrailerForbidden, {"chunk.trailer.forbidden", 400, "A trailer field is one that belongs into the head"}},
    Row{chunkTrailerFields, {"chunk.trailer.fields", 400, "A chunked body has more than 64 trailer fields"}},
    Row{chunkTrailerSize, {"chunk.trailer.size", 400, "A chunked body's trailer is larger than 16 KiB"}},
};
// clang-format on

static_assert(table.size() == rejectCount);
static_assert([]() {
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i].reason != static_cast<Reject>(i)) return false;
    }
    return true;
}());

} // namespace

const RejectInfo& describe(Reject reason) noexcept {
    return table[static_cast<std::size_t>(reason)].info;
}

} // namespace proxy::http
