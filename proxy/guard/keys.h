// The keys that are known in the bodies of judged operations: one row a key, of the object it stands in.
//
// A new engine's key is refused until it has a row, but where its value is null, false, 0 or "". How to add
// one: which object it stands in, its exact spelling and type, the API version that brought it, what it lets a
// client do, and the judgement that follows. A row without judgement needs a reason why every value is
// harmless.
#pragma once

#include "proxy/guard/rule.h"
#include "proxy/guard/settings.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace proxy::guard {

/// The kinds of objects. A key is looked for among an object's own, then among its base's.
enum class Object : std::uint8_t {
    nothing, ///< no key is known: the {} of a set
    config,
    createRequest, ///< has config's keys as well
    resources,
    hostConfig,    ///< has resources' keys as well
    updateRequest, ///< has resources' keys as well
    healthcheck,
    restartPolicy,
    logConfig,
    portBinding,
    mount,
    bindOptions,
    volumeOptions,
    driverConfig,
    tmpfsOptions,
    imageOptions,
    weightDevice,
    throttleDevice,
    device,
    deviceRequest,
    ulimit,
    networkingConfig,
    endpoint,
    endpointIpam,
    execRequest,
    execStart,
    volume,
    network,
    ipam,
    ipamConfig,
    configFrom,
    connectRequest,
    disconnectRequest,
};

inline constexpr std::size_t objectCount = static_cast<std::size_t>(Object::disconnectRequest) + 1;

/// What a value is made of, from the outside in.
enum class Shape : std::uint8_t { one, list, map, mapOfLists, listOfLists };

enum class Leaf : std::uint8_t { boolean, integer, text, object };

struct Type {
    Shape shape = Shape::one;
    Leaf leaf = Leaf::text;
    Object object = Object::nothing; ///< where the leaf is one
};

/// What the walker keeps of a value, for a judgement that takes more than one.
enum class Note : std::uint8_t {
    nothing,
    mountType,
    mountSource,
    mountReadOnly,
    mountWritesBelow,
    logType,
    logOption,
    devicePath,
    tmpfsOptions, ///< judged by itself: a map's values, whose keys are judged as well
    networkMode,
    user,
    securityOpt,
    capDrop,
    maskedPaths,
    readonlyPaths,
};

/// Of a value that is not zero, and of every element of a list; of a map, each key is judged; of a list of
/// objects, that there is an element, with an empty text. Numbers and `true` come as they are written.
using Judge = Rule (*)(const Settings&, std::string_view);

struct Key {
    Object of;
    std::string_view name;
    Type type;
    Judge judge; ///< null: every value is harmless
    Note note;
    std::uint8_t since; ///< minor number of the API version that brought it; 0: older than 1.24
    std::string_view reason;
};

[[nodiscard]] std::span<const Key> keys() noexcept;

/// Null where the object has no such key. The name is unescaped.
[[nodiscard]] const Key* findKey(Object object, std::string_view name) noexcept;

/// Whether a decoder that ignores case would take the name for one that the object has. Not to be asked of one
/// that it has.
[[nodiscard]] bool foldsOntoKey(Object object, std::string_view name) noexcept;

} // namespace proxy::guard
