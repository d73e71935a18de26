#include "proxy/settings/guard_lists.h"

#include "proxy/settings/text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace proxy::settings {
namespace {

using guard::Bind;
using guard::Host;

constexpr std::string_view gpu = "gpu";

constexpr std::array<std::string_view, 7> hostWords{"network", "pid",    "ipc",      "uts",
                                                    "userns",  "cgroup", "container"};

void append(std::string& list, std::string_view element) {
    list.append(list.empty() ? "" : " ").append(element);
}

std::string joined(const std::vector<std::string>& elements) {
    std::string list;
    for (const std::string& each : elements) append(list, each);
    return list;
}

std::string textOf(const Bind& bind) {
    return bind.path + (bind.readOnly ? ":ro" : "");
}

} // namespace

std::string takeBind(guard::Settings& settings, std::string_view element) {
    const auto bind = guard::readBind(element);
    const std::string_view path = element.substr(0, element.find(':'));
    if (!bind && path != element && guard::readBind(path))
        return "has something else than ro behind its colon: use " + std::string(path) + " or " +
               std::string(path) + ":ro";
    if (!bind)
        return "is no absolute and clean path, without //, . and .., and without / at its end: use one as in "
               "/srv/ci or /srv/ci:ro";
    if (bind->path == "/") return "is the whole host, root's files and all: name the folders that are needed";
    // The guard asks whether there is one that allows it: the read-only one would be none.
    for (const Bind& other : settings.binds) {
        const Bind& inner = bind->readOnly ? *bind : other;
        const Bind& outer = bind->readOnly ? other : *bind;
        if (inner.readOnly && !outer.readOnly && guard::isWithin(inner.path, outer.path))
            return "contradicts '" + textOf(other) + "': what may be written holds for all below it";
    }
    settings.binds.push_back(*bind);
    return {};
}

std::string takeHost(guard::Settings& settings, std::string_view element) {
    if (guard::readHost(element, settings.host)) return {};
    std::string words;
    for (const std::string_view word : hostWords) append(words, word);
    return "is nothing of the host's: use some of " + words;
}

std::string takeCap(guard::Settings& settings, std::string_view element) {
    const std::string capitals = upper(element);
    if (capitals == "ALL" || capitals == "CAP_ALL") return "is every capability: name those that are needed";
    const auto capability = guard::readCap(element);
    if (!capability) return "is no capability of Linux: use names as in SYS_PTRACE";
    settings.caps.emplace_back(*capability);
    return {};
}

std::string takeDevice(guard::Settings& settings, std::string_view element) {
    if (element == gpu) {
        settings.gpu = true;
        return {};
    }
    if (element == "/" || element == "/dev") return "holds every device: name those that are needed";
    if (!guard::isDevice(element))
        return "is neither gpu nor the clean path of a device: use one as in /dev/fuse";
    settings.devices.emplace_back(element);
    return {};
}

std::string takeNetwork(guard::Settings& settings, std::string_view element) {
    if (element == "host") return "is the host's own: GUARD_HOST=network is what allows it";
    if (!guard::isNetwork(element))
        return "is no network's name: use letters, digits, _, . and -, a letter or digit first";
    // The engine's own name for it; the guard knows it by this one.
    settings.networks.emplace_back(element == "default" ? "bridge" : element);
    return {};
}

std::string showBinds(const guard::Settings& settings) {
    std::string list;
    for (const Bind& bind : settings.binds) append(list, textOf(bind));
    return list;
}

std::string showHost(const guard::Settings& settings) {
    std::string list;
    for (const std::string_view word : hostWords) {
        Host with = settings.host;
        if (guard::readHost(word, with) && with == settings.host) append(list, word);
    }
    return list;
}

std::string showCaps(const guard::Settings& settings) {
    return joined(settings.caps);
}

std::string showDevices(const guard::Settings& settings) {
    std::string list = joined(settings.devices);
    if (settings.gpu) append(list, gpu);
    return list;
}

std::string showNetworks(const guard::Settings& settings) {
    return joined(settings.networks);
}

} // namespace proxy::settings
