#include "proxy/confine/landlock.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace proxy::confine {

namespace {

// The header of Debian 12's kernel ends with ABI 2. Older kernels take the longer attribute while what they do not know
// is zero.
struct Attribute {
    std::uint64_t files = 0;
    std::uint64_t ports = 0;
    std::uint64_t scopes = 0;
};

// What each ABI can forbid in addition.
struct Addition {
    int abi;
    Attribute forbids;
};
constexpr std::array<Addition, 6> additions{{
    {1, {(1U << 13) - 1}},           // to execute, write, read, list, remove, and to make of each kind
    {2, {LANDLOCK_ACCESS_FS_REFER}}, // to link and rename across folders
    {3, {1U << 14}},                 // LANDLOCK_ACCESS_FS_TRUNCATE
    {4, {0, 3}},                     // LANDLOCK_ACCESS_NET_BIND_TCP, LANDLOCK_ACCESS_NET_CONNECT_TCP
    {5, {1U << 15}},                 // LANDLOCK_ACCESS_FS_IOCTL_DEV
    {6, {0, 0, 3}},                  // LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET, LANDLOCK_SCOPE_SIGNAL
}};

class Descriptor {
public:
    explicit Descriptor(long number) noexcept
        : number_(static_cast<int>(number)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

// A folder that may not be looked into is one out of which nothing could be removed either.
int allowRemoving(const Descriptor& rules, const std::string& folder) noexcept {
    const Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (opened.number() < 0) return 0;
    const landlock_path_beneath_attr rule{LANDLOCK_ACCESS_FS_REMOVE_FILE, opened.number()};
    return ::syscall(SYS_landlock_add_rule, rules.number(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0
               ? 0
               : errno;
}

} // namespace

Landlock restrictFiles(const std::vector<std::string>& folders) noexcept {
    const long abi =
        ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi <= 0) return {0, errno};
    Attribute attribute;
    for (const Addition& addition : additions)
        if (abi >= addition.abi) {
            attribute.files |= addition.forbids.files;
            attribute.ports |= addition.forbids.ports;
            attribute.scopes |= addition.forbids.scopes;
        }
    const Descriptor rules(::syscall(SYS_landlock_create_ruleset, &attribute, sizeof attribute, 0));
    if (rules.number() < 0) return {0, errno};
    for (const std::string& folder : folders)
        if (const int error = allowRemoving(rules, folder); error != 0) return {0, error};
    if (::syscall(SYS_landlock_restrict_self, rules.number(), 0) != 0) return {0, errno};
    return {static_cast<int>(abi), 0};
}

} // namespace proxy::confine
