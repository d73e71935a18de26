#include "mockdocker/routes/images.h"

#include "mockdocker/routes/complaints.h"
#include "mockdocker/routes/containers.h"
#include "mockdocker/routes/tar.h"
#include "mockdocker/state/json.h"

#include <algorithm>
#include <csignal>
#include <sstream>

namespace mockdocker {
namespace {

using json::quote;

// pkg/streamformatter ends its JSON lines with CR LF.
std::string line(std::initializer_list<std::pair<std::string_view, std::string>> members) {
    return json::object(members) + "\r\n";
}

std::string statusLine(std::string_view status) {
    return line({{"status", quote(status)}});
}
std::string streamLine(std::string_view text) {
    return line({{"stream", quote(text)}});
}

std::string repositoryOf(const std::string& reference) {
    const std::string tagged = withTag(reference);
    return tagged.substr(0, tagged.rfind(':'));
}

std::string imageJson(const Image& image) {
    const std::string config = json::object(
        {{"Hostname", "\"\""},
         {"User", "\"\""},
         {"Env", json::strings({"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"})},
         {"Cmd", json::strings(image.command)},
         {"Image", "\"\""},
         {"WorkingDir", "\"\""},
         {"Entrypoint", "null"},
         {"Labels", "null"}});
    return json::object(
        {{"Id", quote(image.id)},
         {"RepoTags", json::strings(image.tags)},
         {"RepoDigests", "[]"},
         {"Parent", "\"\""},
         {"Comment", "\"\""},
         {"Created", quote(rfc3339(image.created))},
         {"Container", "\"\""},
         {"DockerVersion", "\"\""},
         {"Author", "\"\""},
         {"Config", config},
         {"Architecture", quote("amd64")},
         {"Os", quote("linux")},
         {"Size", std::to_string(image.size)},
         {"VirtualSize", std::to_string(image.size)},
         {"GraphDriver", R"({"Data":null,"Name":"overlay2"})"},
         {"RootFS", json::object({{"Type", quote("layers")}, {"Layers", json::strings({image.id})}})},
         {"Metadata", R"({"LastTagTime":"0001-01-01T00:00:00Z"})"}});
}

std::string imageSummary(const Image& image) {
    return json::object({{"Containers", "-1"},
                         {"Created", std::to_string(unixSeconds(image.created))},
                         {"Id", quote(image.id)},
                         {"Labels", "null"},
                         {"ParentId", "\"\""},
                         {"RepoDigests", "null"},
                         {"RepoTags", json::strings(image.tags)},
                         {"SharedSize", "-1"},
                         {"Size", std::to_string(image.size)},
                         {"VirtualSize", std::to_string(image.size)}});
}

std::shared_ptr<Image> requireImage(Call& call, const std::string& complaint = {}) { // under the world's lock
    if (const auto malformed = referenceComplaint(call.identity, call.name())) {
        call.error(400, complaint + *malformed);
        return nullptr;
    }
    auto image = call.world.findImage(call.name());
    if (!image) call.error(404, complaint + "No such image: " + withTag(call.name()));
    return image;
}

void pull(Call& call, const std::string& reference) {
    if (!call.exchange.begin(200, "application/json")) return;
    const std::string repository = repositoryOf(reference);
    const bool official = repository.find('/') == std::string::npos;
    const std::string tag = withTag(reference).substr(repository.size() + 1);
    const std::string layer = newId().substr(0, 12);
    call.exchange.write(
        line({{"status", quote("Pulling from " + (official ? "library/" : std::string{}) + repository)},
              {"id", quote(tag)}}));
    call.exchange.write(
        line({{"status", quote("Pulling fs layer")}, {"progressDetail", "{}"}, {"id", quote(layer)}}));
    for (const int done : {532480, 2129920, 4261514}) {
        const std::string detail = json::object({{"current", std::to_string(done)}, {"total", "4261514"}});
        call.exchange.write(line({{"status", quote("Downloading")},
                                  {"progressDetail", detail},
                                  {"progress", quote("[===>  ]")},
                                  {"id", quote(layer)}}));
    }
    call.exchange.write(
        line({{"status", quote("Pull complete")}, {"progressDetail", "{}"}, {"id", quote(layer)}}));
    std::string id;
    {
        const auto guard = call.world.lock();
        id = call.world.addImage(repository + ":" + tag)->id;
        call.world.events.add("image", "pull", repository + ":" + tag, {{"name", repository}});
    }
    call.exchange.write(statusLine("Digest: " + id));
    call.exchange.write(statusLine("Status: Downloaded newer image for " + repository + ":" + tag));
}

// What the engine would say when the image or the archive that is to be fetched cannot be.
std::optional<std::string> unreachable(const std::string& image, const std::string& source) {
    const std::string registry = "http://" + std::string(unreachableRegistry) + "/";
    if (("http://" + image).starts_with(registry)) return connectionRefused(registry + "v2/");
    if (source.starts_with(registry)) return connectionRefused(source);
    if (image.empty() && source.empty()) return "Get \"http:\": http: no Host in request URL";
    return {};
}

} // namespace

void imageCreate(Call& call) {
    const Request& request = call.request();
    const std::string from = familiarName(request.query("fromImage").value_or(""));
    const std::string tag = request.query("tag").value_or("");
    const std::string repository = request.query("repo").value_or("");
    const std::string& named = from.empty() ? repository : from;
    const auto malformed = named.empty() ? std::nullopt : referenceComplaint(call.identity, named);
    if (malformed) return call.error(400, *malformed);
    if (isTorn(call.exchange.body())) return call.error(500, tornComplaint(call.identity));
    if (const auto refused = unreachable(from, request.query("fromSrc").value_or("")))
        return call.error(500, *refused);
    if (!from.empty())
        return pull(call,
                    tag.empty() ? withTag(from) : from + (tag.starts_with("sha256:") ? "@" : ":") + tag);
    auto image = std::make_shared<Image>();
    image->id = "sha256:" + newId();
    if (!repository.empty()) image->tags = {tag.empty() ? withTag(repository) : repository + ":" + tag};
    image->created = std::chrono::system_clock::now();
    {
        const auto guard = call.world.lock();
        call.world.images().push_back(image);
    }
    if (!call.exchange.begin(200, "application/json")) return;
    call.exchange.write(statusLine(image->id));
}

void imageList(Call& call) {
    std::vector<std::string> items;
    const auto filters = json::parseObject(call.request().query("filters").value_or("{}"));
    std::vector<std::string> references;
    if (filters && filters->has("reference")) {
        references = filters->isObject("reference") ? filters->getObject("reference")->getNames()
                                                    : json::listAt(*filters, "reference");
    }
    const auto guard = call.world.lock();
    for (const auto& image : call.world.images()) {
        const bool wanted = references.empty() || std::ranges::any_of(references, [&](const auto& r) {
                                return call.world.findImage(r) == image;
                            });
        if (wanted) items.push_back(imageSummary(*image));
    }
    call.reply(200, json::array(items));
}

void imageInspect(Call& call) {
    const auto guard = call.world.lock();
    const std::string complaint = call.identity.atLeast(42) ? "" : "no such image: " + call.name() + ": ";
    if (const auto image = requireImage(call, complaint)) call.reply(200, imageJson(*image));
}

void imageHistory(Call& call) {
    const auto guard = call.world.lock();
    const auto image = requireImage(call);
    if (!image) return;
    call.reply(200, json::array({json::object({{"Comment", "\"\""},
                                               {"Created", std::to_string(unixSeconds(image->created))},
                                               {"CreatedBy", quote("/bin/sh")},
                                               {"Id", quote(image->id)},
                                               {"Size", std::to_string(image->size)},
                                               {"Tags", json::strings(image->tags)}})}));
}

void imageTag(Call& call) {
    const auto guard = call.world.lock();
    const auto image = requireImage(call);
    if (!image) return;
    const std::string tag = call.request().query("tag").value_or("");
    const std::string repository = call.request().query("repo").value_or("");
    const bool old = !call.identity.atLeast(48);
    if (repository.empty() && !old) return call.exchange.reply(200, {}, {});
    if (const auto malformed = referenceComplaint(call.identity, repository))
        return call.error(old ? 500 : 400, *malformed);
    image->tags.push_back(tag.empty() ? withTag(familiarName(repository))
                                      : familiarName(repository) + ":" + tag);
    call.world.events.add("image", "tag", image->id, {{"name", image->tags.back()}});
    call.exchange.reply(201, {}, {});
}

void imagePush(Call& call) {
    if (!call.request().has("X-Registry-Auth") && !call.identity.atLeast(42)) {
        return call.error(400, "Bad parameters and missing X-Registry-Auth: EOF");
    }
    if (const auto malformed = referenceComplaint(call.identity, call.name()))
        return call.error(call.identity.atLeast(48) ? 400 : 500, *malformed);
    bool known = false;
    {
        const auto guard = call.world.lock();
        known = call.world.findImage(call.name()) != nullptr;
    }
    if (call.exchange.hasBody()) call.exchange.body();
    if (!call.exchange.begin(200, "application/json")) return;
    call.exchange.write(statusLine("The push refers to repository [docker.io/library/" + call.name() + "]"));
    const std::string missing = "An image does not exist locally with the tag: " + call.name();
    call.exchange.write(known ? statusLine("latest: digest: sha256:" + newId() + " size: 527")
                              : line({{"errorDetail", json::object({{"message", quote(missing)}})},
                                      {"error", quote(missing)}}));
}

// One by its path or several by `names`.
void imageGet(Call& call) {
    const auto names = call.names.empty() ? call.request().queryAll("names") : call.names;
    for (const std::string& name : names) {
        if (const auto malformed = referenceComplaint(call.identity, name))
            return call.error(500, *malformed);
        const auto guard = call.world.lock();
        if (!World::evergreen(name) && !call.world.findImage(name))
            return call.error(404, "No such image: " + name);
    }
    if (call.exchange.begin(200, "application/x-tar")) call.exchange.write(tarOf("manifest.json", "[]\n"));
}

void imageDelete(Call& call) {
    const auto guard = call.world.lock();
    const auto image = requireImage(call);
    if (!image) return;
    std::vector<std::string> done;
    const std::string tagged = withTag(familiarName(call.name()));
    const bool byTag = std::ranges::find(image->tags, tagged) != image->tags.end();
    for (const auto& tag : image->tags) {
        if (!byTag || tag == tagged) done.push_back(json::object({{"Untagged", quote(tag)}}));
    }
    std::erase_if(image->tags, [&](const auto& tag) { return !byTag || tag == tagged; });
    if (image->tags.empty()) {
        done.push_back(json::object({{"Deleted", quote(image->id)}}));
        call.world.events.add("image", "delete", image->id, {{"name", image->id}});
        std::erase(call.world.images(), image);
    }
    call.reply(200, json::array(done));
}

void imageLoad(Call& call) {
    call.exchange.body();
    if (!call.exchange.begin(200, "application/json")) return;
    call.exchange.write(streamLine("Loaded image: mock:latest\n"));
}

namespace {

std::vector<std::string> dockerfileSteps(const std::string& dockerfile) {
    std::vector<std::string> steps;
    std::istringstream lines(dockerfile);
    for (std::string text; std::getline(lines, text);) {
        while (text.ends_with('\r') || text.ends_with(' ')) text.pop_back();
        if (!text.empty() && text.front() != '#') steps.push_back(text);
    }
    return steps;
}

// RUN echo … is emulated; any other RUN command, too, and what it prints goes to the stream.
std::string runStep(const std::string& step) {
    if (!step.starts_with("RUN ")) return {};
    Stdio stdio(false, false);
    const int code = run({{"sh", "-c", step.substr(4)}, {}, "build"}, stdio);
    std::string text;
    for (const Output& output : stdio.outputFrom(0)) text += streamLine(output.data);
    if (code == 0) return text;
    const std::string message =
        "The command '/bin/sh -c " + step.substr(4) + "' returned a non-zero code: " + std::to_string(code);
    return text +
           line({{"errorDetail", json::object({{"code", std::to_string(code)}, {"message", quote(message)}})},
                 {"error", quote(message)}});
}

// False: a step failed, which the stream has told.
bool runSteps(Exchange& exchange, const std::vector<std::string>& steps) {
    const std::string total = "/" + std::to_string(steps.size()) + " : ";
    for (std::size_t i = 0; i < steps.size(); ++i) {
        std::string step = "Step " + std::to_string(i + 1);
        step.append(total).append(steps[i]);
        exchange.write(streamLine(step));
        exchange.write(streamLine("\n"));
        const std::string output = runStep(steps[i]);
        exchange.write(output);
        if (output.find("\"errorDetail\"") != std::string::npos) return false;
        exchange.write(streamLine(" ---> " + newId().substr(0, 12) + "\n"));
    }
    return true;
}

} // namespace

void imageBuild(Call& call) {
    const std::string& context = call.exchange.body();
    const std::string file = call.request().query("dockerfile").value_or("Dockerfile");
    const auto dockerfile = tarMember(context, file.empty() ? "Dockerfile" : file);
    if (!call.exchange.bodyComplete()) return call.error(500, "unexpected EOF");
    if (!dockerfile && !isTar(context)) return call.error(500, "unexpected EOF");
    if (!dockerfile) return call.error(500, "Cannot locate specified Dockerfile: " + file);
    const auto steps = dockerfileSteps(*dockerfile);
    if (steps.empty()) return call.error(400, "dockerfile parse error: file with no instructions");
    if (!call.exchange.begin(200, "application/json")) return;
    if (!runSteps(call.exchange, steps)) return;
    const std::string id = newId();
    auto image = std::make_shared<Image>();
    image->id = "sha256:" + id;
    image->created = std::chrono::system_clock::now();
    for (const auto& tag : call.request().queryAll("t")) image->tags.push_back(withTag(familiarName(tag)));
    std::string lines = line({{"aux", json::object({{"ID", quote(image->id)}})}}) +
                        streamLine("Successfully built " + id.substr(0, 12) + "\n");
    for (const auto& tag : image->tags) lines += streamLine("Successfully tagged " + tag + "\n");
    {
        const auto guard = call.world.lock();
        call.world.images().push_back(image);
    }
    call.exchange.write(lines);
}

void imageCommit(Call& call) {
    if (call.exchange.hasBody() && !requireJson(call, true)) return;
    const std::string name = call.request().query("container").value_or("");
    const std::string repository = call.request().query("repo").value_or("");
    if (!World::evergreen(name) && !requireContainerNamed(call, name)) return;
    const auto malformed = repository.empty() ? std::nullopt : referenceComplaint(call.identity, repository);
    if (malformed) return call.error(call.identity.atLeast(48) ? 400 : 500, *malformed);
    const auto guard = call.world.lock();
    auto image = std::make_shared<Image>();
    image->id = "sha256:" + newId();
    image->created = std::chrono::system_clock::now();
    if (!repository.empty())
        image->tags = {repository + ":" + call.request().query("tag").value_or("latest")};
    if (!World::evergreen(name)) call.world.images().push_back(image);
    call.reply(201, json::object({{"Id", quote(image->id)}}));
}

namespace {

std::string volumeJson(const Volume& volume) {
    return json::object({{"CreatedAt", quote(rfc3339(volume.created))},
                         {"Driver", quote("local")},
                         {"Labels", "{}"},
                         {"Mountpoint", quote("/var/lib/docker/volumes/" + volume.name + "/_data")},
                         {"Name", quote(volume.name)},
                         {"Options", "{}"},
                         {"Scope", quote("local")}});
}

} // namespace

void volumeCreate(Call& call) {
    const auto config = requireJson(call);
    if (!config) return;
    std::string name = json::stringAt(*config, "Name");
    if (name.empty()) name = newId();
    const auto guard = call.world.lock();
    const auto [at, fresh] =
        call.world.volumes().try_emplace(name, Volume{name, std::chrono::system_clock::now()});
    if (fresh) call.world.events.add("volume", "create", name, {{"driver", "local"}});
    call.reply(201, volumeJson(at->second));
}

void volumeList(Call& call) {
    std::vector<std::string> items;
    const auto guard = call.world.lock();
    for (const auto& [name, volume] : call.world.volumes()) items.push_back(volumeJson(volume));
    call.reply(200, json::object({{"Volumes", json::array(items)}, {"Warnings", "null"}}));
}

void volumeInspect(Call& call) {
    const auto guard = call.world.lock();
    const auto at = call.world.volumes().find(call.name());
    if (at == call.world.volumes().end())
        return call.error(404, "get" + (call.name().empty() ? "" : " " + call.name()) + ": no such volume");
    call.reply(200, volumeJson(at->second));
}

void volumeDelete(Call& call) {
    const auto guard = call.world.lock();
    const bool there = call.world.volumes().erase(call.name()) != 0;
    if (!there && !call.request().queryBool("force"))
        return call.error(404, "get" + (call.name().empty() ? "" : " " + call.name()) + ": no such volume");
    if (there) call.world.events.add("volume", "destroy", call.name(), {{"driver", "local"}});
    call.exchange.reply(204, {}, {});
}

// Only those of a swarm's cluster can be updated; there are none.
void volumeUpdate(Call& call) {
    if (!call.identity.swarm) {
        return call.error(503, "volume update only valid for cluster volumes, but swarm is unavailable");
    }
    if (const auto complaint = versionComplaint(call.request().query("version").value_or("")))
        return call.error(400, "invalid swarm object" + *complaint);
    call.error(404, "volume " + call.name() + " not found");
}

} // namespace mockdocker
