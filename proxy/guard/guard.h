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
    std::string_view body{};      ///< the whole, where it is needed
};

struct Judgement {
    Rule rule = Rule::none;
    std::string place{}; ///< "HostConfig.Mounts[0].Source", or a parameter's name; empty: the request itself
    std::string found{}; ///< the value that is refused, shortened, on one line whatever it holds

    [[nodiscard]] bool allowed() const noexcept { return rule == Rule::none; }
};

struct Judged;

/// What becomes of an operation. For whoever asks often, and would not have it looked for by name each time.
struct Treatment {
    Rule rule = Rule::none;         ///< refused by this, whatever the request says
    const Judged* judged = nullptr; ///< the request is to be judged
    bool needsBody = false;         ///< by its body, too

    [[nodiscard]] bool passes() const noexcept { return rule == Rule::none && judged == nullptr; }
};

class Guard {
public:
    explicit Guard(Settings settings);

    [[nodiscard]] bool on() const noexcept { return settings_.profile != Profile::off; }

    /// `operation`: as in Request. The method matters only where there is none.
    [[nodiscard]] Treatment treatmentOf(std::string_view operation, std::string_view method) const noexcept;

    /// Whether judge() must be given the body. Where the operation is refused whatever it says, it need not.
    [[nodiscard]] bool needsBody(std::string_view operation) const noexcept {
        return treatmentOf(operation, {}).needsBody;
    }

    /// What can be judged without the body.
    [[nodiscard]] Judgement judgeHead(const Treatment& treatment, const Request& request) const;
    /// The rest, where the treatment says that it is needed.
    [[nodiscard]] Judgement judgeBody(const Treatment& treatment, const Request& request) const;
    /// Both.
    [[nodiscard]] Judgement judge(const Request& request) const;

    [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

private:
    Settings settings_;
};

} // namespace proxy::guard
