#include "proxy/guard/body.h"

#include "proxy/guard/ascii.h"
#include "proxy/guard/shown.h"
#include "proxy/guard/values.h"
#include "proxy/json/reader.h"
#include "proxy/json/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>

namespace proxy::guard {
namespace {

using json::Kind;
using json::Token;

// In the order of json::Fault.
constexpr Rule ruleOf(json::Fault fault) noexcept {
    return static_cast<Rule>(static_cast<std::size_t>(Rule::jsonSyntax) + static_cast<std::size_t>(fault) -
                             1);
}
static_assert(ruleOf(json::Fault::syntax) == Rule::jsonSyntax);
static_assert(ruleOf(json::Fault::incomplete) == Rule::jsonIncomplete);

// In the order of Shape: the containers around a leaf.
constexpr std::array<std::string_view, 5> wrappings{"", "[", "{", "{[", "[["};

// null, false, 0 and "" are what a command line sends for what its user did not ask for. [] and {} are not:
// an empty MaskedPaths unmasks.
bool isZero(const Token& token) noexcept {
    switch (token.kind) {
    case Kind::null:
        return true;
    case Kind::boolean:
        return token.raw == "false";
    case Kind::number:
        return token.raw == "0";
    case Kind::text:
        return token.raw.empty();
    default:
        return false;
    }
}

bool isInteger(std::string_view number) noexcept {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    return error == std::errc{} && end == number.data() + number.size();
}

bool isAscii(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Of keys, values and ends of objects and arrays. Usual bodies have some hundreds; one of 4 MiB can have two
// millions, or keys whose hashes collide, and would keep everybody else waiting for 70 ms.
constexpr std::size_t mostTokens = std::size_t{16} * 1024;

// What has been seen of objects that are judged at their end.
struct Mount {
    std::string_view type;   // one of three words, or empty
    std::string_view source; // not unescaped
    bool readOnly = false;
    bool writesBelow = false;
};

struct Log {
    bool hasType = false;
    bool hasOptions = false;
};

struct Create {
    bool networkMode = false;
    bool user = false;
    bool noNewPrivileges = false;
    bool dropsAll = false;
};

class Walk {
public:
    Walk(const Settings& settings, Object root, std::string_view body, json::Keys& keys) noexcept
        : settings_(settings)
        , root_(root)
        , reader_(body, keys) {}

    [[nodiscard]] Judgement run();

private:
    enum class In : std::uint8_t { object, map, array };

    struct Frame {
        In in;
        Object object;     // whose keys are known, of an object
        std::size_t level; // how many containers of the row's type are open, of a map or array
        const Key* row;    // of the value that comes next; null where its key is not known
        std::string_view key{};
        std::size_t count = 0; // of elements so far
    };

    [[nodiscard]] Rule take(const Token& token);
    [[nodiscard]] Rule takeKey(std::string_view raw);
    [[nodiscard]] Rule takeUnknownKey(const Frame& frame, std::string_view name) noexcept;
    [[nodiscard]] Rule takeValue(const Token& token);
    [[nodiscard]] Rule takeLeaf(const Frame& frame, const Token& token);
    [[nodiscard]] Rule openObject(const Frame& frame);
    [[nodiscard]] Rule judgeLeaf(const Frame& frame, const Token& token);
    [[nodiscard]] Rule note(const Key& row, std::string_view value, std::string_view raw);
    [[nodiscard]] Rule close();
    [[nodiscard]] Rule closeMount();
    [[nodiscard]] Rule closeCreate();
    [[nodiscard]] Rule closePaths(Note note) noexcept;
    [[nodiscard]] std::optional<std::string_view> readable(std::string_view raw) noexcept;
    [[nodiscard]] Rule at(std::string_view field, Rule rule) noexcept;
    [[nodiscard]] Judgement refusal(Rule rule) const;

    Frame& top() noexcept { return frames_[depth_ - 1]; }
    void push(const Frame& frame) noexcept { frames_[depth_++] = frame; }

    const Settings& settings_;
    Object root_;
    json::Reader reader_;
    std::array<Frame, json::maxDepth> frames_{};
    std::size_t depth_ = 0;
    Rule ifNotZero_ = Rule::none; // of an unknown key's value
    std::string_view found_;      // what is judged

    Mount mount_;
    Log log_;
    bool hasDevicePath_ = false;
    std::uint32_t paths_ = 0; // of MaskedPaths or ReadonlyPaths
    Create create_;
    std::array<char, 4096> room_; // a path is no longer
};

Judgement Walk::run() {
    std::size_t count = 0;
    for (Token token = reader_.next(); token.kind != Kind::end; token = reader_.next()) {
        if (++count > mostTokens) {
            found_ = {};
            return refusal(Rule::jsonValues);
        }
        const Rule rule = take(token);
        if (rule != Rule::none) return refusal(rule);
    }
    return {};
}

Rule Walk::take(const Token& token) {
    switch (token.kind) {
    case Kind::fault:
        found_ = {};
        if (depth_ != 0 && !token.raw.empty()) top().key = token.raw;
        return ruleOf(reader_.fault());
    case Kind::key:
        return takeKey(token.raw);
    case Kind::closeObject:
    case Kind::closeArray:
        return close();
    default:
        return takeValue(token);
    }
}

// ---- Keys -------------------------------------------------------------------------------------------
Rule Walk::takeKey(std::string_view raw) {
    Frame& frame = top();
    frame.key = raw;
    found_ = {};
    if (frame.in == In::map) {
        if (frame.row->note == Note::logOption) log_.hasOptions = true;
        if (frame.row->judge == nullptr) return Rule::none;
        const auto name = readable(raw);
        return name ? frame.row->judge(settings_, *name) : Rule::jsonText;
    }
    const auto name = json::unescaped(raw, room_); // the reader takes no control characters in keys
    if (!name) return Rule::jsonText;
    frame.row = findKey(frame.object, *name);
    return frame.row != nullptr ? Rule::none : takeUnknownKey(frame, *name);
}

// The daemon's decoder finds a key that has no field of its very name by Unicode's folding, and of two that
// come to the same field the last wins, also with null: an unknown "hostconfig":null would take HostConfig
// away, an unknown "user":"" would make it root.
Rule Walk::takeUnknownKey(const Frame& frame, std::string_view name) noexcept {
    if (!isAscii(name) || foldsOntoKey(frame.object, name)) return Rule::jsonFoldedKey;
    ifNotZero_ = Rule::jsonUnknownKey;
    if (frame.object != Object::createRequest) return Rule::none;
    if (findKey(Object::hostConfig, name) != nullptr)
        ifNotZero_ = Rule::createTopLevel;
    else if (foldsOntoKey(Object::hostConfig, name))
        return Rule::jsonFoldedKey;
    return Rule::none;
}

// ---- Values -----------------------------------------------------------------------------------------
Rule Walk::takeValue(const Token& token) {
    if (depth_ == 0) return push({In::object, root_, 0, nullptr}), Rule::none;
    Frame& frame = top();
    found_ = token.raw;
    if (frame.in == In::array) ++frame.count;
    if (frame.row == nullptr) return isZero(token) ? Rule::none : ifNotZero_;
    // An absent element is no element: daemons differ, or fail, where they meet one.
    if (token.kind == Kind::null) return frame.in == In::array ? Rule::jsonType : Rule::none;
    const std::string_view wrapping = wrappings[static_cast<std::size_t>(frame.row->type.shape)];
    if (frame.level == wrapping.size()) return takeLeaf(frame, token);
    const bool isMap = wrapping[frame.level] == '{';
    if (token.kind != (isMap ? Kind::openObject : Kind::openArray)) return Rule::jsonType;
    paths_ = 0;
    push({isMap ? In::map : In::array, Object::nothing, frame.level + 1, frame.row});
    return Rule::none;
}

Rule Walk::takeLeaf(const Frame& frame, const Token& token) {
    switch (frame.row->type.leaf) {
    case Leaf::object:
        return token.kind == Kind::openObject ? openObject(frame) : Rule::jsonType;
    case Leaf::boolean:
        return token.kind == Kind::boolean ? judgeLeaf(frame, token) : Rule::jsonType;
    case Leaf::integer:
        if (token.kind != Kind::number) return Rule::jsonType;
        return isInteger(token.raw) ? judgeLeaf(frame, token) : Rule::jsonRange;
    case Leaf::text:
        return token.kind == Kind::text ? judgeLeaf(frame, token) : Rule::jsonType;
    }
    return Rule::jsonType;
}

constexpr bool isMap(Shape shape) noexcept {
    return shape == Shape::map || shape == Shape::mapOfLists;
}

Rule Walk::openObject(const Frame& frame) {
    const Key& row = *frame.row;
    if (row.judge != nullptr && !isMap(row.type.shape)) {
        const Rule rule = row.judge(settings_, {});
        if (rule != Rule::none) return rule;
    }
    switch (row.type.object) {
    case Object::mount:
        mount_ = {};
        break;
    case Object::logConfig:
        log_ = {};
        break;
    case Object::device:
        hasDevicePath_ = false;
        break;
    default:
        break;
    }
    push({In::object, row.type.object, 0, nullptr});
    return Rule::none;
}

Rule Walk::judgeLeaf(const Frame& frame, const Token& token) {
    const Key& row = *frame.row;
    if (frame.in == In::object && isZero(token)) return Rule::none;
    if (row.judge == nullptr && row.note == Note::nothing) return Rule::none;
    const auto value = readable(token.raw);
    if (!value) return Rule::jsonText;
    if (isMap(row.type.shape)) // its keys have been judged
        return row.note == Note::tmpfsOptions ? judgeTmpfsOptions(*value) : Rule::none;
    const Rule rule = row.judge == nullptr ? Rule::none : row.judge(settings_, *value);
    return rule != Rule::none ? rule : note(row, *value, token.raw);
}

Rule Walk::note(const Key& row, std::string_view value, std::string_view raw) {
    static constexpr std::array<std::string_view, 3> mountTypes{"bind", "volume", "tmpfs"};
    switch (row.note) {
    case Note::mountType: {
        const auto* const found = std::ranges::find(mountTypes, value);
        if (found == mountTypes.end()) return Rule::createMountType;
        mount_.type = *found;
        break;
    }
    case Note::mountSource:
        mount_.source = raw;
        break;
    case Note::mountReadOnly:
        mount_.readOnly = true;
        break;
    case Note::mountWritesBelow:
        mount_.writesBelow = true;
        break;
    case Note::logType:
        log_.hasType = true;
        break;
    case Note::devicePath:
        hasDevicePath_ = true;
        break;
    case Note::networkMode:
        create_.networkMode = true;
        break;
    case Note::user:
        create_.user = true;
        break;
    case Note::securityOpt:
        create_.noNewPrivileges = create_.noNewPrivileges || isNoNewPrivileges(value);
        break;
    case Note::capDrop:
        create_.dropsAll = create_.dropsAll || isAllCapabilities(value);
        break;
    case Note::maskedPaths:
        paths_ |= maskedPath(value);
        break;
    case Note::readonlyPaths:
        paths_ |= readonlyPath(value);
        break;
    case Note::nothing:
    case Note::logOption:
    case Note::tmpfsOptions:
        break;
    }
    return Rule::none;
}

// ---- Ends -------------------------------------------------------------------------------------------
Rule Walk::close() {
    const Frame& frame = top();
    found_ = {};
    Rule rule = Rule::none;
    if (frame.in == In::array) {
        rule = closePaths(frame.row->note);
    } else if (frame.in == In::object) {
        if (frame.object == Object::mount) rule = closeMount();
        if (frame.object == Object::logConfig && log_.hasOptions && !log_.hasType)
            rule = at("Type", Rule::createLogDriver);
        if (frame.object == Object::device && !hasDevicePath_) rule = at("PathOnHost", Rule::createDevice);
        if (frame.object == Object::createRequest) rule = closeCreate();
        // The container's own user is not known here; it may be one that other doors made, of root.
        if (frame.object == Object::execRequest && settings_.profile == Profile::restricted && !create_.user)
            rule = at("User", Rule::execUser);
    }
    if (rule == Rule::none) --depth_;
    return rule;
}

Rule Walk::closeMount() {
    if (mount_.type.empty()) return at("Type", Rule::createMountType);
    const auto source = readable(mount_.source);
    found_ = mount_.source;
    if (!source) return at("Source", Rule::jsonText);
    if (mount_.type == "bind")
        return at("Source", judgeHostPath(settings_, *source, mount_.readOnly && !mount_.writesBelow));
    if (source->empty()) return Rule::none;
    return at("Source", mount_.type == "volume" ? judgeVolumeName(*source) : Rule::createMountSource);
}

Rule Walk::closeCreate() {
    // The default is a network, too.
    if (!create_.networkMode) {
        const Rule rule = at("HostConfig.NetworkMode", judgeNetwork(settings_, "default"));
        if (rule != Rule::none) return rule;
    }
    if (settings_.profile != Profile::restricted) return Rule::none;
    if (!create_.user) return at("User", Rule::createUser);
    if (!create_.noNewPrivileges) return at("HostConfig.SecurityOpt", Rule::createNewPrivileges);
    return create_.dropsAll ? Rule::none : at("HostConfig.CapDrop", Rule::createCapDrop);
}

Rule Walk::closePaths(Note note) noexcept {
    if (note == Note::maskedPaths && paths_ != allMaskedPaths) return Rule::createMaskedPaths;
    if (note == Note::readonlyPaths && paths_ != allReadonlyPaths) return Rule::createMaskedPaths;
    return Rule::none;
}

// ---- Texts ------------------------------------------------------------------------------------------
std::optional<std::string_view> Walk::readable(std::string_view raw) noexcept {
    const auto text = json::unescaped(raw, room_);
    if (!text || std::ranges::any_of(*text, isControl)) return std::nullopt;
    return text;
}

Rule Walk::at(std::string_view field, Rule rule) noexcept {
    top().key = field;
    return rule;
}

Judgement Walk::refusal(Rule rule) const {
    Judgement judgement{rule, {}, shown(found_)};
    for (std::size_t i = 0; i < depth_; ++i) {
        const Frame& frame = frames_[i];
        if (frame.in == In::array) {
            if (frame.count != 0) judgement.place.append("[" + std::to_string(frame.count - 1) + "]");
        } else if (frame.in == In::map) {
            if (!frame.key.empty()) judgement.place.append("[\"" + shown(frame.key) + "\"]");
        } else if (!frame.key.empty()) {
            judgement.place.append(i == 0 ? "" : ".").append(shown(frame.key));
        }
    }
    return judgement;
}

} // namespace

Judgement judgeBody(const Settings& settings, Object root, std::string_view body) {
    const auto keys = std::make_unique_for_overwrite<json::Keys>();
    return Walk(settings, root, body, *keys).run();
}

} // namespace proxy::guard
