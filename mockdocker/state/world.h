// The mock daemon's state: containers, execs, images, volumes. One lock; what is handed out is shared and its
// fields are read and changed under lock() only, except Stdio, which has a lock of its own.
#pragma once

#include "mockdocker/state/events.h"
#include "mockdocker/state/program.h"
#include "mockdocker/state/stdio.h"
#include "mockdocker/wire/threads.h"

#include <Poco/JSON/Object.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace mockdocker {

using Time = std::chrono::system_clock::time_point;

struct Container {
    std::string id;
    std::string name;
    std::string image;
    Poco::JSON::Object::Ptr config; ///< the create request's body
    Program program;
    bool terminal = false;
    bool openStdin = false;
    bool stdinOnce = false;
    bool autoRemove = false;
    std::string status = "created"; ///< created, running, paused, exited
    int exitCode = 0;
    int pid = 0;
    Time created{};
    Time started{};
    Time finished{};
    std::shared_ptr<Stdio> stdio;   ///< of the current run, or of the next when it is not running
    std::shared_ptr<Stdio> lastRun; ///< of the run that ended last
    [[nodiscard]] bool running() const { return status == "running" || status == "paused"; }
};

struct Exec {
    std::string id;
    std::shared_ptr<Container> container;
    Program program;
    bool terminal = false;
    bool attachStdin = false;
    bool attachStdout = true;
    bool attachStderr = true;
    bool started = false;
    int pid = 0;
    std::shared_ptr<Stdio> stdio;
};

struct Image {
    std::string id; ///< sha256:…
    std::vector<std::string> tags;
    std::uint64_t size = 4261514;
    Time created{};
    std::vector<std::string> command{"sh"};
};

struct Volume {
    std::string name;
    Time created{};
};

class World {
public:
    World();
    ~World() { shutdown(); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// Names beginning with "mock" always exist and never change: every route answers for them with its
    /// documented success, however often it is asked.
    [[nodiscard]] static bool evergreen(const std::string& name) { return name.starts_with("mock"); }

    [[nodiscard]] std::unique_lock<std::mutex> lock() const { return std::unique_lock(mutex_); }

    // ---- under lock() ----
    [[nodiscard]] std::shared_ptr<Container> findContainer(const std::string& nameOrId) const;
    [[nodiscard]] std::shared_ptr<Exec> findExec(const std::string& id) const;
    [[nodiscard]] std::shared_ptr<Image> findImage(const std::string& nameOrId) const;
    [[nodiscard]] const std::vector<std::shared_ptr<Container>>& containers() const { return containers_; }
    [[nodiscard]] std::vector<std::shared_ptr<Image>>& images() { return images_; }
    [[nodiscard]] std::map<std::string, Volume>& volumes() { return volumes_; }
    void add(const std::shared_ptr<Container>& container);
    void add(const std::shared_ptr<Exec>& exec);
    std::shared_ptr<Image> addImage(const std::string& reference);
    void start(const std::shared_ptr<Container>& container);
    void start(const std::shared_ptr<Exec>& exec);
    void remove(const std::shared_ptr<Container>& container);
    void note(const Container& container, const std::string& action,
              std::map<std::string, std::string> more = {});
    [[nodiscard]] int nextPid() { return ++pid_; }

    /// A running container outside the lists with a `cat` of its own: what evergreen names attach to.
    [[nodiscard]] std::shared_ptr<Container> privateContainer(const std::string& name);

    Events events;
    /// Kills every process and waits for them.
    void shutdown();

private:
    void launch(const Program& program, const std::shared_ptr<Stdio>& stdio, std::function<void(int)> ended);
    void ended(const std::shared_ptr<Container>& container, int exitCode);

    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<Container>> containers_; ///< newest first, as listed
    std::map<std::string, std::shared_ptr<Exec>> execs_;
    std::vector<std::shared_ptr<Image>> images_;
    std::map<std::string, Volume> volumes_;
    std::vector<std::weak_ptr<Stdio>> processes_;
    int pid_ = 1000;
    bool down_ = false;
    Threads threads_; ///< last: joined before the rest goes
};

/// 64 hexadecimal digits, never the same twice.
[[nodiscard]] std::string newId();
/// "busybox" -> "busybox:latest"; digests and tags stay.
[[nodiscard]] std::string withTag(const std::string& reference);
/// "docker.io/library/busybox" -> "busybox", as the daemon shows names.
[[nodiscard]] std::string familiarName(const std::string& reference);
/// RFC 3339 with nanoseconds; the zero time is "0001-01-01T00:00:00Z", as Go shows it.
[[nodiscard]] std::string rfc3339(Time time);
[[nodiscard]] std::int64_t unixSeconds(Time time);

} // namespace mockdocker
