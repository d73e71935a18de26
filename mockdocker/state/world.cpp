#include "mockdocker/state/world.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <random>

namespace mockdocker {
namespace {

// An engine needs tens of milliseconds to start a process. Clients have come to depend on it: docker-py loses
// output that arrives together with the head of the 101.
constexpr std::chrono::duration<double> startLatency(0.02);

} // namespace

std::string newId() {
    static std::mutex mutex;
    static std::mt19937_64 generator{std::random_device{}()};
    const std::lock_guard lock(mutex);
    constexpr std::string_view hex = "0123456789abcdef";
    std::string id;
    while (id.size() < 64) id.push_back(hex[generator() % 16]);
    return id;
}

std::string withTag(const std::string& reference) {
    const auto slash = reference.rfind('/');
    const auto colon = reference.find(':', slash == std::string::npos ? 0 : slash);
    return colon == std::string::npos && reference.find('@') == std::string::npos ? reference + ":latest"
                                                                                  : reference;
}

std::string familiarName(const std::string& reference) {
    for (const std::string_view registry : {"docker.io/library/", "docker.io/", "library/"}) {
        if (reference.starts_with(registry)) return reference.substr(registry.size());
    }
    return reference;
}

std::string rfc3339(Time time) {
    if (time == Time{}) return "0001-01-01T00:00:00Z";
    const std::time_t seconds = unixSeconds(time);
    const auto rest =
        std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count() % 1000000000;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &utc);
    std::string digits = std::to_string(rest);
    digits.insert(0, 9 - digits.size(), '0');
    return std::string(text.data(), size) + digits + "Z";
}

std::int64_t unixSeconds(Time time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

World::World() {
    addImage("busybox:latest");
    addImage("alpine:latest");
}

std::shared_ptr<Container> World::findContainer(const std::string& nameOrId) const {
    const std::string name = nameOrId.starts_with('/') ? nameOrId.substr(1) : nameOrId;
    if (name.empty()) return nullptr;
    const auto exact =
        std::ranges::find_if(containers_, [&](const auto& c) { return c->id == name || c->name == name; });
    if (exact != containers_.end()) return *exact;
    const auto prefix =
        std::ranges::find_if(containers_, [&](const auto& c) { return c->id.starts_with(name); });
    return prefix == containers_.end() ? nullptr : *prefix;
}

std::shared_ptr<Exec> World::findExec(const std::string& id) const {
    const auto at = execs_.find(id);
    return at == execs_.end() ? nullptr : at->second;
}

std::shared_ptr<Image> World::findImage(const std::string& nameOrId) const {
    const std::string name = familiarName(nameOrId);
    const std::string tagged = withTag(name);
    const auto at = std::ranges::find_if(images_, [&](const auto& image) {
        return image->id == name || (name.size() >= 4 && image->id.starts_with("sha256:" + name)) ||
               std::ranges::find(image->tags, tagged) != image->tags.end();
    });
    return at == images_.end() ? nullptr : *at;
}

void World::add(const std::shared_ptr<Container>& container) {
    containers_.insert(containers_.begin(), container);
}

void World::add(const std::shared_ptr<Exec>& exec) {
    execs_[exec->id] = exec;
}

std::shared_ptr<Image> World::addImage(const std::string& reference) {
    if (auto known = findImage(reference)) return known;
    auto image = std::make_shared<Image>();
    image->id = "sha256:" + newId();
    image->tags = {withTag(familiarName(reference))};
    image->created = std::chrono::system_clock::now();
    return images_.emplace_back(std::move(image));
}

void World::note(const Container& container, const std::string& action,
                 std::map<std::string, std::string> more) {
    more.emplace("image", container.image);
    more.emplace("name", container.name);
    const auto labels = container.config ? container.config->getObject("Labels") : nullptr;
    if (labels) {
        for (const auto& [key, value] : *labels) more.emplace(key, value.toString());
    }
    events.add("container", action, container.id, std::move(more));
}

void World::launch(const Program& program, const std::shared_ptr<Stdio>& stdio,
                   std::function<void(int)> ended) {
    if (down_) stdio->kill(SIGKILL);
    std::erase_if(processes_, [](const auto& process) { return process.expired(); });
    processes_.push_back(stdio);
    threads_.run([program, stdio, ended = std::move(ended)] {
        stdio->sleep(startLatency);
        ended(run(program, *stdio));
    });
}

void World::start(const std::shared_ptr<Container>& container) {
    container->status = "running";
    container->started = std::chrono::system_clock::now();
    container->pid = nextPid();
    container->exitCode = 0;
    note(*container, "start");
    launch(container->program, container->stdio, [this, container](int code) { ended(container, code); });
}

void World::ended(const std::shared_ptr<Container>& container, int exitCode) {
    const auto guard = lock();
    container->status = "exited";
    container->exitCode = exitCode;
    container->pid = 0;
    container->finished = std::chrono::system_clock::now();
    container->lastRun = container->stdio;
    // The next run continues the log.
    container->stdio =
        std::make_shared<Stdio>(container->terminal, container->openStdin, container->stdio->outputFrom(0));
    note(*container, "die", {{"exitCode", std::to_string(exitCode)}});
    container->lastRun->finish(exitCode); // before the removal: who waits for that asks for the exit code
    if (container->autoRemove && !down_) remove(container);
}

void World::start(const std::shared_ptr<Exec>& exec) {
    exec->started = true;
    exec->pid = nextPid();
    note(*exec->container, "exec_start: " + exec->program.arguments.front(), {{"execID", exec->id}});
    launch(exec->program, exec->stdio, [this, exec](int code) {
        const auto guard = lock();
        note(*exec->container, "exec_die", {{"execID", exec->id}, {"exitCode", std::to_string(code)}});
        exec->stdio->finish(code);
    });
}

void World::remove(const std::shared_ptr<Container>& container) {
    std::erase(containers_, container);
    note(*container, "destroy");
    if (container->lastRun) container->lastRun->markRemoved();
    container->stdio->markRemoved();
}

std::shared_ptr<Container> World::privateContainer(const std::string& name) {
    auto container = std::make_shared<Container>();
    container->id = newId();
    container->name = name;
    container->image = "busybox";
    container->config = new Poco::JSON::Object;
    container->program.arguments = {"cat"};
    container->openStdin = true;
    container->stdinOnce = true;
    container->status = "running";
    container->stdio = std::make_shared<Stdio>(false);
    launch(container->program, container->stdio,
           [stdio = container->stdio](int code) { stdio->finish(code); });
    return container;
}

void World::shutdown() {
    {
        const auto guard = lock();
        down_ = true;
        for (const auto& process : processes_) {
            if (const auto stdio = process.lock()) stdio->kill(SIGKILL);
        }
    }
    threads_.join();
}

} // namespace mockdocker
