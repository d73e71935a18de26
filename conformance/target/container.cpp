#include "conformance/target/container.h"

#include "conformance/target/spawn.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <unistd.h>

namespace conformance {

std::string newContainerName() {
    // Not of the process id: in its own container each suite is process 1.
    static const std::string run = std::to_string(std::random_device()());
    static std::atomic<unsigned> next{1};
    return "socket-proxy-conformance-" + run + "-" + std::to_string(next++);
}

std::vector<std::string> runCommand(const Adapter& adapter, const Container& container,
                                    const Environment& environment) {
    std::vector<std::string> words{"docker", "run", "--rm"};
    const auto option = [&](const char* name, const std::string& value) {
        words.emplace_back(name);
        words.push_back(value);
    };
    // Not --volume: that makes a folder where the source is missing, as it is to an engine that has other folders.
    const auto mount = [&](const std::string& source, const std::string& target) {
        option("--mount", "type=bind,source=" + source + ",target=" + target);
    };
    const std::string folder = std::filesystem::path(container.socketPath).parent_path().string();
    option("--name", container.name);
    mount(folder, folder);
    // For images that do not read SOCKET_PATH.
    if (std::filesystem::exists(container.socketPath)) mount(container.socketPath, "/var/run/docker.sock");
    // The sockets are the suite's group's, as a daemon's are its group's: an image that is an ordinary user is run so.
    option("--group-add", std::to_string(::getegid()));
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
    const auto text = firstLineOf({"docker", "inspect", "--format", "{{.State.Pid}} {{.Id}}", name});
    const std::string pid = text.substr(0, text.find(' '));
    const std::string id = text.substr(std::min(text.size(), pid.size() + 1));
    std::ifstream groups("/proc/" + pid + "/cgroup"); // named after the container
    const std::string named{std::istreambuf_iterator<char>(groups), {}};
    if (id.empty() || named.find(id) == std::string::npos) return -1;
    return static_cast<pid_t>(std::strtol(pid.c_str(), nullptr, 10));
}

void removeContainers(const std::vector<std::string>& names) {
    std::vector<std::string> words{"docker", "rm", "--force"};
    words.insert(words.end(), names.begin(), names.end());
    runToItsEnd(std::move(words), newOutput());
}

} // namespace conformance
