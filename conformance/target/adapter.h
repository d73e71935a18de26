// A target adapter: half a page of JSON that says how a socket proxy is started.
//
//   name        short, unique, used in reports                              (required)
//   about       one line for reports
//   dialect     "tecnativa" (default) or "linuxserver"
//   command     program and arguments; a path with a slash is relative to the adapter's folder
//   image       instead of command: an image name, started with `docker run`
//   image_port  with image: the port the image listens on; 0 (default): it honours BIND_CONFIG
//   environment variables given besides the settings
//   capabilities what the proxy offers beyond the usual variables: "operations", "doors", "mask", "guard"
//               (default: nothing)
//   version     a command that prints the target's version
//   baseline    a table of known deviations, relative to the adapter's folder
//   asks        questions that the proxy asks the daemon by itself, "GET /exec/*/json": answered as Docker would, and no case's.
//               A star is anything, a version prefix may stand before it and a query behind it
//   answers     "docker": it reads the daemon's answers, which therefore have Docker's shape in the families access and operations
//   pipeline    how many requests may be under way on one connection (default 16)
//   ready_within, answer_within, stop_within   seconds (default 10)
//   head_within seconds after which it must have given up a head that does not end (default 60)
//
// The command gets a clean environment: what the adapter and the settings say, and
//   BIND_CONFIG=127.0.0.1:PORT, PORT, SOCKET_PATH;
// where a word of it is image:NAME, DOCKER_CONTAINER, which the container of that image that it starts is to be named; and
// besides, though a container does not, PATH, HOME and the DOCKER_… that say for which engine `docker` is.
// It is ready when it accepts on PORT and ends on SIGTERM, so a shell must `exec` the proxy. An unknown key
// is an error, and one that stands there twice. Errors: AdapterError, whose text begins with "file:line: ".
#pragma once

#include "conformance/variables.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

class AdapterError : public std::runtime_error {
public:
    /// Line 0: the whole file.
    AdapterError(const std::string& file, std::size_t line, const std::string& what)
        : std::runtime_error(file + (line == 0 ? "" : ":" + std::to_string(line)) + ": " + what) {}
};

struct Adapter {
    std::string file;
    std::string folder;
    std::string name;
    std::string about;
    Dialect dialect = Dialect::tecnativa;
    std::vector<std::string> command;
    std::string image;
    int imagePort = 0;
    Environment environment;
    std::set<std::string, std::less<>> capabilities;
    std::vector<std::string> version;
    std::vector<std::string> asks;
    bool readsAnswers = false;
    std::string baseline;                     ///< a path, or empty
    std::map<std::string, std::size_t> lines; ///< of the keys, in the file
    int pipeline = 16;
    std::chrono::seconds readyWithin{10};
    std::chrono::seconds answerWithin{10};
    std::chrono::seconds stopWithin{10};
    std::chrono::seconds headWithin{60};

    /// The first of these capabilities that it does not declare; empty: none.
    [[nodiscard]] std::string missing(const std::vector<std::string>& needed) const;
};

/// Why cases that need the capability are not judged.
[[nodiscard]] std::string notJudged(const std::string& capability);

/// `target`: a path, or the name of one that is installed with the program: "haproxy".
[[nodiscard]] Adapter readAdapter(const std::string& target);
/// Half a page that nobody had to write: for an image that takes the usual variables.
[[nodiscard]] Adapter adapterOfImage(const std::string& image, int port);
[[nodiscard]] Adapter parseAdapter(const std::string& text, const std::string& file);

} // namespace conformance
