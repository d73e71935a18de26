// Requests that real clients sent: the docker command line 20.10 and 28.5, docker-compose 1.29 and 2.40, docker-py
// 5. A file is CLIENT.OPERATION.WHAT.http. Its first line is operation, version, {id}, query and media type, with
// - for what is not there; behind it is the body.
#pragma once

#include "proxy/guard/guard.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tests {

struct Recorded {
    std::string id; ///< the file's name without its end
    std::string operation;
    std::string version;
    std::string name;
    std::string query;
    std::string contentType;
    std::string body;

    [[nodiscard]] proxy::guard::Request request() const {
        return {"POST", operation, version, name, query, contentType, contentType.empty() ? 0U : 1U,
                false,  body};
    }
};

inline Recorded readRecorded(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    Recorded recorded;
    recorded.id = path.stem().string();
    std::string line;
    if (!std::getline(file, line)) throw std::runtime_error("cannot read " + path.string());
    std::istringstream words(line);
    for (std::string* word : {&recorded.operation, &recorded.version, &recorded.name, &recorded.query})
        if (words >> *word && *word == "-") word->clear();
    std::getline(words >> std::ws, recorded.contentType);
    if (recorded.contentType == "-") recorded.contentType.clear();
    recorded.body.assign(std::istreambuf_iterator<char>(file), {});
    return recorded;
}

inline std::vector<Recorded> allRecorded() {
    std::vector<Recorded> all;
    for (const auto& entry : std::filesystem::directory_iterator(REQUESTS))
        all.push_back(readRecorded(entry.path()));
    std::ranges::sort(all, {}, &Recorded::id);
    return all;
}

} // namespace tests
