#include "proxy/relay/record.h"

#include <chrono>

namespace proxy::relay {

namespace {

constexpr std::size_t mostOfMethod = 32;

} // namespace

void Record::begin(std::string_view method, std::string_view path, std::string_view query) {
    access = {};
    level = log::Level::info;
    note.clear();
    operation = nullptr;
    failure = metrics::Failure::none;
    method_ = method.substr(0, mostOfMethod);
    log::loggedTarget(path, query, target_);
    begun_ = loop_.now();
}

void Record::write() {
    if (counters() != nullptr) count();
    if (!log_.enabled(level)) return;
    access.client = peer_;
    access.door = door_.name;
    access.method = method_;
    access.target = target_;
    access.note = note;
    access.duration = std::chrono::duration_cast<std::chrono::microseconds>(loop_.now() - begun_);
    log_.access(level, access);
}

void Record::count() const noexcept {
    const auto operations = policy::operations();
    const auto place =
        operation != nullptr ? static_cast<std::size_t>(operation - operations.data()) : operations.size();
    counters()->ended({place, access.verdict, access.rule, failure, access.received, access.sent});
}

} // namespace proxy::relay
