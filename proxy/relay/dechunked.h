// The content of a chunked body in one piece, where the body lies: for as long as this lives the framing stands
// aside and the content in front; then everything is again as it came. So a body that is held to be judged is held
// once. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace proxy::relay {

class Dechunked {
public:
    /// Octets of size lines, extensions and trailers. Of 4 MiB in chunks of 1 KiB, or of a usual body in chunks of
    /// one octet, these are less.
    static constexpr std::size_t mostFraming = std::size_t{32} * 1024;

    /// `body`: one that is whole and valid, from its first size line to the end of its trailers. It outlives this.
    explicit Dechunked(std::span<char> body);
    Dechunked(const Dechunked&) = delete;
    Dechunked& operator=(const Dechunked&) = delete;
    ~Dechunked();

    /// None where there is more framing than that; then the body is untouched.
    [[nodiscard]] std::optional<std::string_view> content() const noexcept;

private:
    std::span<char> body_;
    std::string framing_;
    bool apart_ = false;
};

} // namespace proxy::relay
