#include "proxy/http/fields.h"

#include "proxy/http/target.h"

#include <algorithm>
#include <array>

namespace proxy::http {
namespace {

struct Reasons {
    LineReasons line;
    Reject name, noColon, spaceBeforeColon, obsFold, lookalike, tooMany;
    Reject lengthInvalid, lengthOverflow, lengthDuplicate, lengthWithCoding;
    Reject codingUnsupported, codingDuplicate, codingHttp10;
    Reject connectionInvalid, connectionNominates, upgradeInvalid;
};

// Indexed by Side.
constexpr std::array reasonsOf{
    Reasons{
        .line = {Reject::requestFieldBareCr, Reject::requestFieldBareLf, Reject::requestFieldControl},
        .name = Reject::requestFieldName,
        .noColon = Reject::requestFieldNoColon,
        .spaceBeforeColon = Reject::requestFieldSpaceBeforeColon,
        .obsFold = Reject::requestFieldObsFold,
        .lookalike = Reject::requestFieldLookalike,
        .tooMany = Reject::requestHeadFields,
        .lengthInvalid = Reject::requestLengthInvalid,
        .lengthOverflow = Reject::requestLengthOverflow,
        .lengthDuplicate = Reject::requestLengthDuplicate,
        .lengthWithCoding = Reject::requestLengthWithCoding,
        .codingUnsupported = Reject::requestCodingUnsupported,
        .codingDuplicate = Reject::requestCodingDuplicate,
        .codingHttp10 = Reject::requestCodingHttp10,
        .connectionInvalid = Reject::requestConnectionInvalid,
        .connectionNominates = Reject::requestConnectionNominates,
        .upgradeInvalid = Reject::requestUpgradeInvalid,
    },
    Reasons{
        .line = {Reject::responseFieldBareCr, Reject::responseFieldBareLf, Reject::responseFieldControl},
        .name = Reject::responseFieldName,
        .noColon = Reject::responseFieldNoColon,
        .spaceBeforeColon = Reject::responseFieldSpaceBeforeColon,
        .obsFold = Reject::responseFieldObsFold,
        .lookalike = Reject::responseFieldLookalike,
        .tooMany = Reject::responseHeadFields,
        .lengthInvalid = Reject::responseLengthInvalid,
        .lengthOverflow = Reject::responseLengthOverflow,
        .lengthDuplicate = Reject::responseLengthDuplicate,
        .lengthWithCoding = Reject::responseLengthWithCoding,
        .codingUnsupported = Reject::responseCodingUnsupported,
        .codingDuplicate = Reject::responseCodingDuplicate,
        .codingHttp10 = Reject::responseCodingHttp10,
        .connectionInvalid = Reject::responseConnectionInvalid,
        .connectionNominates = Reject::responseConnectionNominates,
        .upgradeInvalid = Reject::responseUpgradeInvalid,
    },
};

std::string_view trimmed(const char* begin, const char* end) noexcept {
    while (begin != end && isBlank(*begin)) ++begin;
    while (begin != end && isBlank(end[-1])) --end;
    return {begin, static_cast<std::size_t>(end - begin)};
}

// Takes the next element of a comma-separated list off `list`; empty when none is left. RFC 9110 section
// 5.6.1.2: empty elements are ignored.
std::string_view takeElement(std::string_view& list) noexcept {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view element = trimmed(list.data(), list.data() + comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        if (!element.empty()) return element;
    }
    return {};
}

bool hasElement(std::string_view list) noexcept {
    return !takeElement(list).empty();
}

// RFC 9112 section 5.1: no whitespace between name and colon; servers that allowed it disagreed on the name.
Reject badName(char c, const Reasons& reasons) noexcept {
    if (c == '\n') return reasons.line.bareLf;
    if (c == '\r') return reasons.noColon;
    if (isBlank(c)) return reasons.spaceBeforeColon;
    return reasons.name;
}

// field-line = field-name ":" OWS field-value OWS
ParseResult parseLine(Cursor& cursor, const Reasons& reasons, Field& field) noexcept {
    field.name = cursor.take(CharClass::token);
    if (cursor.empty()) return needMore;
    if (cursor.front() != ':' || field.name.empty()) return rejected(badName(cursor.front(), reasons));
    ++cursor.at;
    const std::string_view value = cursor.take(CharClass::value);
    if (const auto step = parseLineEnd(cursor, reasons.line); step.outcome != Outcome::complete) return step;
    field.value = trimmed(value.data(), value.data() + value.size());
    return parsed;
}

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool sameName(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, {}, lower, lower);
}

// Each is looked for among all fields.
constexpr std::uint16_t mostNominated = 8;

void removeNominated(std::string_view list, Fields& fields) noexcept {
    const auto all = fields.all();
    for (auto option = takeElement(list); !option.empty(); option = takeElement(list)) {
        if (classify(option) != FieldName::other || equalsIgnoringCase(option, "close")) continue;
        for (std::size_t i = 0; i < all.size(); ++i)
            if (sameName(all[i].name, option)) fields.markHopByHop(i, true);
    }
}

// At the head's end: a field may stand in front of the Connection that nominates it.
void removeNominated(Fields& fields) noexcept {
    for (const Field& field : fields.all())
        if (classify(field.name) == FieldName::connection) removeNominated(field.value, fields);
}

// Judges one field at a time, in order, so that a verdict never depends on bytes that are not there yet.
class Judge {
public:
    Judge(Side side, Fields& fields, FieldFacts& facts) noexcept
        : side_(side)
        , fields_(fields)
        , facts_(facts) {}

