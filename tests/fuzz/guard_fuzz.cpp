// The guard: what it lets a client create is harmless also to a reader that ignores letter case, and takes
// HostConfig's keys at the top as well; more variables allow more, never less; and off, everything is allowed.
#include "proxy/guard/guard.h"
#include "proxy/guard/operations.h"
#include "proxy/json/reader.h"
#include "proxy/json/text.h"
#include "tests/fuzz/fuzz.h"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace proxy::guard;
using fuzz::require;
using proxy::json::Kind;

// As Go's: letters, and the two that fold onto ASCII's.
std::string folded(std::string_view raw) {
    std::string text;
    proxy::json::Octets octets(raw);
    for (int octet = octets.next(); octet >= 0; octet = octets.next())
        text += static_cast<char>(octet >= 'A' && octet <= 'Z' ? octet + 0x20 : octet);
    for (const auto& [from, to] : std::array<std::pair<std::string_view, std::string_view>, 2>{
             {{"\xc5\xbf", "s"}, {"\xe2\x84\xaa", "k"}}})
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from))
            text.replace(at, from.size(), to);
    return text;
}

bool isOf(std::string_view word, std::initializer_list<std::string_view> words) {
    for (const std::string_view each : words)
        if (each == word) return true;
    return false;
}

// One value of a key of HostConfig, or at the top.
void requireHarmless(const std::string& key, const proxy::json::Token& token, std::string_view text) {
    const bool isText = token.kind == Kind::text;
    if (key == "privileged") require(token.raw != "true", "nothing is privileged");
    if (isOf(key, {"pidmode", "ipcmode", "utsmode", "usernsmode", "cgroupnsmode", "networkmode"}) && isText)
        require(text != "host" && !text.starts_with("container:"), "no namespace is another's");
    if (key == "binds" && isText)
        require(!text.starts_with('/') || text.find(':') == std::string_view::npos,
                "nothing of the host's is mounted");
    if (isOf(key, {"volumesfrom", "devicecgrouprules"}) && isText)
        require(false, "no mounts or devices of others");
    if (isOf(key, {"devices", "devicerequests"})) require(token.kind != Kind::openObject, "no devices");
    if (isOf(key, {"cgroupparent", "cgroup", "initpath"}) && isText)
        require(text.empty(), "no control group");
    if (key == "securityopt" && isText)
        require(text.starts_with("no-new-privileges") || text == "seccomp=builtin", "confinement stays");
    if (key == "capadd" && isText)
        require(!isOf(text, {"all", "sys_admin", "cap_sys_admin", "sys_ptrace", "sys_module"}),
                "no more capabilities");
}

// Of Mounts, anywhere below.
void requireHarmlessMount(const std::string& key, const proxy::json::Token& token, std::string_view text) {
    if (key == "source" && token.kind == Kind::text)
        require(text.find('/') == std::string_view::npos && text.find('\\') == std::string_view::npos,
                "no mount has a path for a source");
    if (key == "type") require(isOf(text, {"volume", "tmpfs"}), "no mount is of a type of the host's");
}

void requireHarmlessCreate(std::string_view body) {
    const auto keys = std::make_unique_for_overwrite<proxy::json::Keys>();
    proxy::json::Reader reader(body, *keys);
    std::vector<std::string> at; // the key of each object that is open, nothing of an array
    for (auto token = reader.next(); token.kind != Kind::end; token = reader.next()) {
        require(token.kind != Kind::fault, "what is allowed can be read");
        if (token.kind == Kind::key) {
            at.back() = folded(token.raw);
            continue;
        }
        if (token.kind == Kind::closeObject || token.kind == Kind::closeArray) {
            at.pop_back();
            continue;
        }
        std::vector<std::string> path; // without arrays
        for (const std::string& each : at)
            if (!each.empty()) path.push_back(each);
        if (!path.empty() && path[0] == "hostconfig") path.erase(path.begin());
        const std::string text = token.kind == Kind::text ? folded(token.raw) : std::string();
        if (path.size() == 1) requireHarmless(path[0], token, text);
        if (path.size() == 2 && path[0] == "mounts") requireHarmlessMount(path[1], token, text);
        if (token.kind == Kind::openObject || token.kind == Kind::openArray) at.emplace_back();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    static const Guard off{Settings{}};
    static const Guard restricted{Settings{.profile = Profile::restricted, .exec = true}};
    static const Guard baseline{Settings{.profile = Profile::baseline, .exec = true}};
    static const Guard generous{Settings{.profile = Profile::baseline,
                                         .binds = {{"/"}},
                                         .host = {true, true, true, true, true, true, true},
                                         .caps = {"SYS_ADMIN"},
                                         .devices = {"/dev/fuse"},
                                         .gpu = true,
                                         .exec = true,
                                         .cp = true,
                                         .build = true}};
    const auto operations = judgedOperations();
    const Judged& operation = operations[data[0] % operations.size()];
    const fuzz::Copy copy(fuzz::text(data + 1, size - 1));
    Request request{"POST", operation.id, "1.41", "front", "", "application/json", 1, false, copy.view()};
    if (operation.body == BodyKind::unread) {
        request.body = {};
        request.query = copy.view();
    }
    const bool allowed = baseline.judge(request).allowed();
    require(off.judge(request).allowed(), "off, everything is allowed");
    require(allowed || !restricted.judge(request).allowed(), "restricted allows nothing more");
    require(!allowed || generous.judge(request).allowed(), "variables only allow");
    const Judgement judgement = baseline.judge(request);
    require(allowed || !describe(judgement.rule).name.empty(), "a refusal has a name");
    require(judgement.place.size() < 65 * 400 && judgement.found.size() < 400, "what is shown is bounded");
    for (const std::string_view shown :
         {std::string_view(judgement.place), std::string_view(judgement.found)})
        for (const char c : shown) require(c >= ' ' && c <= '~', "what is shown is plain");
    if (allowed && operation.id == "ContainerCreate") requireHarmlessCreate(request.body);
    return 0;
}
