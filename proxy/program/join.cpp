#include "proxy/program/join.h"

namespace proxy::program {

// No `default`: an enumerator that is new in the settings does not compile until it has its like here.

log::Level join(settings::LogLevel level) noexcept {
    using enum settings::LogLevel;
    switch (level) {
    case debug:
        return log::Level::debug;
    case info:
        return log::Level::info;
    case notice:
        return log::Level::notice;
    case warning:
        return log::Level::warning;
    case err:
        return log::Level::err;
    case crit:
        return log::Level::crit;
    case alert:
        return log::Level::alert;
    case emerg:
        break;
    }
    return log::Level::emerg;
}

log::Format join(settings::LogFormat format) noexcept {
    using enum settings::LogFormat;
    switch (format) {
    case json:
        return log::Format::json;
    case text:
        break;
    }
    return log::Format::text;
}

net::TcpPlace::Family join(settings::TcpListener::Family family) noexcept {
    using enum settings::TcpListener::Family;
    switch (family) {
    case v4:
        return net::TcpPlace::Family::v4;
    case v6only:
        return net::TcpPlace::Family::v6only;
    case any:
        break;
    }
    return net::TcpPlace::Family::any;
}

} // namespace proxy::program
