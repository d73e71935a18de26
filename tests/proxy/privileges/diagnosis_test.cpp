// Why a socket cannot be reached: in words, for every way to look at it; and in truth, tried by whoever it may be.
#include "proxy/privileges/diagnosis.h"
#include "tests/proxy/privileges/child.h"
#include "tests/proxy/privileges/ways.h"
#include "tests/row_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

namespace proxy::privileges {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using End = Way::End;

// ---- In words ------------------------------------------------------------------------------------

struct Row {
    std::string_view id;
    int error;
    Identity who;
    Way way;
    std::string native;    // what follows the path
    std::string container; // the same, in a container
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.id;
}

const Identity nobodyAtAll{65534, 65534, {}};
const Identity rootItself{0, 0, {}};
const Owned shut{0, 0, 0700, "/run/user"};
const Owned strange{unmapped, unmapped, 0755, "/run"};

Way stale(Way way) {
    way.stale = true;
    return way;
}

Way link(std::string to) {
    Way way{{open}, End::missing, {}};
    way.link = std::move(to);
    return way;
}

const Row rows[] = {
    {"missing",
     ENOENT,
     nobodyAtAll,
     {{open}, End::missing, {}},
     " does not exist: start the daemon, or set SOCKET_PATH",
     " does not exist: start the daemon, mount its socket there, or set SOCKET_PATH"},
    {"missing-behind-a-link", ENOENT, nobodyAtAll, link("/elsewhere/docker.sock"),
     " is a link to /elsewhere/docker.sock, which does not exist: start the daemon, or set SOCKET_PATH",
     " is a link to /elsewhere/docker.sock, which does not exist in this container: mount the daemon's "
     "socket itself, "
     "or set SOCKET_PATH"},
    {"missing-in-a-stale-folder", ENOENT, nobodyAtAll, stale({{open}, End::missing, {}}),
     " was mounted from what its owner has removed since, as a daemon does that starts again: mount it "
     "again, or mount "
     "the folder that the socket is in",
     " was mounted from what its owner has removed since, as a daemon does that starts again: restart this "
     "container, "
     "or mount the folder that the socket is in"},
    {"refused", ECONNREFUSED, nobodyAtAll, socketOf(0, 999, 0666),
     " exists, but nothing listens on it (connection refused): is the daemon running?",
     " exists, but nothing listens on it (connection refused): is the daemon running?"},
    {"refused-stale", ECONNREFUSED, rootItself, stale(socketOf(0, 999, 0660)),
     " was mounted from what its owner has removed since, as a daemon does that starts again: mount it "
     "again, or mount "
     "the folder that the socket is in",
     " was mounted from what its owner has removed since, as a daemon does that starts again: restart this "
     "container, "
     "or mount the folder that the socket is in"},
    {"folder-writable",
     ECONNREFUSED,
     rootItself,
     {{open}, End::folder, {0, 0, 0755}},
     " is not a socket but a folder: set SOCKET_PATH to the daemon's socket",
     " is not a socket but a folder: mount the daemon's socket there, or set SOCKET_PATH (Docker makes a "
     "folder of a "
     "mount whose source is missing)"},
    {"folder-of-others",
     EACCES,
     nobodyAtAll,
     {{open}, End::folder, {0, 0, 0755}},
     " is not a socket but a folder: set SOCKET_PATH to the daemon's socket",
     " is not a socket but a folder: mount the daemon's socket there, or set SOCKET_PATH (Docker makes a "
     "folder of a "
     "mount whose source is missing)"},
    {"file-of-others",
     EACCES,
     nobodyAtAll,
     {{open}, End::file, {0, 0, 0644}},
     " is not a socket but a file: set SOCKET_PATH to the daemon's socket",
     " is not a socket but a file: mount the daemon's socket there, or set SOCKET_PATH"},
    {"group", EACCES, nobodyAtAll, socketOf(0, 999, 0660),
     " may not be opened (permission denied) by uid 65534 gid 65534; it belongs to uid 0 gid 999, mode 0660: "
     "run it as "
     "a member of group 999 (in a systemd unit: SupplementaryGroups=999), or start it again as root: it "
     "takes these "
     "ids at its start",
     " may not be opened (permission denied) by uid 65534 gid 65534; it belongs to uid 0 gid 999, mode 0660: "
     "run with "
     "--user 65534:999, or start it again as root: it takes these ids at its start"},
    {"group-asked-by-root", EACCES, rootItself, socketOf(1000, 999, 0660),
     " may not be opened (permission denied) by uid 0 gid 0; it belongs to uid 1000 gid 999, mode 0660: run "
     "it as a "
     "member of group 999 (in a systemd unit: SupplementaryGroups=999), or let it keep CAP_SETUID and "
     "CAP_SETGID at "
     "its start",
     " may not be opened (permission denied) by uid 0 gid 0; it belongs to uid 1000 gid 999, mode 0660: run "
     "with "
     "--user 65534:999, or add --cap-add SETUID --cap-add SETGID: it takes these ids then"},
    {"owner",
     EACCES,
     {65534, 999, {20}},
     socketOf(1000, 1000, 0600),
     " may not be opened (permission denied) by uid 65534 gid 999 groups 20; it belongs to uid 1000 gid "
     "1000, mode "
     "0600: run it as uid 1000 (in a systemd unit: User=1000), or start it again as root: it takes these ids "
     "at its "
     "start",
     " may not be opened (permission denied) by uid 65534 gid 999 groups 20; it belongs to uid 1000 gid "
     "1000, mode "
     "0600: run with --user 1000:1000, or start it again as root: it takes these ids at its start"},
    {"nobody-may", EACCES, rootItself, socketOf(0, 999, 0),
     " may not be opened (permission denied) by uid 0 gid 0; it belongs to uid 0 gid 999, mode 0000: let the "
     "socket's "
     "group write to it (chmod g+w), and enter the folders above it",
     " may not be opened (permission denied) by uid 0 gid 0; it belongs to uid 0 gid 999, mode 0000: let the "
     "socket's "
     "group write to it (chmod g+w), and enter the folders above it"},
    {"module",
     EACCES,
     {65534, 999, {}},
     socketOf(0, 999, 0660),
     " may not be opened (permission denied) by uid 65534 gid 999; it belongs to uid 0 gid 999, mode 0660: "
     "these "
     "permissions would do, so a security module (SELinux, AppArmor) forbids it: the kernel's log names the "
     "rule "
     "(journalctl --dmesg --grep denied)",
     " may not be opened (permission denied) by uid 65534 gid 999; it belongs to uid 0 gid 999, mode 0660: "
     "these "
     "permissions would do, so a security module (SELinux, AppArmor) forbids it: run with --security-opt "
     "label=disable, or with --security-opt apparmor=unconfined"},
    {"module-that-says-eperm",
     EPERM,
     {65534, 999, {}},
     socketOf(0, 999, 0660),
     " may not be opened (permission denied) by uid 65534 gid 999; it belongs to uid 0 gid 999, mode 0660: "
     "these "
     "permissions would do, so a security module (SELinux, AppArmor) forbids it: the kernel's log names the "
     "rule "
     "(journalctl --dmesg --grep denied)",
     " may not be opened (permission denied) by uid 65534 gid 999; it belongs to uid 0 gid 999, mode 0660: "
     "these "
     "permissions would do, so a security module (SELinux, AppArmor) forbids it: run with --security-opt "
     "label=disable, or with --security-opt apparmor=unconfined"},
    {"user-namespace", EACCES, nobodyAtAll, socketOf(unmapped, unmapped, 0660, {strange}),
     " may not be opened (permission denied) by uid 65534 gid 65534; it belongs to uid ? gid ?, mode 0660: "
     "that is "
     "nobody in this user namespace, whose ids are not the host's: run it outside of it",
     " may not be opened (permission denied) by uid 65534 gid 65534; it belongs to uid ? gid ?, mode 0660: "
     "that is "
     "nobody in this user namespace, whose ids are not the host's: run with --userns=host; a rootless engine "
     "reaches "
     "the sockets of its own user only"},
    {"folder-shut", EACCES, nobodyAtAll, socketOf(0, 999, 0666, {open, shut}),
     " may not be opened (permission denied) by uid 65534 gid 65534: the folder /run/user may not be entered "
     "(uid 0 "
     "gid 0, mode 0700): run it as a user, or in a group, that may enter",
     " may not be opened (permission denied) by uid 65534 gid 65534: the folder /run/user may not be entered "
     "(uid 0 "
     "gid 0, mode 0700): mount the socket itself, with --volume PATH:/var/run/docker.sock, or run with a "
     "--user that "
     "may enter"},
    {"folder-shut-by-a-module",
     EACCES,
     rootItself,
     {{open, shut}, End::hidden, {}},
     " may not be opened (permission denied) by uid 0 gid 0: the folder /run/user may not be entered (uid 0 "
     "gid 0, "
     "mode 0700): run it as a user, or in a group, that may enter",
     " may not be opened (permission denied) by uid 0 gid 0: the folder /run/user may not be entered (uid 0 "
     "gid 0, "
     "mode 0700): mount the socket itself, with --volume PATH:/var/run/docker.sock, or run with a --user "
     "that may "
     "enter"},
    {"file-on-the-way",
     ENOTDIR,
     rootItself,
     {{open}, End::missing, {}},
     " is not one (Not a directory): set SOCKET_PATH to the daemon's unix socket",
     " is not one (Not a directory): set SOCKET_PATH to the daemon's unix socket"},
    {"datagrams", EPROTOTYPE, rootItself, socketOf(0, 0, 0666),
     " is not one (Protocol wrong type for socket): set SOCKET_PATH to the daemon's unix socket",
     " is not one (Protocol wrong type for socket): set SOCKET_PATH to the daemon's unix socket"},
    {"full", EAGAIN, rootItself, socketOf(0, 0, 0666),
     " took no connection for 10 seconds: its accept queue is full",
     " took no connection for 10 seconds: its accept queue is full"},
    {"unheard-of",
     ELOOP,
     rootItself,
     {{open}, End::missing, {}},
     " cannot be reached: Too many levels of symbolic links",
     " cannot be reached: Too many levels of symbolic links"},
};

class DiagnosisTable : public testing::TestWithParam<Row> {};

TEST_P(DiagnosisTable, IsTold) {
    const Row& row = GetParam();
    const std::string begin = "the Docker daemon's socket /s";
    EXPECT_EQ(diagnose("/s", Finding{row.error, row.way, row.who, false}), begin + row.native);
    EXPECT_EQ(diagnose("/s", Finding{row.error, row.way, row.who, true}), begin + row.container);
}

INSTANTIATE_TEST_SUITE_P(Rows, DiagnosisTable, testing::ValuesIn(rows), tests::byId);

TEST(Diagnosis, OfNoDescriptorNamesNoSocket) {
    for (const int error : {EMFILE, ENFILE})
        EXPECT_THAT(diagnose("/s", Finding{error, {}, rootItself, false}),
                    AllOf(StartsWith("no file descriptor is left"), HasSubstr("ulimit -n")));
}

// ---- Tried ---------------------------------------------------------------------------------------

// Who asks: each in a child of its own, so that no row passes merely because of who runs the tests. For anybody but
// root, "nobody" is who runs them.
enum class Asking { root, nobody, inUserNamespace };

constexpr auto whoever = {Asking::root, Asking::nobody, Asking::inUserNamespace};

struct Tried {
    std::string_view id;
    bool needsRoot; ///< to make it
    void (*make)(const std::string& folder);
    void (*beforeAsking)(const std::string& folder); ///< in the child, before it becomes whom it will be
    std::string path;                                ///< in the folder
    std::map<Asking, std::string> told;
};

std::ostream& operator<<(std::ostream& out, const Tried& row) {
    return out << row.id;
}

void nothingMore(const std::string&) {}

// As a syslog does: alive, until the child ends.
void takeDatagrams(const std::string& folder) {
    (void)bindTo(folder + "/s", 0666, SOCK_DGRAM);
}

// What is mounted has been removed where it came from. In a mount namespace of the child's own.
void mountAndRemove(const std::string& folder) {
    const bool isFolder = std::filesystem::is_directory(folder + "/source");
    if (isFolder)
        std::filesystem::create_directory(folder + "/mounted");
    else
        std::ofstream(folder + "/mounted");
    mountPrivately(folder + "/source", folder + "/mounted");
    std::filesystem::remove(folder + "/source");
}

std::map<Asking, std::string> all(const std::string& text) {
    return {{Asking::root, text}, {Asking::nobody, text}, {Asking::inUserNamespace, text}};
}

const Tried tried[] = {
    {"missing", false, nothingMore, nothingMore, "/s", all(" does not exist: ")},
    {"missing-folder", false, nothingMore, nothingMore, "/no/s", all(" does not exist: ")},
    {"link-to-nothing", false,
     [](const std::string& folder) { std::filesystem::create_symlink("nowhere", folder + "/s"); },
     nothingMore, "/s", all(" is a link to nowhere, which does not exist")},
    {"refused", false, [](const std::string& folder) { makeSocket(folder + "/s", 0666); }, nothingMore, "/s",
     all("nothing listens on it")},
    {"folder-anybody-s", false,
     [](const std::string& folder) {
         std::filesystem::create_directory(folder + "/s");
         ::chmod((folder + "/s").c_str(), 0777);
     },
     nothingMore, "/s", all(" is not a socket but a folder")},
    {"folder-nobody-s", false,
     [](const std::string& folder) {
         std::filesystem::create_directory(folder + "/s");
         ::chmod((folder + "/s").c_str(), 0555);
     },
     nothingMore, "/s", all(" is not a socket but a folder")},
    {"file-nobody-s", false,
     [](const std::string& folder) {
         std::ofstream(folder + "/s") << "text";
         ::chmod((folder + "/s").c_str(), 0444);
     },
     nothingMore, "/s", all(" is not a socket but a file")},
    {"file-on-the-way", false, [](const std::string& folder) { std::ofstream(folder + "/file") << "text"; },
     nothingMore, "/file/s", all("Not a directory")},
    {"datagrams", false, nothingMore, takeDatagrams, "/s", all("is not one (Protocol wrong type")},
    {"nobody-may",
     false,
     [](const std::string& folder) { makeSocket(folder + "/s", 0); },
     nothingMore,
     "/s",
     {{Asking::root, "let the socket's group write to it"},
      {Asking::nobody, "let the socket's group write to it"},
      {Asking::inUserNamespace, ""}}}, // whose ids hold the owner or not: as root runs it or not
    {"folder-shut", false,
     [](const std::string& folder) {
         std::filesystem::create_directory(folder + "/shut");
         makeSocket(folder + "/shut/s", 0666);
         ::chmod((folder + "/shut").c_str(), 0);
     },
     nothingMore, "/shut/s", all("/shut may not be entered (")},
    {"group",
     true,
     [](const std::string& folder) {
         makeSocket(folder + "/s", 0660);
         EXPECT_EQ(::chown((folder + "/s").c_str(), 4712, 4711), 0);
     },
     nothingMore,
     "/s",
     {{Asking::root,
       "by uid 0 gid 0; it belongs to uid 4712 gid 4711, mode 0660: run it as a member of group 4711"},
      {Asking::nobody,
       "by uid 65534 gid 65534; it belongs to uid 4712 gid 4711, mode 0660: run it as a member of "},
      {Asking::inUserNamespace,
       "by uid 0 gid 0; it belongs to uid ? gid ?, mode 0660: that is nobody in this user "
       "namespace"}}},
    {"owner",
     true,
     [](const std::string& folder) {
         makeSocket(folder + "/s", 0600);
         EXPECT_EQ(::chown((folder + "/s").c_str(), 4712, 4711), 0);
     },
     nothingMore,
     "/s",
     {{Asking::root, "run it as uid 4712"},
      {Asking::nobody, "run it as uid 4712"},
      {Asking::inUserNamespace, "that is nobody in this user namespace"}}},
    {"stale-socket", false, [](const std::string& folder) { makeSocket(folder + "/source", 0666); },
     mountAndRemove, "/mounted", all(" was mounted from what its owner has removed since")},
    {"stale-folder", false,
     [](const std::string& folder) { std::filesystem::create_directory(folder + "/source"); }, mountAndRemove,
     "/mounted/s", all(" was mounted from what its owner has removed since")},
};

class Asked : public testing::TestWithParam<std::tuple<Tried, Asking>> {
protected:
    void SetUp() override {
        std::string pattern = "/tmp/diagnosis-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        ASSERT_EQ(::chmod(folder_.c_str(), 0777), 0);
    }
    void TearDown() override {
        ::chmod((folder_ + "/shut").c_str(), 0700);
        std::filesystem::remove_all(folder_);
    }
    std::string folder_;
};

TEST_P(Asked, Tells) {
    const auto& [row, asking] = GetParam();
    const bool isRoot = ::geteuid() == 0;
    if ((row.needsRoot || asking == Asking::root) && !isRoot)
        GTEST_SKIP() << "only root can be, or make, all of them";
    const bool mounts = row.beforeAsking == mountAndRemove;
    if (mounts && asking == Asking::nobody && !isRoot)
        GTEST_SKIP() << "mounts are root's, or a user namespace's";
    row.make(folder_);
    const std::string told = inChild([&, &row = row, asking = asking] {
        if (asking == Asking::inUserNamespace ? !enterUserNamespace() : mounts && ::unshare(CLONE_NEWNS) != 0)
            return std::string("no namespace");
        row.beforeAsking(folder_);
        if (asking == Asking::nobody && isRoot && !becomeNobody()) return std::string("not nobody");
        dropCapabilities();
        const std::string path = folder_ + row.path;
        const int error = connectTo(path);
        return error == 0 ? "reached" : diagnose(path, Finding{error, wayTo(path), ownIdentity(), false});
    });
    if (told.starts_with("no namespace")) GTEST_SKIP() << "this kernel gives no user namespace";
    EXPECT_THAT(told.substr(0, told.find('\n')),
                AllOf(StartsWith("the Docker daemon's socket " + folder_ + row.path),
                      HasSubstr(row.told.at(asking))));
}

std::string nameOf(const testing::TestParamInfo<std::tuple<Tried, Asking>>& row) {
    static const std::map<Asking, std::string> askers{
        {Asking::root, "_root"}, {Asking::nobody, "_nobody"}, {Asking::inUserNamespace, "_user_namespace"}};
    return tests::rowName(std::get<Tried>(row.param).id) + askers.at(std::get<Asking>(row.param));
}

INSTANTIATE_TEST_SUITE_P(Rows, Asked, testing::Combine(testing::ValuesIn(tried), testing::ValuesIn(whoever)),
                         nameOf);

} // namespace
} // namespace proxy::privileges
