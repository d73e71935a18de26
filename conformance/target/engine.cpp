#include "conformance/target/engine.h"

#include "conformance/net/socket.h"
#include "conformance/target/spawn.h"
#include "conformance/target/target.h"
#include "conformance/workspace.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ostream>
#include <string_view>

namespace conformance {
namespace {

struct Advice {
    std::string_view told; // by the command line, or by Target
    std::string_view todo;
};

constexpr std::array advices{
    Advice{"Cannot connect to the Docker daemon",
           "No engine answers. In a container the suite needs its socket: -v "
           "/var/run/docker.sock:/var/run/docker.sock"},
    Advice{"permission denied while trying to connect",
           "The engine's socket is for its group and for root: be one of them."},
    Advice{"bind source path does not exist",
           "The engine has no such folder, and it is where the socket of the daemon will be. In a container "
           "the suite "
           "shares it by the same name: -v /tmp/conformance:/tmp/conformance"},
    Advice{"Unable to find image", "The image is neither on the engine nor to be had: build it there, with "
                                   "the name that is given here."},
    Advice{"does not accept",
           "Where the image does not read BIND_CONFIG, say on which port it listens: --image-port 2375, or "
           "\"image_port\" in the adapter. In a container the suite needs --network host, to reach it."},
};

std::string adviceOn(std::string_view error) {
    const auto* fits = std::find_if(advices.begin(), advices.end(), [&](const Advice& one) {
        return error.find(one.told) != std::string_view::npos;
    });
    return fits == advices.end() ? "" : "\n" + std::string(fits->todo);
}

// A command line that is older than what the engine still understands speaks the oldest that it does: the few words
// that are used here have not changed.
void speakAsTheEngine() {
    const Fd output = newOutput();
    runToItsEnd({"docker", "version", "--format", "{{.Server.APIVersion}}"}, output);
    const std::string told = endOf(output, 2000);
    constexpr std::string_view before = "Minimum supported API version is ";
    const auto at = told.find(before);
    if (at == std::string::npos) return;
    const auto begin = at + before.size();
    const std::string version = told.substr(begin, told.find_first_not_of("0123456789.", begin) - begin);
    ::setenv("DOCKER_API_VERSION", version.c_str(), 1); // NOLINT(concurrency-mt-unsafe): there is one thread
}

// However long that takes: the time of a start is the proxy's. Where it fails, so does the start, and says why.
void fetch(const std::string& image, std::ostream& out) {
    if (!firstLineOf({"docker", "image", "inspect", "--format", "{{.Id}}", image}).empty()) return;
    out << "fetching " << image << std::endl;
    runToItsEnd({"docker", "pull", "--quiet", image}, newOutput());
}

} // namespace

std::string imageOf(const Adapter& adapter) {
    constexpr std::string_view before = "image:";
    for (const auto& word : adapter.command)
        if (word.starts_with(before)) return word.substr(before.size());
    return adapter.image;
}

void tryEngine(const Adapter& adapter, std::ostream& out) {
    const std::string image = imageOf(adapter);
    if (image.empty()) return;
    speakAsTheEngine();
    fetch(image, out);
    const Workspace folder;
    const std::string socketPath = folder.path() + "/docker.sock";
    const Fd daemon = listenUnix(socketPath);
    try {
        const Target trial(adapter, {}, socketPath);
    } catch (const TargetError& error) {
        throw TargetError(error.what() + adviceOn(error.what()));
    }
}

} // namespace conformance
