#include "conformance/target/adapter.h"

#include "conformance/capabilities.h"
#include "conformance/json.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <unistd.h>

namespace conformance {
namespace {

using Json = Poco::Dynamic::Var;

std::string text(const Json& value) {
    if (!value.isString()) throw std::invalid_argument("must be a string");
    return value.extract<std::string>();
}

int positive(const Json& value) {
    if (!value.isInteger() || value.convert<Poco::Int64>() < 0 || value.convert<Poco::Int64>() > 100000)
        throw std::invalid_argument("must be a number from 0 to 100000");
    return value.convert<int>();
}

std::vector<std::string> texts(const Json& value) {
    if (value.type() != typeid(Poco::JSON::Array::Ptr))
        throw std::invalid_argument("must be a list of strings");
    std::vector<std::string> list;
    for (const auto& entry : *value.extract<Poco::JSON::Array::Ptr>()) list.push_back(text(entry));
    if (list.empty()) throw std::invalid_argument("must not be empty");
    return list;
}

Environment environmentOf(const Json& value) {
    if (value.type() != typeid(Poco::JSON::Object::Ptr))
        throw std::invalid_argument("must map names to strings");
    Environment environment;
    for (const auto& [name, entry] : *value.extract<Poco::JSON::Object::Ptr>())
        environment[name] = text(entry);
    return environment;
}

std::set<std::string, std::less<>> capabilitiesOf(const Json& value) {
    std::set<std::string, std::less<>> offered;
    for (const auto& name : texts(value)) {
        if (!isCapability(name)) {
            std::string what = "holds the unknown capability \"";
            what.append(name).append("\"; known are:");
            for (const auto one : capabilities) what.append(" ").append(one);
            throw std::invalid_argument(what);
        }
        offered.insert(name);
    }
    return offered;
}

std::vector<std::string> questions(const Json& value) {
    auto list = texts(value);
    for (const auto& question : list)
        if (question.find(" /") == std::string::npos || question.find('?') != std::string::npos)
            throw std::invalid_argument("takes a method and a path without a query, not \"" + question +
                                        "\"");
    return list;
}

bool ofDocker(const Json& value) {
    if (text(value) != "docker") throw std::invalid_argument("must be \"docker\"");
    return true;
}

Dialect dialect(const Json& value) {
    const auto named = dialectNamed(text(value));
    if (!named) throw std::invalid_argument("must be \"tecnativa\" or \"linuxserver\"");
    return *named;
}

std::string beside(const Adapter& adapter, const std::string& path) {
    if (path.find('/') == std::string::npos || path.front() == '/') return path;
    return (std::filesystem::path(adapter.folder) / path).lexically_normal().string();
}

std::vector<std::string> commandBeside(const Adapter& adapter, const Json& value) {
    auto command = texts(value);
    command.front() = beside(adapter, command.front());
    return command;
}

using Setter = std::function<void(Adapter&, const Json&)>;

const std::map<std::string, Setter>& keys() {
    static const std::map<std::string, Setter> all{
        {"name", [](Adapter& a, const Json& v) { a.name = text(v); }},
        {"about", [](Adapter& a, const Json& v) { a.about = text(v); }},
        {"dialect", [](Adapter& a, const Json& v) { a.dialect = dialect(v); }},
        {"command", [](Adapter& a, const Json& v) { a.command = commandBeside(a, v); }},
        {"image", [](Adapter& a, const Json& v) { a.image = text(v); }},
        {"image_port", [](Adapter& a, const Json& v) { a.imagePort = positive(v); }},
        {"environment", [](Adapter& a, const Json& v) { a.environment = environmentOf(v); }},
        {"capabilities", [](Adapter& a, const Json& v) { a.capabilities = capabilitiesOf(v); }},
        {"version", [](Adapter& a, const Json& v) { a.version = commandBeside(a, v); }},
        {"baseline", [](Adapter& a, const Json& v) { a.baseline = beside(a, "./" + text(v)); }},
        {"asks", [](Adapter& a, const Json& v) { a.asks = questions(v); }},
        {"answers", [](Adapter& a, const Json& v) { a.readsAnswers = ofDocker(v); }},
        {"pipeline", [](Adapter& a, const Json& v) { a.pipeline = std::max(1, positive(v)); }},
        {"ready_within",
         [](Adapter& a, const Json& v) { a.readyWithin = std::chrono::seconds(positive(v)); }},
        {"answer_within",
         [](Adapter& a, const Json& v) { a.answerWithin = std::chrono::seconds(positive(v)); }},
        {"head_within", [](Adapter& a, const Json& v) { a.headWithin = std::chrono::seconds(positive(v)); }},
        {"stop_within", [](Adapter& a, const Json& v) { a.stopWithin = std::chrono::seconds(positive(v)); }},
    };
    return all;
}

std::string knownKeys() {
    std::string names;
    for (const auto& [name, setter] : keys()) names.append(names.empty() ? "" : ", ").append(name);
    return names;
}

// Of a key that is missing: the first one.
std::size_t lineOf(const Adapter& adapter, const std::string& key) {
    const auto found = adapter.lines.find(key);
    return found == adapter.lines.end() ? 1 : found->second;
}

[[noreturn]] void fail(const Adapter& adapter, const std::string& key, const std::string& what) {
    throw AdapterError(adapter.file, lineOf(adapter, key), what);
}

void setKey(Adapter& adapter, const std::string& key, const Json& value) {
    const auto known = keys().find(key);
    if (known == keys().end()) fail(adapter, key, "unknown key \"" + key + "\"; known are: " + knownKeys());
    try {
        known->second(adapter, value);
    } catch (const std::invalid_argument& error) {
        fail(adapter, key, "\"" + key + "\" " + error.what());
    }
}

void check(const Adapter& adapter) {
    if (adapter.name.empty()) fail(adapter, "name", "\"name\" is missing");
    if (adapter.command.empty() == adapter.image.empty())
        fail(adapter, "image", "give either \"command\" or \"image\"");
    if (adapter.imagePort != 0 && adapter.image.empty())
        fail(adapter, "image_port", "\"image_port\" needs \"image\"");
}

// The baseline is another file; that there is none is this one's mistake.
void checkBaseline(const Adapter& adapter) {
    if (adapter.baseline.empty()) return;
    std::error_code error;
    const auto kind = std::filesystem::status(adapter.baseline, error).type();
    if (kind == std::filesystem::file_type::regular && ::access(adapter.baseline.c_str(), R_OK) == 0) return;
    fail(adapter, "baseline",
         "\"baseline\" names " + adapter.baseline + ", which " +
             (kind == std::filesystem::file_type::not_found ? "is not there" : "cannot be read"));
}

// Where `cmake --install` puts adapters, seen from the program.
std::filesystem::path installed() {
    std::error_code none;
    return std::filesystem::read_symlink("/proc/self/exe", none).parent_path().parent_path() /
           "share/socket-proxy-conformance/targets";
}

// A path first: a file is what was meant.
std::string fileOf(const std::string& target) {
    const auto named = installed() / (target + ".json");
    const bool isName = target.find('/') == std::string::npos && !std::filesystem::is_regular_file(target);
    return isName && std::filesystem::exists(named) ? named.string() : target;
}

std::string namesOfInstalled() {
    std::set<std::string> names;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(installed(), none))
        if (entry.path().extension() == ".json") names.insert(entry.path().stem().string());
    std::string text;
    for (const auto& name : names) text.append(text.empty() ? ", or one of these names: " : " ").append(name);
    return text;
}

} // namespace

