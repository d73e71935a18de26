// A line of this proxy's log read back: what proxy/log writes, as text or as JSON, whatever a container
// engine, Compose or a journal has put in front of it. Earlier and later versions are read as well: behind
// what is needed anything may follow, and words of the form name=value may stand behind the client.
//
// Of a request's line only our own words are taken: its door, operation, verdict and rule. The target is
// the client's and may be cut.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace proxy::suggest {

struct Line {
    enum class Kind : std::uint8_t {
        request,
        event,   ///< ours, and not about a request
        foreign, ///< not ours
        broken,  ///< ours, and cut or changed: `operation` and the like say nothing
    } kind = Kind::foreign;
    std::string door;      ///< empty: it has none, or none with a name
    std::string operation; ///< "ContainerList"; "-": the daemon has none
    std::string verdict;   ///< allow, learn, deny, reject
    std::string rule;      ///< of the policy, or why the parser refused it
};

/// `text`: without line break.
[[nodiscard]] Line readLine(std::string_view text);

} // namespace proxy::suggest
