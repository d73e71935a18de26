// The access family's daemon: answers every request with an empty 200 that names the case, and notes what it
// saw.
//
// Its own rather than mockdocker's: the exhaustive run has millions of cases in minutes, wants one byte-exact
// answer whatever is asked, and lives in the same thread as the client so that both notes need no lock.
#pragma once

#include "conformance/access/observation.h"
#include "conformance/net/poller.h"
#include "conformance/target/adapter.h"

#include <memory>
#include <string>
#include <vector>

namespace conformance {

class Origin : private Poller::Handler {
public:
    /// Listens on `socketPath` for as long as it lives. What the adapter's target asks by itself is answered and not noted.
    Origin(Poller& poller, const std::string& socketPath, const Adapter& adapter);
    ~Origin() override;

    /// Where what is seen from now on is noted; bytes are kept of cases for which `expected` is false.
    void observe(Observations* observations, const std::vector<bool>* expected);

    void dropConnections();

private:
    class Connection;

    void ready(std::uint32_t events) override;
    void removeClosed();

    Poller& poller_;
    const Adapter& adapter_;
    Fd listener_;
    std::vector<std::unique_ptr<Connection>> connections_;
    Observations* observations_ = nullptr;
    const std::vector<bool>* expected_ = nullptr;
};

} // namespace conformance