std::string Adapter::missing(const std::vector<std::string>& needed) const {
    const auto lacking = std::find_if(needed.begin(), needed.end(), [&](const std::string& capability) {
        return !capabilities.contains(capability);
    });
    return lacking == needed.end() ? "" : *lacking;
}

std::string notJudged(const std::string& capability) {
    return "not judged: no capability \"" + capability + "\"";
}

Adapter parseAdapter(const std::string& json, const std::string& file) {
    Adapter adapter;
    adapter.file = file;
    adapter.folder = std::filesystem::absolute(file).parent_path().string();
    try {
        const JsonFile parsed = parseJson(json);
        if (parsed.value.type() != typeid(Poco::JSON::Object::Ptr))
            throw JsonError(1, "must hold one JSON object");
        adapter.lines = parsed.lines;
        for (const auto& [key, value] : *parsed.value.extract<Poco::JSON::Object::Ptr>())
            setKey(adapter, key, value);
    } catch (const JsonError& error) {
        throw AdapterError(file, error.line(), error.what());
    }
    check(adapter);
    return adapter;
}

Adapter readAdapter(const std::string& target) {
    const std::string file = fileOf(target);
    std::ifstream stream(file);
    if (!stream)
        throw AdapterError(
            file, 0, "cannot be read; --target takes the path of an adapter (JSON)" + namesOfInstalled());
    Adapter adapter = parseAdapter({std::istreambuf_iterator<char>(stream), {}}, file);
    checkBaseline(adapter);
    return adapter;
}

Adapter adapterOfImage(const std::string& image, int port) {
    Adapter adapter;
    adapter.file = image;
    adapter.name = image;
    adapter.image = image;
    adapter.imagePort = port;
    adapter.version = {
        "docker",
        "image",
        "inspect",
        "--format",
        "{{.Id}}{{with .Config.Labels}} {{index . \"org.opencontainers.image.version\"}}{{end}}",
        image};
    return adapter;
}

} // namespace conformance