    [[nodiscard]] const Reasons& reasons() const noexcept {
        return reasonsOf[static_cast<std::size_t>(side_)];
    }

    /// The field just added.
    Reject judge(const Field& field) noexcept {
        switch (classify(field.name)) {
        case FieldName::other:
        case FieldName::restricted:
            return Reject::none;
        case FieldName::lookalike:
            return reasons().lookalike;
        case FieldName::hopByHop:
            return endsHere();
        case FieldName::contentLength:
            return contentLength(field.value);
        case FieldName::transferEncoding:
            return transferEncoding(field.value);
        case FieldName::connection:
            return connection(field.value);
        case FieldName::upgrade:
            return upgrade(field.value);
        case FieldName::contentType:
            return contentType(field.value);
        case FieldName::host:
            return side_ == Side::request ? host(field.value) : Reject::none;
        case FieldName::expect:
            return side_ == Side::request ? expect(field.value) : Reject::none;
        }
        return Reject::none;
    }

private:
    Reject endsHere() noexcept {
        fields_.markHopByHop(fields_.size() - 1, true);
        return Reject::none;
    }

    // RFC 9112 section 6.3 would let equal duplicates through, as lines or as a list ("5, 5"). Nobody sends
    // them but to find two readers of which one takes the first and one the last.
    Reject contentLength(std::string_view value) noexcept {
        if (facts_.hasLength) return reasons().lengthDuplicate;
        if (facts_.hasCoding) return reasons().lengthWithCoding;
        facts_.hasLength = true;
        switch (parseLength(value, facts_.length)) {
        case LengthFault::none:
            break;
        case LengthFault::invalid:
            return reasons().lengthInvalid;
        case LengthFault::overflow:
            return reasons().lengthOverflow;
        }
        return Reject::none;
    }

    // RFC 9112 section 6.1: whoever does not understand a coding answers 501; HTTP/1.0 has none. The field is
    // a list, yet only `chunked` alone is taken: a reader that drops an empty element, or sees but one of two
    // lines, and one that does neither find different ends of the body.
    Reject transferEncoding(std::string_view value) noexcept {
        if (!facts_.http11) return reasons().codingHttp10;
        if (facts_.hasCoding) return reasons().codingDuplicate;
        if (facts_.hasLength) return reasons().lengthWithCoding;
        facts_.hasCoding = true;
        return equalsIgnoringCase(value, "chunked") ? Reject::none : reasons().codingUnsupported;
    }

