// What was seen of each case, on both sides of the target.
#pragma once

#include "conformance/access/plan.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

struct Observation {
    std::uint32_t first = 0;    ///< the case that its connection began with
    std::uint16_t status = 0;   ///< what the client got; 0: no answer
    std::uint8_t sent = 0;      ///< how often the client sent it: more than once when the target closed on it
    std::uint8_t seen = 0;      ///< how often the daemon saw it
    bool ownAnswer = false;     ///< the answer carries the case's number
    bool targetChanged = false; ///< the daemon saw another method or target
};

/// One settings vector's observations. Bytes are kept of cases that look wrong,
/// of each operation the first few.
class Observations {
public:
    explicit Observations(const AccessPlan& plan)
        : plan_(plan)
        , all_(plan.cases().size()) {}

    Observation& of(std::uint32_t number) { return all_[number]; }
    [[nodiscard]] const Observation& of(std::uint32_t number) const { return all_[number]; }
    [[nodiscard]] std::size_t size() const { return all_.size(); }

    /// Whether a request is the case's own, method and target.
    [[nodiscard]] bool isOf(std::uint32_t number, std::string_view startLine) const;
    void atDaemon(std::uint32_t number, std::string_view startLine);
    void unattributedAtDaemon(std::string_view bytes);

    void keepAnswer(std::uint32_t number, std::string_view bytes) { keep(answers_, number, bytes); }
    void keepForwarded(std::uint32_t number, std::string_view bytes) { keep(forwarded_, number, bytes); }
    [[nodiscard]] std::string answer(std::uint32_t number) const { return kept(answers_, number); }
    [[nodiscard]] std::string forwarded(std::uint32_t number) const { return kept(forwarded_, number); }

    /// Requests that reached the daemon without a case's number: how many, and the first one's bytes.
    [[nodiscard]] std::size_t unattributed() const { return unattributed_; }
    [[nodiscard]] const std::string& firstUnattributed() const { return firstUnattributed_; }

private:
    struct Bytes {
        std::map<std::uint32_t, std::string> ofCase;
        std::map<const Operation*, unsigned> kept;
    };
    void keep(Bytes& bytes, std::uint32_t number, std::string_view text) const;
    [[nodiscard]] static std::string kept(const Bytes& bytes, std::uint32_t number);

    const AccessPlan& plan_;
    std::vector<Observation> all_;
    Bytes answers_;
    Bytes forwarded_;
    std::size_t unattributed_ = 0;
    std::string firstUnattributed_;
};

} // namespace conformance
