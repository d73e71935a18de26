#include "conformance/report/files.h"

#include "conformance/report/html.h"
#include "conformance/report/json.h"
#include "conformance/report/junit.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace conformance {
namespace {

using Writer = void (*)(std::ostream&, const RunResult&);

struct File {
    const char* option;
    const std::string& path;
    Writer writer;
};

std::array<File, 3> filesOf(const ReportFiles& files) {
    return {{{"--json", files.json, writeJson},
             {"--junit", files.junit, writeJunit},
             {"--html", files.html, writeHtml}}};
}

[[noreturn]] void cannotWrite(const File& file, int error) {
    throw ReportError("the report " + std::string(file.option) + " " + file.path +
                      " cannot be written: " + ::strerrordesc_np(error));
}

// Only opening tells the truth. A file that was not there is not left behind: the run may never end.
void tryToOpen(const File& file) {
    const bool isNew = !std::filesystem::exists(file.path);
    const int fd = ::open(file.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) cannotWrite(file, errno);
    ::close(fd);
    if (isNew) ::unlink(file.path.c_str());
}

} // namespace

void checkWritable(const ReportFiles& files) {
    const auto all = filesOf(files);
    for (const auto& file : all) {
        if (file.path.empty()) continue;
        for (const auto& other : all)
            if (&other != &file && other.path == file.path)
                throw ReportError("two reports cannot be written to one file, " + file.path);
        tryToOpen(file);
    }
}

void write(const ReportFiles& files, const RunResult& run) {
    for (const auto& file : filesOf(files)) {
        if (file.path.empty()) continue;
        errno = 0;
        std::ofstream stream(file.path, std::ios::binary | std::ios::trunc);
        file.writer(stream, run);
        stream.close();
        if (!stream) cannotWrite(file, errno == 0 ? EIO : errno);
    }
}

} // namespace conformance
