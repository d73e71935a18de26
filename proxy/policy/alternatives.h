// The ways in which a request can be granted, as data: from this one list the decision, the narrowest remedy,
// the denial and --explain are read.
#pragma once

#include "proxy/policy/grants.h"
#include "proxy/policy/rule.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace proxy::policy {

struct Alternative {
    Grants all{};             ///< the variables that grant the request together
    Rule rule{};              ///< by which they do
    std::uint8_t breadth = 0; ///< how much else they open, to choose the narrowest by
};

/// In the order in which their rules are tried. Fixed capacity, so that deciding allocates nothing.
class Alternatives {
public:
    static constexpr std::size_t most = 5;

    [[nodiscard]] const Alternative* begin() const noexcept { return ways_.data(); }
    [[nodiscard]] const Alternative* end() const noexcept { return ways_.data() + size_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    void add(const Alternative& way) noexcept { ways_[size_++] = way; }

    /// What of each is not granted, but for those that take more than another.
    [[nodiscard]] Alternatives missing(Grants granted) const noexcept;

    /// The one that takes the fewest variables, and of these the one that opens
    /// least; nothing when there is none.
    [[nodiscard]] Grants narrowest() const noexcept;

private:
    std::array<Alternative, most> ways_{};
    std::size_t size_ = 0;
};

} // namespace proxy::policy
