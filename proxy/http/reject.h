// Why a message was refused. One value a reason: the name is what logs, tests and answers print.
//
// The parsers in this folder are pure functions from bytes to views; they never throw, allocate or keep state
// beyond what their header says. A rejection is an outcome, not an error of ours: broken peers are normal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proxy::http {

/// The order is that of the table in reject.cpp, which holds each one's name, status and sentence.
enum class Reject : std::uint8_t {
    none,

    requestLineTls,
    requestLineMethod,
    requestLineIncomplete,
    requestLineWhitespace,
    requestLineVersion,
    requestLineEnd,
    requestLineBareCr,
    requestLineBareLf,
    requestVersionUnsupported,
    requestTargetForm,
    requestTargetPath,
    requestTargetQuery,
    requestTargetFragment,
    requestTargetAuthority,
    requestTargetUserinfo,
    requestTargetAsterisk,
    requestPathEscape,
    requestPathControl,
    requestHeadSize,
    requestHeadFields,
    requestHostMissing,
    requestHostDuplicate,
    requestHostInvalid,
    requestExpectUnsupported,
    requestFieldName,
    requestFieldNoColon,
    requestFieldSpaceBeforeColon,
    requestFieldObsFold,
    requestFieldControl,
    requestFieldBareCr,
    requestFieldBareLf,
    requestFieldLookalike,
    requestLengthInvalid,
    requestLengthOverflow,
    requestLengthDuplicate,
    requestLengthWithCoding,
    requestCodingUnsupported,
    requestCodingDuplicate,
    requestCodingHttp10,
    requestConnectionInvalid,
    requestConnectionNominates,
    requestUpgradeInvalid,

    responseLineVersion,
    responseLineStatus,
    responseLineReason,
    responseLineBareCr,
    responseLineBareLf,
    responseVersionUnsupported,
    responseStatusUpgrade,
    responseHeadSize,
    responseHeadFields,
    responseFieldName,
    responseFieldNoColon,
    responseFieldSpaceBeforeColon,
    responseFieldObsFold,
    responseFieldControl,
    responseFieldBareCr,
    responseFieldBareLf,
    responseFieldLookalike,
    responseLengthInvalid,
    responseLengthOverflow,
    responseLengthDuplicate,
    responseLengthWithCoding,
    responseLengthForbidden,
    responseCodingUnsupported,
    responseCodingDuplicate,
    responseCodingHttp10,
    responseConnectionInvalid,
    responseConnectionNominates,
    responseUpgradeInvalid,

    chunkSizeMissing,
    chunkSizeInvalid,
    chunkSizeOverflow,
    chunkExtensionControl,
    chunkExtensionSize,
    chunkLineBareCr,
    chunkLineBareLf,
    chunkDataEnd,
    chunkTrailerName,
    chunkTrailerNoColon,
    chunkTrailerSpaceBeforeColon,
    chunkTrailerObsFold,
    chunkTrailerControl,
    chunkTrailerBareCr,
    chunkTrailerBareLf,
    chunkTrailerForbidden,
    chunkTrailerFields,
    chunkTrailerSize,
};

inline constexpr std::size_t rejectCount = static_cast<std::size_t>(Reject::chunkTrailerSize) + 1;

/// What a parser found in the bytes given so far.
enum class Outcome : std::uint8_t {
    complete, ///< a whole element; its size is reported
    needMore, ///< a valid beginning; call again with more bytes
    rejected, ///< can never become valid; the reason is reported
};

struct RejectInfo {
    std::string_view name; ///< stable, dotted, lower case: "request.field.obs_fold"
    /// What a client is answered: 400, 431, 501 or 505; of a response it is 502, chunks' reasons included.
    int status;
    std::string_view sentence; ///< for people, without trailing period
};

[[nodiscard]] const RejectInfo& describe(Reject reason) noexcept;

} // namespace proxy::http
