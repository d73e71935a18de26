#include "conformance/target/container.h"

#include "conformance/target/spawn.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <tuple>
#include <unistd.h>

namespace conformance {

std::string newContainerName() {
    static std::atomic<unsigned> next{1};
    return "socket-proxy-conformance-" + std::to_string(::getpid()) + "-" + std::to_string(next++);
}

std::vector<std::string> runCommand(const Adapter& adapter, const Container& container,
                                    const Environment& environment) {
    std::vector<std::string> words{"docker", "run", "--rm"};
    const auto option = [&](const char* name, const std::string& value) {
        words.emplace_back(name);
        words.push_back(value);
    };
    const std::string folder = std::filesystem::path(container.socketPath).parent_path().string();
    option("--name", container.name);
    option("--volume", folder + ":" + folder);
    // For images that do not read SOCKET_PATH. Docker makes a folder where a mount's source is missing.
    if (std::filesystem::exists(container.socketPath))
        option("--volume", container.socketPath + ":/var/run/docker.sock");
    if (adapter.imagePort == 0)
        option("--network", "host");
    else
        option("--publish",
               "127.0.0.1:" + std::to_string(container.port) + ":" + std::to_string(adapter.imagePort));
    if (container.openFiles != 0) option("--ulimit", "nofile=" + std::to_string(container.openFiles));
    for (const auto& [name, value] : environment)
        if (name != "BIND_CONFIG" || adapter.imagePort == 0)
            option("--env", std::string(name).append("=").append(value));
    words.push_back(adapter.image);
    return words;
}

pid_t processOf(const std::string& name) {
    const auto text = firstLineOf({"docker", "inspect", "--format", "{{.State.Pid}}", name});
    const auto pid = static_cast<pid_t>(std::strtol(text.c_str(), nullptr, 10));
    return pid > 0 ? pid : -1;
}

void removeContainer(const std::string& name) {
    std::ignore = firstLineOf({"docker", "rm", "--force", name});
}

} // namespace conformance