    // A field that Connection nominates is left out of what is forwarded (RFC 9110 section 7.6.1). So
    // `Connection: Content-Length` would have us remove the body's framing, `Connection: X-Registry-Auth` the
    // user's credentials: no field that this folder knows may be nominated, but for those that are hop-by-hop
    // anyway. (HTTP2-Settings: Java's HttpClient offers h2c so.)
    Reject connection(std::string_view list) noexcept {
        for (auto option = takeElement(list); !option.empty(); option = takeElement(list)) {
            if (!allAre(CharClass::token, option)) return reasons().connectionInvalid;
            if (equalsIgnoringCase(option, "close"))
                facts_.close = true;
            else if (const FieldName name = classify(option); name == FieldName::upgrade)
                facts_.wantsUpgrade = true;
            else if (name == FieldName::other ? ++facts_.nominated > mostNominated
                                              : name != FieldName::hopByHop)
                return reasons().connectionNominates;
        }
        return endsHere();
    }

    // Upgrade = #( protocol-name [ "/" protocol-version ] ). Reverse proxies copy the field always, empty
    // where their client sent none.
    Reject upgrade(std::string_view list) noexcept {
        for (const char c : list) {
            if (!isA(CharClass::token, c) && !isBlank(c) && c != '/' && c != ',')
                return reasons().upgradeInvalid;
        }
        if (hasElement(list)) facts_.hasUpgrade = true;
        return endsHere();
    }

    Reject contentType(std::string_view value) noexcept {
        ++facts_.contentTypes;
        facts_.contentType = value;
        return Reject::none;
    }

    // RFC 9112 section 3.2. An empty value is what Docker clients before 24.0.5
    // send when they dial a unix socket.
    Reject host(std::string_view value) noexcept {
        if (facts_.hasHost) return Reject::requestHostDuplicate;
        facts_.hasHost = true;
        Authority authority;
        return parseAuthority(value, authority) ? Reject::none : Reject::requestHostInvalid;
    }

    // Expect = #expectation, of which there is but one.
    Reject expect(std::string_view list) noexcept {
        for (auto each = takeElement(list); !each.empty(); each = takeElement(list)) {
            if (!equalsIgnoringCase(each, "100-continue")) return Reject::requestExpectUnsupported;
            facts_.hasExpect = true;
        }
        return Reject::none;
    }

    Side side_;
    Fields& fields_;
    FieldFacts& facts_;
};

} // namespace

void markUpgrade(Fields& fields, bool hopByHop) noexcept {
    const auto all = fields.all();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (classify(all[i].name) == FieldName::upgrade && hasElement(all[i].value))
            fields.markHopByHop(i, hopByHop);
}

ParseResult parseFields(Cursor& cursor, Side side, Fields& fields, FieldFacts& facts) noexcept {
    Judge judge(side, fields, facts);
    const Reasons& reasons = judge.reasons();
    while (!cursor.empty()) {
        const char c = cursor.front();
        if (c == '\r' || c == '\n') {
            const auto end = parseLineEnd(cursor, reasons.line);
            if (end.outcome == Outcome::complete && facts.nominated != 0) removeNominated(fields);
            return end;
        }
        // RFC 9112 section 5.2: a folded line is a new field to one reader and part of the last to another.
        // The same octets behind the first line hide a field from readers that skip them (section 2.2).
        if (isBlank(c)) return rejected(reasons.obsFold);
        if (fields.size() == maxFields) return rejected(reasons.tooMany);
        Field field;
        if (const auto step = parseLine(cursor, reasons, field); step.outcome != Outcome::complete)
            return step;
        fields.add(field);
        if (const Reject fault = judge.judge(field); fault != Reject::none) return rejected(fault);
    }
    return needMore;
}

} // namespace proxy::http
