// May a request that the door's grants allow reach the daemon, when clients must not reach the host?
//
// A guarded operation takes one form of input only, which every reader takes for the same: whoever imitates
// the daemon's (letter case, repeated keys, merged objects, forms over queries) is passed sooner or later. The
// client's octets go on as they came. What is refused has a rule, the place in the body, and the variable that
// would allow it.
//
// Pure: no sockets, no state; used by any thread. A judgement allocates the reader's memory (json::Keys), once,
// and its texts where it refuses.
#pragma once

#include "proxy/guard/rule.h"
#include "proxy/guard/settings.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace proxy::guard {

struct Request {
    std::string_view method;
    std::string_view operation; ///< policy::Operation's id; empty where there is none
    std::string_view version{}; ///< as the path has it, without the "v": "1.41"; empty where it has none
    std::string_view name{};    ///< the path's first variable part, percent-decoded once, as the daemon does
    std::string_view query{};   ///< as it came, without the "?"
    std::string_view contentType{};
    std::size_t contentTypes = 0; ///< how many such fields there are
    bool encoded = false;         ///< there is a Content-Encoding
    std::string_view body{};      ///< the whole, where needsBody says so
};

struct Judgement {
    Rule rule = Rule::none;
    std::string place{}; ///< "HostConfig.Mounts[0].Source", or a parameter's name; empty: the request itself
    std::string found{}; ///< the value that is refused, shortened, on one line whatever it holds

    [[nodiscard]] bool allowed() const noexcept { return rule == Rule::none; }
};

class Guard {
public:
    explicit Guard(Settings settings);

    /// Whether judge() must be given the body. Where the operation is refused whatever it says, it need not.
    [[nodiscard]] bool needsBody(std::string_view operation) const noexcept;

    [[nodiscard]] Judgement judge(const Request& request) const;

    [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

private:
    Settings settings_;
};

} // namespace proxy::guard
