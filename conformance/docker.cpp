#include "conformance/docker.h"

#include "conformance/oracle.h"
#include "conformance/router.h"

#include <algorithm>
#include <array>
#include <utility>

namespace conformance {
namespace {

// Of what is inspected; lists are empty, and all else is an empty object.
constexpr std::array bodies{
    std::pair<std::string_view, std::string_view>{
        "ContainerInspect",
        R"({"Id":"c0ffee","Created":"2026-01-01T00:00:00Z","Name":"/conformance","Image":"sha256:c0ffee","State":{"Status":"running","Running":true},"Config":{"Image":"conformance","Env":[],"Labels":{}},"HostConfig":{"Binds":[]},"Mounts":[],"NetworkSettings":{"Networks":{}}})"},
    std::pair<std::string_view, std::string_view>{
        "ExecInspect",
        R"({"ID":"e8ec","Running":false,"ExitCode":null,"ProcessConfig":{"tty":false,"entrypoint":"true","arguments":[],"privileged":false,"user":""},"OpenStdin":false,"OpenStdout":true,"OpenStderr":true,"ContainerID":"c0ffee","Pid":0})"},
    std::pair<std::string_view, std::string_view>{
        "ImageInspect", R"({"Id":"sha256:c0ffee","RepoTags":[],"Config":{"Env":[],"Labels":{}}})"},
    std::pair<std::string_view, std::string_view>{
        "NetworkInspect", R"({"Id":"c0ffee","Name":"conformance","Labels":{},"Containers":{}})"},
    std::pair<std::string_view, std::string_view>{
        "VolumeInspect", R"({"Name":"conformance","Driver":"local","Labels":{},"Options":{}})"},
    std::pair<std::string_view, std::string_view>{
        "ServiceInspect", R"({"ID":"c0ffee","Spec":{"Name":"conformance","Labels":{}}})"},
    std::pair<std::string_view, std::string_view>{"VolumeList", R"({"Volumes":[],"Warnings":[]})"},
    std::pair<std::string_view, std::string_view>{"SystemPing", "OK"},
};

struct Asked {
    std::string_view method;
    std::string_view path; // as sent, without version prefix and query
};

Asked askedIn(std::string_view startLine) {
    const auto space = std::min(startLine.find(' '), startLine.size());
    Asked asked{startLine.substr(0, space), startLine.substr(std::min(space + 1, startLine.size()))};
    asked.path = asked.path.substr(0, asked.path.find_first_of(" ?"));
    const auto end = std::min(asked.path.find('/', 1), asked.path.size());
    const bool isVersion =
        asked.path.starts_with("/v") && end > 2 && asked.path.find_first_not_of("0123456789.", 2) == end;
    if (isVersion) asked.path.remove_prefix(end);
    return asked;
}

// What stands between the stars, one behind the other.
bool matches(std::string_view pattern, std::string_view path) {
    const auto first = pattern.find('*');
    if (first == std::string_view::npos) return path == pattern;
    if (!path.starts_with(pattern.substr(0, first))) return false;
    path.remove_prefix(first);
    pattern.remove_prefix(first + 1);
    for (auto next = pattern.find('*'); next != std::string_view::npos; next = pattern.find('*')) {
        const auto at = path.find(pattern.substr(0, next));
        if (at == std::string_view::npos) return false;
        path.remove_prefix(at + next);
        pattern.remove_prefix(next + 1);
    }
    return path.ends_with(pattern);
}

} // namespace

std::string dockerBody(std::string_view startLine) {
    const Asked asked = askedIn(startLine);
    const auto* const operation = routed(asked.method, decodedOnce(asked.path).value_or(""));
    if (operation == nullptr || asked.method == "HEAD") return asked.method == "HEAD" ? "" : "{}";
    const auto* const known = std::find_if(bodies.begin(), bodies.end(),
                                           [&](const auto& body) { return body.first == operation->id; });
    if (known != bodies.end()) return std::string(known->second);
    return operation->id.ends_with("List") ? "[]" : "{}";
}

std::string dockerAnswer(std::string_view startLine, std::string_view more) {
    const std::string body = dockerBody(startLine);
    std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: ";
    answer.append(body == "OK" ? "text/plain" : "application/json").append("\r\n").append(more);
    return answer.append("Content-Length: ")
        .append(std::to_string(body.size()))
        .append("\r\n\r\n")
        .append(body);
}

bool isOneOf(const std::vector<std::string>& questions, std::string_view startLine) {
    const Asked asked = askedIn(startLine);
    return std::any_of(questions.begin(), questions.end(), [&](std::string_view question) {
        const auto space = std::min(question.find(' '), question.size() - 1);
        return question.substr(0, space) == asked.method && matches(question.substr(space + 1), asked.path);
    });
}

} // namespace conformance
